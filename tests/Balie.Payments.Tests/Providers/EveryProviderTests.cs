using System.Net;
using Balie.Testing.Payments;

namespace Balie.Payments.Tests.Providers;

/// <summary>
/// The rules that prevent the known disasters of paying, for every provider, through the product's own routes and workers. Each test ends
/// with our books and the provider's saying the same.
/// </summary>
public sealed class EveryProviderTests(ProvidersApp app) : IClassFixture<ProvidersApp>
{
    private static readonly TimeSpan AMoment = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan UntilThePoll = TimeSpan.FromMinutes(3);

    private static CancellationToken Ct => PaymentsApp.Ct;

    [Theory]
    [ClassData(typeof(EveryProvider))]
    public async Task A_payment_is_captured_by_its_webhook_refunded_in_parts_and_charged_back(string provider)
    {
        await using var shop = await Shop.Open(app, provider);
        var (orderId, attemptId, name) = await shop.Paid();

        await shop.Refund(orderId, attemptId, 1_000);
        await shop.RefundEnds(attemptId, 1_000);
        await shop.Refund(orderId, attemptId, 500);
        await shop.RefundEnds(attemptId, 1_500);
        await shop.BooksAgree();
        await shop.Side.ChargeBack(name);
        await app.Until(attemptId, "charged_back");

        Assert.Equal(
            [("Captured", 2_500L), ("RefundSucceeded", 1_000), ("RefundSucceeded", 500), ("ChargedBack", 1_000)],
            (await app.Heard(orderId)).Select(heard => (heard.Event, heard.Amount)));
        await shop.BooksAgree();
    }

    [Theory]
    [ClassData(typeof(EveryProvider))]
    public async Task Money_that_is_reserved_is_captured_on_demand(string provider)
    {
        await using var shop = await Shop.Open(app, provider);
        var (orderId, attemptId, _) = await shop.Paid(captureLater: true);
        Assert.Equal(0, await shop.Balance());

        await app.Act(orderId, async tx =>
        {
            await app.Payments.Capture(tx, orderId, Ct);
            return true;
        });
        await app.Until(attemptId, "captured");

        Assert.Equal(["Authorised", "Captured"], await app.Events(orderId));
        await shop.BooksAgree();
        Assert.Equal(2_500, await shop.Balance());
    }

    [Theory]
    [ClassData(typeof(EveryProvider))]
    public async Task An_order_that_wants_no_money_takes_the_page_or_the_reservation_back(string provider)
    {
        await using var shop = await Shop.Open(app, provider);
        var open = await shop.Started();
        var reserved = await shop.Paid(captureLater: true);

        foreach (var orderId in new[] { open.OrderId, reserved.OrderId })
            await app.Act(orderId, async tx =>
            {
                await app.Payments.Stop(tx, orderId, "cancelled by the buyer", Ct);
                return true;
            });

        await app.Until(reserved.AttemptId, "voided");
        await app.Until(open.AttemptId, attempt => attempt.State is "cancelled" or "expired");
        // The sandbox would still take it, so that money which comes too late can be tried out.
        if (provider != "sandbox") await shop.Side.Buyer(open.Name, BuyerDoes.Pays);
        Assert.Equal(0, await shop.Balance());
        await shop.BooksAgree();
    }

    [Fact]
    public async Task What_mollie_refuses_to_cancel_while_its_buyer_pays_is_let_go_once_it_is_authorised()
    {
        await using var shop = await Shop.Open(app, "mollie");
        var (orderId, attemptId, name) = await shop.Started(captureLater: true);
        ((FakeMollie)shop.Fake).IsCancelable = false;
        shop.Fake.Buyer(name, BuyerDoes.PaysSlowly);
        await app.Sync.Run(TestCallers.Default, attemptId, new("test", "look"), Ct);
        Assert.Equal("pending", (await app.See(attemptId)).State);
        await app.Act(orderId, async tx =>
        {
            await app.Payments.Stop(tx, orderId, "cancelled by the buyer", Ct);
            return true;
        });
        await PaymentsApp.Until(async () => (await app.Instructions(attemptId)) is [{ State: "failed" }], "Mollie to refuse");

        shop.Fake.Buyer(name, BuyerDoes.Pays);
        await app.Until(attemptId, "voided");

        Assert.Equal(0, shop.Fake.Ledger.Balance());
        await shop.BooksAgree();
    }

    [Theory]
    [ClassData(typeof(EveryProvider))]
    public async Task The_order_is_locked_first_and_whoever_has_it_is_waited_for(string provider)
    {
        await using var shop = await Shop.Open(app, provider);
        var (orderId, attemptId, name) = await shop.Started();
        await using var rival = await app.Rival();
        await rival.Run("select from fake_orders.orders where order_id = @orderId for update", new { orderId });

        await shop.Side.Buyer(name, BuyerDoes.Pays);
        await rival.UntilSomeoneWaits();
        Assert.Equal("created", (await app.See(attemptId)).State);
        await rival.Commit();

        await app.Until(attemptId, "captured");
        await shop.BooksAgree();
    }

    [Theory]
    [InlineData("mollie", "Betaald, dank u wel")]
    [InlineData("adyen", null)]
    [InlineData("stripe", "Betaald, dank u wel")]
    [InlineData("sandbox", "Betaald, dank u wel")]
    public async Task The_return_page_asks_and_claims_nothing_by_itself(string provider, string? paid)
    {
        await using var shop = await Shop.Open(app, provider);
        await shop.Side.Post(Delivery.Held);
        var (_, attemptId, name) = await shop.Started();
        Assert.DoesNotContain("Betaald, dank u wel", await Page(), StringComparison.Ordinal);

        await shop.Side.Buyer(name, BuyerDoes.Pays);
        var page = await Page();

        if (paid is not null) Assert.Contains(paid, page, StringComparison.Ordinal);
        // Nobody can ask Adyen: the buyer is told that it is being worked on, until the notification comes.
        Assert.Equal(paid is null ? "pending" : "captured", (await app.See(attemptId)).State);
        await shop.Release();
        await app.Until(attemptId, "captured");
        await shop.BooksAgree();

        Task<string> Page() => app.Browser.GetStringAsync(new Uri($"/pay/{attemptId}/return", UriKind.Relative), Ct);
    }

    [Theory]
    [ClassData(typeof(EveryOutsider))]
    public async Task A_webhook_that_is_faster_than_our_own_commit_is_kept_until_it_finds_its_payment(string provider)
    {
        await using var shop = await Shop.Open(app, provider);
        await shop.Side.Post(Delivery.BeforeTheAnswer);
        shop.Fake.Eager = BuyerDoes.Pays;

        var (orderId, attemptId, _) = await shop.Started();
        await PaymentsApp.Until(async () =>
        {
            app.Clock.Advance(AMoment);
            return (await app.See(attemptId)).State == "captured";
        }, "the webhook to find its payment");

        Assert.All(shop.Fake.Courier.Letters, letter => Assert.Equal(HttpStatusCode.OK, letter.Answers.First()));
        Assert.Equal(["Captured"], await app.Events(orderId));
        await shop.BooksAgree();
    }

    [Theory]
    [ClassData(typeof(EveryProvider))]
    public async Task A_success_after_the_end_is_told_and_can_be_given_back(string provider)
    {
        await using var shop = await Shop.Open(app, provider);
        var (orderId, attemptId, name) = await shop.Started();
        app.Clock.Advance(TimeSpan.FromHours(3));
        await shop.Side.Post(Delivery.Lost);
        await app.RunDueJobs(Ct);
        await app.Until(attemptId, "expired");
        app.Orders.When(orderId, async (tx, heard, ct) =>
        {
            if (heard.Event == Contracts.Payments.PaymentEvent.Captured)
                await app.Payments.Refund(tx, new(Guid.CreateVersion7(), orderId, heard.Amount, "Sold to somebody else."), ct);
        });
        await shop.Side.Post(Delivery.AtOnce);

        await shop.Side.Buyer(name, BuyerDoes.Pays);
        await app.Until(attemptId, "captured");
        await shop.RefundIsTaken(attemptId);
        await shop.RefundEnds(attemptId, 2_500);

        Assert.Equal(["Expired", "Captured", "RefundSucceeded"], await app.Events(orderId));
        await shop.BooksAgree();
        Assert.Equal(0, await shop.Balance());
    }

    [Theory]
    [ClassData(typeof(EveryProvider))]
    public async Task Two_payments_for_one_order_are_both_counted_and_the_surplus_goes_back_where_it_came_from(string provider)
    {
        await using var shop = await Shop.Open(app, provider);
        var (orderId, first, firstName) = await shop.Started();
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        var second = await shop.Again(orderId, 2_600);
        var secondName = await shop.Start(second);

        await shop.Side.Buyer(firstName, BuyerDoes.Pays);
        await shop.Side.Buyer(secondName, BuyerDoes.Pays);
        await app.Until(first, "captured");
        await app.Until(second, "captured");
        await shop.Refund(orderId, second, 2_600);
        await shop.RefundEnds(second, 2_600);

        Assert.Equal(0, (await app.See(first)).RefundedMinor);
        await shop.BooksAgree();
        Assert.Equal(2_500, await shop.Balance());
    }

    [Theory]
    [InlineData("mollie", "captured")]
    [InlineData("adyen", "pending")]
    [InlineData("stripe", "captured")]
    [InlineData("sandbox", "captured")]
    public async Task What_no_webhook_told_is_found_by_asking(string provider, string state)
    {
        await using var shop = await Shop.Open(app, provider);
        await shop.Side.Post(Delivery.Lost);
        var (_, attemptId, name) = await shop.Started();
        await shop.Side.Buyer(name, BuyerDoes.Pays);

        app.Clock.Advance(UntilThePoll);
        await app.RunDueJobs(Ct);

        // Of Adyen's payment only this can be found: somebody pays, so the order must not go to anybody else.
        await app.Until(attemptId, state);
        if (shop.CanBeAsked) await shop.BooksAgree();
    }

    [Theory]
    [ClassData(typeof(EveryProvider))]
    public async Task However_many_ask_there_is_one_payment(string provider)
    {
        await using var shop = await Shop.Open(app, provider);
        var (_, attemptId) = await shop.Order();

        var names = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => shop.Start(attemptId)));

        Assert.Single(names.Distinct());
        Assert.Single(await shop.Side.PaymentsOf(attemptId));
    }
}
