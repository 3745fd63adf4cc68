using System.Text.Json;
using Balie.Contracts.Ticketing;
using Balie.Testing.Payments;
using Balie.Tests.Tickets;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Tests.Simulation;

/// <summary>Something that somebody does. All chance is in choosing it; doing it twice does the same.</summary>
/// <param name="Do">Does it, and says what came of it.</param>
internal sealed record Deed(string Text, Func<Task<string>> Do);

/// <summary>What people do: buyers, staff, and whoever stands at the door.</summary>
internal static class Deeds
{
    private static CancellationToken Ct => Product.Ct;

    /// <summary>The next one, and how often it is chosen beside the others. Null where there is nothing to do it with.</summary>
    private static readonly (int Weight, Func<World, Standing, Deed?> Choose)[] Table =
    [
        (12, Order), (6, PutInCart), (2, ExtendCart), (5, CheckOut), (4, Book), (3, PayBooking), (1, CancelBooking), (1, SellAtDesk),
        (13, StartPayment), (15, Buyer), (3, PayAgain), (3, CancelOrder), (4, RefundSome), (2, RefundAll), (2, DecideRefund),
        (2, CheckIn), (1, Transfer), (1, CallOff),
        (8, BackgroundDeeds.BringPost), (2, BackgroundDeeds.Repeat), (1, BackgroundDeeds.Lose), (2, BackgroundDeeds.Forge),
        (8, BackgroundDeeds.Work), (6, BackgroundDeeds.Deliver), (4, BackgroundDeeds.Poll), (5, BackgroundDeeds.Job),
        (7, BackgroundDeeds.Wait), (3, BackgroundDeeds.SettleRefunds), (4, BackgroundDeeds.Trouble),
    ];

    /// <summary>After a try to start a payment that broke off, the next one waits for long; nobody here has the time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    private static readonly int Sum = Table.Sum(row => row.Weight);

    public static Deed Next(World world, Standing standing)
    {
        while (true)
        {
            var left = world.Random.Next(Sum);
            foreach (var (weight, choose) in Table)
            {
                left -= weight;
                if (left >= 0) continue;
                if (choose(world, standing) is { } deed) return deed;
                break;
            }
        }
    }

    /// <summary>An order for an evening of its own, which cannot be refused.</summary>
    public static async Task<(int Status, JsonElement Data)> Order(World world)
    {
        var show = await world.AnotherShow();
        var items = new[] { new { ticketTypeId = show.TypeIds[0], quantity = 1 } };
        var lines = new[] { new { kind = "tickets", offer = new { eventId = show.EventId, items } } };
        world.OrdersAsked++;
        return await world.Submit(world.Buyers[0], "/api/v1/orders", new { acceptedTerms = true, lines, buyer = Orders.Buying.Buyer() });
    }

    private static Deed Order(World world, Standing standing)
    {
        var (line, text, key, buyer) = Wish(world);
        world.OrdersAsked++;
        return new Deed($"order {text}", async () => Ordered(world, await world.Submit(
            buyer, "/api/v1/orders", new { acceptedTerms = true, lines = new[] { line }, buyer = Orders.Buying.Buyer() }, key)));
    }

    private static Deed PutInCart(World world, Standing standing)
    {
        var (line, text, key, buyer) = Wish(world);
        return new Deed($"put {text} in the cart", async () => Said(await world.Submit(buyer, "/api/v1/cart/lines", line, key)));
    }

    private static Deed ExtendCart(World world, Standing standing)
    {
        var buyer = world.Pick(world.Buyers);
        return new Deed("extend a cart", async () => Said(await world.Ask(buyer, HttpMethod.Post, "/api/v1/cart/extend", new { })));
    }

    private static Deed CheckOut(World world, Standing standing)
    {
        var (buyer, key) = (world.Pick(world.Buyers), world.NewId());
        world.OrdersAsked++;
        return new Deed("check a cart out", async () => Ordered(world, await world.Submit(
            buyer, "/api/v1/orders", new { acceptedTerms = true, buyer = Orders.Buying.Buyer() }, key)));
    }

    private static Deed Book(World world, Standing standing)
    {
        var (show, type, quantity) = Places(world);
        var (buyer, key) = (world.Pick(world.Buyers), world.NewId());
        var items = new[] { new { ticketTypeId = show.TypeIds[type], quantity } };
        return new Deed($"book {quantity} of type {type}", async () => Said(await world.Submit(
            buyer, "/api/v1/bookings", new { eventId = show.EventId, items, holder = Given.Guest() }, key)));
    }

    private static Deed? PayBooking(World world, Standing standing)
    {
        if (Any(world, standing.All("booking", "pending")) is not { } booking) return null;
        var key = world.NewId();
        world.OrdersAsked++;
        return new Deed($"pay for booking {booking.Id}", async () => Ordered(world, await world.Submit(
            world.Staff, $"/api/v1/bookings/{booking.Id}/payment", new { }, key)));
    }

    private static Deed? CancelBooking(World world, Standing standing) =>
        Any(world, standing.All("booking", "pending", "confirmed")) is { } booking
            ? new Deed($"cancel booking {booking.Id}", async () => Said(await world.Ask(
                world.Staff, HttpMethod.Patch, $"/api/v1/bookings/{booking.Id}/cancel", new { })))
            : null;

    private static Deed? SellAtDesk(World world, Standing standing) =>
        Any(world, standing.All("booking", "pending")) is { } booking
            ? new Deed($"sell booking {booking.Id} at the desk", async () => Said(await world.Ask(
                world.Staff, HttpMethod.Put, $"/api/v1/bookings/{booking.Id}/confirmation", new { })))
            : null;

    private static Deed? StartPayment(World world, Standing standing)
    {
        if (Any(world, standing.All("attempt", "created", "pending", "failed", "cancelled")) is not { } attempt) return null;
        BuyerDoes? eager = world.Chance(15) ? world.Pick(BuyerDoes.Pays, BuyerDoes.Fails) : null;
        return new Deed($"start payment {attempt.Id}{(eager is null ? "" : $", and {eager} at once")}", async () =>
        {
            world.Fake.Eager = eager;
            try
            {
                var address = $"/api/v1/payments/{attempt.Id}/start";
                return Said(await world.Ask(world.Staff, HttpMethod.Post, address, new { }, within: Patience));
            }
            finally { world.Fake.Eager = null; }
        });
    }

    private static Deed? Buyer(World world, Standing standing)
    {
        // Also where the attempt ended on our side: the provider's page may be open still.
        Thing[] started = [.. standing.All("attempt").Where(attempt => attempt.Text.Length > 0)];
        if (Any(world, started) is not { } attempt) return null;
        var what = world.Chance(70) ? BuyerDoes.Pays : world.Pick(Enum.GetValues<BuyerDoes>());
        return new Deed($"{what} payment {attempt.Id}", () =>
        {
            world.Fake.Buyer(attempt.Text, what);
            return Task.FromResult("done");
        });
    }

    private static Deed? PayAgain(World world, Standing standing)
    {
        if (Any(world, standing.All("order", "awaiting_payment", "expired")) is not { } order) return null;
        var key = world.NewId();
        return new Deed($"pay order {order.Id} again", async () => Said(await world.Submit(
            world.Staff, $"/api/v1/orders/{order.Id}/payments", new { }, key)));
    }

    private static Deed? CancelOrder(World world, Standing standing)
    {
        if (Any(world, standing.All("order")) is not { } order) return null;
        var key = world.NewId();
        return new Deed($"cancel order {order.Id}", async () => Said(await world.Submit(
            world.Staff, $"/api/v1/orders/{order.Id}/cancel", new { reason = "Toch niet." }, key)));
    }

    private static Deed? RefundSome(World world, Standing standing)
    {
        if (Any(world, standing.All("order", "confirmed", "completed")) is not { } order) return null;
        var (key, amount) = (world.NewId(), world.Random.Next(1, 1_500));
        return new Deed($"refund {amount} of order {order.Id}", async () => Said(await world.Submit(
            world.Staff, $"/api/v1/orders/{order.Id}/refunds", new { reason = "Coulance.", amount = Given.Price(amount) }, key)));
    }

    private static Deed? RefundAll(World world, Standing standing)
    {
        if (Any(world, standing.All("order", "confirmed", "completed")) is not { } order) return null;
        var (key, terms) = (world.NewId(), world.Pick("full", "policy"));
        return new Deed($"refund all of order {order.Id} by {terms}", async () => Said(await world.Submit(
            world.Staff, $"/api/v1/orders/{order.Id}/refunds", new { reason = "Ziek.", all = true, terms }, key)));
    }

    private static Deed? DecideRefund(World world, Standing standing)
    {
        if (Any(world, standing.All("refund", "proposed", "failed", "reversed")) is not { } refund) return null;
        var (key, verb) = (world.NewId(), refund.Status == "proposed" ? world.Pick("approval", "rejection") : "retry");
        return new Deed($"{verb} of refund {refund.Id}", async () => Said(await world.Submit(
            world.SecondStaff, $"/api/v1/refunds/{refund.Id}/{verb}", new { reason = "Gezien." }, key)));
    }

    private static Deed? CheckIn(World world, Standing standing)
    {
        if (Any(world, standing.All("ticket")) is not { } ticket) return null;
        var (nonce, direction) = (world.NewId(), world.Chance(80) ? "in" : "out");
        return new Deed($"let ticket {ticket.Id} {direction}", async () => Said(await world.Ask(
            world.Staff, HttpMethod.Post, "/api/v1/checkins", new { nonce, ticketId = ticket.Id, direction })));
    }

    private static Deed? Transfer(World world, Standing standing)
    {
        if (Any(world, standing.All("ticket", "issued", "transferred")) is not { } ticket) return null;
        var (key, email, friend) = (world.NewId(), $"vriend{world.Random.Next(1_000)}@example.org", world.Pick(world.Buyers));
        return new Deed($"give ticket {ticket.Id} to {email}", async () =>
        {
            var offered = await world.Submit(world.Staff, $"/api/v1/tickets/{ticket.Id}/transfers", new { email }, key);
            if (offered.Status != 201) return Said(offered);
            var transferId = offered.Data.Id();
            var tickets = world.App.Services.GetRequiredService<ITickets>();
            if (await tickets.Transfer(world.OrgId, transferId, Ct) is not { } transfer) return "gone";
            return Said(await world.Ask(
                friend, HttpMethod.Put, $"/api/v1/transfers/{transferId}/acceptance",
                new { secret = transfer.Secret, name = "Vriend" }));
        });
    }

    private static Deed CallOff(World world, Standing standing)
    {
        var show = world.Pick(world.Shows);
        return new Deed($"call off {show.EventId}", async () => Said(await world.Ask(
            world.Staff, HttpMethod.Put, $"/api/v1/events/{show.EventId}/cancellation", new { reason = "Storm." })));
    }

    public static Thing? Any(World world, Thing[] things) => things.Length == 0 ? null : world.Pick(things);

    private static (object Line, string Text, Guid Key, HttpClient Buyer) Wish(World world)
    {
        var (show, type, quantity) = Places(world);
        var items = new[] { new { ticketTypeId = show.TypeIds[type], quantity } };
        var line = new { kind = "tickets", offer = new { eventId = show.EventId, items } };
        return (line, $"{quantity} of type {type}", world.NewId(), world.Pick(world.Buyers));
    }

    private static (Show Show, int Type, int Quantity) Places(World world) =>
        (world.Pick(world.Shows), world.Chance(85) ? 0 : 1, world.Random.Next(1, 3));

    private static string Ordered(World world, (int Status, JsonElement Data) answer)
    {
        if (answer.Status is 200 or 201) world.Promise(answer.Data);
        return Said(answer);
    }

    private static string Said((int Status, JsonElement Data) answer) =>
        answer.Data.ValueKind == JsonValueKind.Object && answer.Data.TryGetProperty("code", out var code) && answer.Status >= 400
            ? $"{answer.Status} {code.GetString()}"
            : $"{answer.Status}";
}
