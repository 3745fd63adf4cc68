using System.Net;
using Balie.Testing.Payments;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Payments.Tests.Providers;

/// <summary>What goes wrong between providers and us, for every provider, through the product's own routes and workers.</summary>
public sealed class EveryFailureTests(ProvidersApp app) : IClassFixture<ProvidersApp>
{
    private static CancellationToken Ct => PaymentsApp.Ct;

    public static TheoryData<string, Trouble> Troubles => new EveryOutsider().With<Trouble>(
        [Trouble.Slow, Trouble.Down, Trouble.Broken, Trouble.Malformed, Trouble.DoneThenCut, Trouble.Cut]);

    public static TheoryData<string, Trouble> Losses => new EveryOutsider().With<Trouble>([Trouble.DoneThenCut, Trouble.Down]);

    public static TheoryData<string, int> Shuffles => new EveryProvider().With(Enumerable.Range(1, 4));

    public static TheoryData<string, Forgery> Forgeries => new EveryProvider().With(Enum.GetValues<Forgery>());

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task While_a_provider_is_away_the_order_stays_payable_and_no_transaction_waits_for_it(string provider, Trouble trouble)
    {
        await using var shop = await Shop.Open(app, provider);
        var (orderId, attemptId) = await shop.Order();
        shop.Fake.Server.Next(trouble, "POST");

        var starting = app.Http.Post($"/api/v1/payments/{attemptId}/start", new { }, Ct);
        if (trouble == Trouble.Slow)
        {
            await PaymentsApp.Until(() => Task.FromResult(shop.Fake.Server.Count("POST") > 0), "the provider to be asked");
            Assert.Equal(0, await OpenTransactions());
        }
        await (await starting).IsRefused(HttpStatusCode.ServiceUnavailable, "payments.provider_away", Ct);
        Assert.Equal("created", (await app.See(attemptId)).State);
        var name = await shop.Start(attemptId);
        await shop.Side.Buyer(name, BuyerDoes.Pays);
        await app.Until(attemptId, "captured");

        Assert.Single(await shop.Side.PaymentsOf(attemptId));
        Assert.Equal(["Captured"], await app.Events(orderId));
        await shop.BooksAgree();
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public async Task A_refund_whose_answer_was_lost_is_asked_for_again_and_paid_out_once(string provider, Trouble trouble)
    {
        await using var shop = await Shop.Open(app, provider);
        var (orderId, attemptId, _) = await shop.Paid();
        shop.Fake.Server.Next(trouble, "refunds");

        await app.Refund(Guid.CreateVersion7(), orderId, 700);
        await PaymentsApp.Until(async () =>
        {
            app.Clock.Advance(TimeSpan.FromSeconds(20));
            return (await app.Instructions(attemptId)).Any(one => one.State == "submitted");
        }, "the refund to be taken");
        await shop.RefundEnds(attemptId, 700);

        Assert.Equal(-700, shop.Fake.Ledger.Sum("refund"));
        await shop.BooksAgree();
    }

    [Theory]
    [ClassData(typeof(EveryProvider))]
    public async Task A_webhook_a_hundred_times_at_once_has_one_effect_and_a_yes_each_time(string provider)
    {
        await using var shop = await Shop.Open(app, provider);
        await shop.Side.Post(Delivery.Held);
        var (orderId, attemptId, name) = await shop.Started();
        await shop.Side.Buyer(name, BuyerDoes.Pays);
        var letters = await shop.Side.TakeHeld();

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(at => shop.Side.Courier.Deliver(letters[at % letters.Count])));
        await app.Until(attemptId, "captured");
        await app.Services.GetRequiredService<Workers>().RunDue(Ct);

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer));
        Assert.Equal(["Captured"], await app.Events(orderId));
        await shop.BooksAgree();
    }

    [Theory]
    [ClassData(typeof(EveryOutsider))]
    public async Task A_webhook_that_found_nobody_in_comes_again(string provider)
    {
        await using var shop = await Shop.Open(app, provider);
        var (_, attemptId, name) = await shop.Started();
        shop.Fake.Courier.Door = new Uri("http://127.0.0.1:9");
        await shop.Side.Buyer(name, BuyerDoes.Pays);
        await PaymentsApp.Until(
            () => Task.FromResult(shop.Fake.Courier.Letters.All(letter => !letter.Answers.IsEmpty)), "the webhook to find nobody in");
        Assert.Equal("created", (await app.See(attemptId)).State);

        shop.Fake.Courier.Door = app.Address;
        await app.Until(attemptId, "captured");

        await shop.BooksAgree();
        Assert.All(shop.Fake.Courier.Letters, letter => Assert.True(letter.IsAccepted));
    }

    [Theory]
    [MemberData(nameof(Shuffles))]
    public async Task In_whatever_order_the_news_comes_in_and_however_often_the_end_is_the_same(string provider, int seed)
    {
        await using var shop = await Shop.Open(app, provider);
        var (orderId, attemptId, name) = await shop.Started();
        await shop.Side.Post(Delivery.Held);
        // At Mollie a failure is the end; at the others the buyer tries again on the same page.
        if (provider != "mollie") await shop.Side.Buyer(name, BuyerDoes.Fails);
        await shop.Side.Buyer(name, BuyerDoes.Pays);
        await shop.Release(copies: 2, new Random(seed));
        await app.Until(attemptId, "captured");

        await shop.Refund(orderId, attemptId, 2_000);
        await shop.Side.SettleRefunds();
        await shop.Side.ChargeBack(name);
        await shop.Release(copies: 2, new Random(seed));
        await app.Until(attemptId, attempt => attempt is { State: "charged_back", RefundedMinor: 2_000, ChargedBackMinor: 500 });

        Assert.Single(await app.Events(orderId), heard => heard == "Captured");
        Assert.Single(await app.Events(orderId), heard => heard == "RefundSucceeded");
        await shop.BooksAgree();
    }

    [Theory]
    [ClassData(typeof(EveryOutsider))]
    public async Task A_refund_that_fails_or_comes_back_is_told_and_booked(string provider)
    {
        await using var shop = await Shop.Open(app, provider);
        var (orderId, attemptId, _) = await shop.Paid();
        var (failing, returning) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        await shop.Refund(orderId, attemptId, 300, failing);
        shop.Fake.SettleRefunds(well: false);
        await Told("RefundFailed", failing);
        await shop.Refund(orderId, attemptId, 400, returning);
        await shop.Side.SettleRefunds();
        await Told("RefundSucceeded", returning);
        await shop.BooksAgree();
        var reference = (await app.Instructions(attemptId)).Single(one => one.RefundId == returning).ProviderRef;
        shop.Fake.ReturnRefund(reference ?? "");
        await Told("RefundReversed", returning);

        await shop.BooksAgree();
        Assert.Equal(2_500, await shop.Balance());

        Task Told(string what, Guid refundId) => PaymentsApp.Until(
            async () => (await app.Heard(orderId)).Any(heard => heard.Event == what && heard.RefundId == refundId), what);
    }

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task A_forged_webhook_is_refused_without_a_word_and_without_effect(string provider, Forgery how)
    {
        await using var shop = await Shop.Open(app, provider);
        var (orderId, attemptId, name) = await shop.Started();
        if (await shop.Side.Forge(how, name) is not { } letter) return;
        var (kept, asked) = (await shop.Webhooks(), Asked());

        var answer = await shop.Side.Courier.Deliver(letter);

        Assert.InRange((int)answer, 400, 401);
        Assert.Equal(kept, await shop.Webhooks());
        Assert.Equal("created", (await app.See(attemptId)).State);
        Assert.Empty(await app.Events(orderId));
        Assert.Equal(asked, Asked());

        int Asked() => shop.Side is FakeSide side ? side.Fake.Server.Calls.Count : 0;
    }

    [Theory]
    [ClassData(typeof(EveryOutsider))]
    public async Task A_true_webhook_at_another_door_opens_nothing(string provider)
    {
        await using var shop = await Shop.Open(app, provider);
        await using var other = await Shop.Open(app, provider);
        await shop.Side.Post(Delivery.Held);
        var (orderId, attemptId) = await shop.Order();
        await app.ChangeAccounts(
            "update payments.accounts set is_enabled = (account_id = @accountId) where org_id = @orgId", new { shop.AccountId });
        var name = await shop.Start(attemptId);
        await shop.Side.Buyer(name, BuyerDoes.Pays);
        var letters = await shop.Side.TakeHeld();

        foreach (var letter in letters)
        {
            // The same provider, even the same secrets: only the account that has the payment may hear of it.
            await shop.Side.Courier.Deliver(letter with { To = Shop.HookOf(provider, other.AccountId) });
            Assert.Equal(HttpStatusCode.NotFound, await shop.Side.Courier.Deliver(letter with { To = Shop.HookOf(provider, orderId) }));
        }
        await app.Services.GetRequiredService<Workers>().RunDue(Ct);

        Assert.Equal("created", (await app.See(attemptId)).State);
        foreach (var letter in letters) await shop.Side.Courier.Deliver(letter);
        await app.Until(attemptId, "captured");
        await shop.BooksAgree();
    }

    [Fact]
    public async Task Mollies_word_is_only_ever_a_reason_to_ask_once()
    {
        await using var shop = await Shop.Open(app, "mollie");
        var (orderId, attemptId, name) = await shop.Started();
        using var form = new FormUrlEncodedContent([new("id", name), new("status", "paid")]);
        var before = shop.Fake.Server.Count($"GET /v2/payments/{name}");

        var answer = await app.Http.PostAsync(new Uri($"/webhooks/mollie/{shop.AccountId}", UriKind.Relative), form, Ct);
        await PaymentsApp.Until(() => Task.FromResult(shop.Fake.Server.Count($"GET /v2/payments/{name}") > before), "Mollie to be asked");
        await app.Services.GetRequiredService<Workers>().RunDue(Ct);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(before + 1, shop.Fake.Server.Count($"GET /v2/payments/{name}"));
        Assert.Equal("created", (await app.See(attemptId)).State);
        Assert.Empty(await app.Events(orderId));
    }

    private Task<long> OpenTransactions() => app.Db.One<long>("""
        select count(*)
        from pg_stat_activity
        where datname = current_database() and state like 'idle in transaction%'
        """, null, Ct);
}
