using System.Net;
using System.Text.Json;

namespace Balie.FaultTests.Refunds;

/// <summary>How far a run is: orders it knows of, orders it decided about, and payments that the bank gave back.</summary>
/// <param name="Unknown">Of those the bank gave back: so many that nobody here knows of yet.</param>
internal sealed record Stand(long Orders, long Decided, long Paid, long Unknown);

/// <summary>An event whose buyers paid through the sandbox, and that is called off: everybody is to get their money back.</summary>
internal sealed class CalledOff(Fleet fleet, Show show, int orders)
{
    private const int BuyersAtOnce = 16;
    private const int PriceMinor = 1_250;
    private const int LongestSeconds = 60;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>So slow that it can be killed in its middle: three batches at once, then one a second; the bank is asked in turn.</summary>
    public static Dictionary<string, string> Slowly => new()
    {
        ["Balie__Policies__RefundsPerSecond"] = "20",
        ["Balie__Payments__AtOnce"] = "1",
    };

    /// <summary>Everybody has paid and has a ticket, and nobody has been told yet.</summary>
    public static async Task<CalledOff> Sold(Fleet fleet, BalieProcess at, int orders)
    {
        var show = await Fleet.OnSale(at, orders, Ct, PriceMinor);
        await Parallel.ForEachAsync(
            Enumerable.Range(1, orders),
            new ParallelOptions { MaxDegreeOfParallelism = BuyersAtOnce, CancellationToken = Ct },
            async (number, _) => await Buy(at, show, number));
        var off = new CalledOff(fleet, show, orders);
        await off.Until(async () => await fleet.Truth.Ask<long>(CountTickets, new { show.EventId }, Ct) == orders, "all have a ticket");
        return off;
    }

    public async Task Cancel(BalieProcess at)
    {
        using var owner = await Fleet.SignIn(at, Ct);
        await (await owner.Put($"/api/v1/events/{show.EventId}/cancellation", new { reason = "Storm." }, Ct)).IsOk<JsonElement>(Ct);
    }

    public async Task<Stand> Stand()
    {
        var args = new { show.EventId };
        return new Stand(
            orders, await fleet.Truth.Ask<long>(CountDecided, args, Ct), await fleet.Truth.Ask<long>(CountPaid, args, Ct),
            await fleet.Truth.Ask<long>(CountUnknown, args, Ct));
    }

    public Task Until(Func<Task<bool>> isSo, string what) => Truth.Until(isSo, what, Ct, LongestSeconds);

    /// <summary>
    /// Everything has been tried: nothing waits for a decision, and the provider has been asked everything that it was to be asked.
    /// </summary>
    public Task UntilDone() => Until(
        async () => (await Stand()).Decided == orders && await fleet.Truth.Ask<long>(CountInHand, null, Ct) == 0, "the run is done");

    /// <summary>
    /// kill -9, with the promise that holds at every moment. What the dead process leaves to the clock, a lease of a minute and the next
    /// try at the provider, is due at once.
    /// </summary>
    /// <param name="process">Which one.</param>
    /// <param name="rival">For whom it waited when it died, and who then lets go.</param>
    public async Task Kill(BalieProcess process, Rival? rival = null)
    {
        await process.Kill();
        if (rival is not null)
        {
            // What it had sent already would happen all the same once the rival lets go, its commit included: a server that notices sooner.
            await fleet.Truth.Do(CutOffWhoWaits, null, Ct);
            await rival.Rollback();
        }
        await fleet.Truth.UntilQuiet(Ct);
        Assert.DoesNotContain(await Wrong(), wrong => wrong.Contains("more than once", StringComparison.Ordinal));
        var (exit, output) = await fleet.Verify(Ct);
        Assert.True(exit == 0, output);
        await fleet.Truth.Do(MakeDue, null, Ct);
    }

    /// <summary>Who did not get their money back exactly once, by the books of the bank, and by each of ours.</summary>
    public async Task<string[]> Wrong() => await fleet.Truth.Ask<string[]>(SelectWrong, new { show.EventId }, Ct) ?? [];

    private static async Task Buy(BalieProcess at, Show show, int number)
    {
        var line = new { kind = "tickets", offer = new { eventId = show.EventId, quantity = 1 } };
        var order = await (await at.Http.Post("/api/v1/orders", new
        {
            acceptedTerms = true,
            lines = new[] { line },
            buyer = new { name = "Koper", email = $"koper{number}@example.org" },
        }, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        var attemptId = Last(order.GetProperty("paymentUrl"));
        var started = await (await at.Http.Post($"/api/v1/payments/{attemptId}/start", new { }, Ct)).IsOk<JsonElement>(Ct);
        var page = $"/sandbox/payments/{Last(started.GetProperty("redirectUrl"))}";
        using var paid = await at.Http.Post($"{page}/outcome", new { outcome = "paid" }, Ct);
        paid.EnsureSuccessStatusCode();
    }

    private static string Last(JsonElement url) => new Uri(url.GetString() ?? "").Segments[^1];

    private const string CountTickets = "select count(*) from ticketing.tickets where event_id = @eventId and status = 'issued'";

    private const string CountDecided = """
        select count(*)
        from orders.refund_run_orders
        join orders.refund_runs using (org_id, run_id)
        where subject_id = @eventId and state <> 'waiting'
        """;

    private const string Payments = """
        select holds.order_id, provider_ref
        from orders.order_holds as holds
        join payments.attempts using (org_id, order_id)
        where subject_id = @eventId
        """;

    private const string CountPaid = $"""
        select count(*) from ({Payments}) as payments join payments.sandbox_refunds on payment_ref = provider_ref
        """;

    private const string CountUnknown = $"""
        select count(*)
        from ({Payments}) as payments
        join payments.sandbox_refunds on payment_ref = provider_ref
        join orders.refunds on refunds.refund_id = sandbox_refunds.refund_id
        where refunds.status <> 'succeeded'
        """;

    private const string CountInHand = "select count(*) from payments.instructions where next_try_at is not null";

    private const string CutOffWhoWaits =
        "select pg_terminate_backend(pid) from (select distinct pid from pg_locks where not granted) as waiting";

    private const string MakeDue = """
        with jobs as (
            update kernel.jobs set leased_until = now() where holder is not null
        )
        update payments.instructions set next_try_at = now() where next_try_at is not null
        """;

    // The ledger of an order that was paid for and given back is at zero on every account.
    private const string SelectWrong = """
        with bought as (
            select orders.org_id, orders.order_id, orders.reference, orders.status, orders.total_minor, holds.hold_id
            from orders.orders
            join orders.order_holds as holds using (org_id, order_id)
            where subject_id = @eventId
        )
        select coalesce(array_agg(format('order %s: %s', reference, wrong) order by reference), '{}')
        from bought
        cross join lateral (
            select case when count(*) = 0 then 'the bank gave nothing back' else 'the bank gave money back more than once' end as wrong
            from payments.attempts
            join payments.sandbox_refunds on sandbox_refunds.payment_ref = provider_ref
            where attempts.order_id = bought.order_id
            having count(*) <> 1 or sum(sandbox_refunds.amount_minor) <> total_minor
            union all
            select format('refunds %s', coalesce(string_agg(status, ', '), 'none'))
            from orders.refunds
            where refunds.order_id = bought.order_id
            having count(*) <> 1 or min(status) <> 'succeeded' or sum(amount_minor) <> total_minor
            union all
            select format('%s credit notes', count(*))
            from orders.invoices
            where invoices.order_id = bought.order_id and series = 'credit_note'
            having count(*) <> 1 or sum(invoices.total_minor) <> -bought.total_minor
            union all
            select format('%s is left on %s', sum(amount_minor), account)
            from payments.ledger_entries
            join payments.ledger_lines using (org_id, entry_id)
            where ledger_entries.order_id = bought.order_id
            group by account
            having sum(amount_minor) <> 0
            union all
            select format('the booking is %s', bookings.status)
            from ticketing.bookings
            where booking_id = hold_id and bookings.status <> 'cancelled'
            union all
            select 'the place is still taken' from inventory.claims where holder = hold_id
        ) as found
        """;
}
