using System.Text.Json.Nodes;
using Balie.Payments.Providers;
using Balie.Payments.Tests.Providers;
using Balie.Testing.Payments;

namespace Balie.Payments.Tests.Adyen;

public sealed class AdyenProviderTests : IAsyncDisposable
{
    private readonly Adapter _adapter = Adapter.Of("adyen");

    public ValueTask DisposeAsync() => _adapter.DisposeAsync();

    [Theory]
    [InlineData(1_000, "EUR", 1_000)]
    [InlineData(1_000, "JPY", 1_000)]
    [InlineData(1_234, "KWD", 1_234)]
    [InlineData(2_790, "ISK", 279_000)]
    [InlineData(1_200, "CVE", 12)]
    public async Task Amounts_are_adyens_minor_units_both_ways(long amount, string currency, long units)
    {
        await _adapter.Paid(amount, currency);

        var sent = JsonNode.Parse(_adapter.Fake.Server.Calls[0].Body)!["amount"]!;
        var told = Assert.Single(await _adapter.Told());

        Assert.Equal((units, currency), (sent["value"]!.GetValue<long>(), sent["currency"]!.GetValue<string>()));
        Assert.Equal(new Money(amount, currency), told.Claimed?.Amount);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_link_carries_all_that_adyen_wants_to_know(bool later)
    {
        var payment = Adapter.Payment(later: later) with { Method = "ideal", Key = $"attempt:{new string('x', 90)}" };

        await _adapter.Provider.CreatePayment(_adapter.Account, payment, Adapter.Ct);

        var call = Assert.Single(_adapter.Fake.Server.Calls);
        var body = JsonNode.Parse(call.Body)!;
        Assert.Equal("POST /v72/paymentLinks", call.ToString());
        Assert.Equal(FakeAdyen.Key, call.Header("X-API-Key"));
        Assert.Equal(64, call.Header("Idempotency-Key").Length);
        Assert.Equal(FakeAdyen.Account, body["merchantAccount"]!.GetValue<string>());
        Assert.Equal($"K7QM2X.{payment.AttemptId}{(later ? ".later" : "")}", body["reference"]!.GetValue<string>());
        Assert.Equal(later, body["manualCapture"]?.GetValue<bool>() == true);
        Assert.Equal(later ? null : 0, body["captureDelayHours"]?.GetValue<int>());
        Assert.Equal("ideal", body["allowedPaymentMethods"]![0]!.GetValue<string>());
        Assert.False(body["reusable"]!.GetValue<bool>());
        Assert.EndsWith("Z", body["expiresAt"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reference_holds_nothing_that_a_signature_could_stumble_over()
    {
        await _adapter.Provider.CreatePayment(_adapter.Account, Adapter.Payment() with { OrderReference = "é:a\\b c.d" }, Adapter.Ct);

        var reference = JsonNode.Parse(_adapter.Fake.Server.Calls[0].Body)!["reference"]!.GetValue<string>();

        Assert.Matches("^[A-Za-z0-9._-]{1,80}$", reference);
    }

    [Theory]
    [InlineData(BuyerDoes.Pays, "Pending")]
    [InlineData(BuyerDoes.PaysSlowly, "Pending")]
    [InlineData(BuyerDoes.Fails, "Created")]
    [InlineData(BuyerDoes.Cancels, "Created")]
    [InlineData(BuyerDoes.LetsExpire, "Expired")]
    public async Task A_link_says_whether_somebody_is_busy_with_it_and_never_that_there_is_money(BuyerDoes what, string state)
    {
        var created = await _adapter.Provider.CreatePayment(_adapter.Account, Adapter.Payment(), Adapter.Ct);

        _adapter.Fake.Buyer(created.ProviderRef, what);
        var snapshot = await _adapter.See(created.ProviderRef);

        Assert.Equal(state, snapshot.State.ToString());
        Assert.Equal(Money.Zero("EUR"), snapshot.Captured);
    }

    [Fact]
    public async Task A_payment_itself_cannot_be_asked()
    {
        var paid = await _adapter.Paid();

        Assert.Null(await _adapter.Provider.GetPayment(_adapter.Account, paid, Adapter.Ct));
        Assert.Null(await _adapter.Provider.GetRefund(_adapter.Account, paid, "anything", Adapter.Ct));
    }

    [Fact]
    public async Task Captures_are_received_and_told_of_later_part_by_part()
    {
        var paid = await _adapter.Paid(later: true);

        var first = await _adapter.Capture(paid, 400);
        var second = await _adapter.Capture(paid, 600);
        await Assert.ThrowsAsync<ProviderRefusedException>(() => _adapter.Capture(paid, 1));
        var told = await _adapter.Told();

        Assert.Equal((false, false), (first.IsFinal, second.IsFinal));
        Assert.Equal(["AUTHORISATION", "CAPTURE", "CAPTURE"], told.Select(its => its.Kind));
        Assert.All(told, its => Assert.Equal(paid, its.ProviderRef));
        Assert.Equal([first.Reference, second.Reference], told.Skip(1).Select(its => its.Claimed?.ModificationRef));
        Assert.Equal(1_000, _adapter.Fake.Ledger.Balance());
    }

    [Fact]
    public async Task A_link_is_closed_and_an_authorisation_cancelled()
    {
        var open = (await _adapter.Provider.CreatePayment(_adapter.Account, Adapter.Payment(), Adapter.Ct)).ProviderRef;
        var authorised = await _adapter.Paid(later: true);

        var closed = await _adapter.Provider.Void(_adapter.Account, open, "void:1", Adapter.Ct);
        var cancelled = await _adapter.Provider.Void(_adapter.Account, authorised, "void:2", Adapter.Ct);
        await Assert.ThrowsAsync<ProviderRefusedException>(() => _adapter.Provider.Void(_adapter.Account, open, "void:1", Adapter.Ct));

        Assert.Equal((true, false), (closed.IsFinal, cancelled.IsFinal));
        Assert.Equal(AttemptState.Expired, (await _adapter.See(open)).State);
        Assert.Equal(AttemptState.Voided, (await _adapter.Told())[^1].Claimed?.State);
    }

    [Fact]
    public async Task Before_adyen_has_told_of_a_payment_there_is_nothing_to_capture_or_refund()
    {
        var link = (await _adapter.Provider.CreatePayment(_adapter.Account, Adapter.Payment(), Adapter.Ct)).ProviderRef;

        var capture = await Assert.ThrowsAsync<ProviderRefusedException>(() => _adapter.Capture(link, 1));
        var refund = await Assert.ThrowsAsync<ProviderRefusedException>(() => _adapter.Refund(link, 1));

        Assert.Equal((Refused.State, Refused.State), (capture.Code, refund.Code));
        Assert.Single(_adapter.Fake.Server.Calls);
    }

    [Fact]
    public async Task A_key_that_is_being_worked_on_is_asked_again_later()
    {
        var payment = Adapter.Payment();
        _adapter.Adyen.Keys.Occupy(payment.Key);

        await Assert.ThrowsAsync<ProviderAwayException>(() =>
            _adapter.Provider.CreatePayment(_adapter.Account, payment, Adapter.Ct));
        _adapter.Adyen.Keys.Free(payment.Key);

        Assert.NotNull(await _adapter.Provider.CreatePayment(_adapter.Account, payment, Adapter.Ct));
    }

    [Fact]
    public async Task A_live_account_has_an_address_of_its_own()
    {
        var settings = JsonNode.Parse(_adapter.Fake.Settings)!;
        settings["baseAddress"] = "https://0123abc-balie-checkout-live.adyenpayments.com/checkout/v72";
        Assert.Empty(_adapter.Provider.Problems(_adapter.With(settings.ToJsonString()).Settings));

        var refused = await Assert.ThrowsAsync<ProviderRefusedException>(() =>
            _adapter.Provider.CreatePayment(_adapter.With(settings.ToJsonString(), isLive: false), Adapter.Payment(), Adapter.Ct));

        Assert.Equal(Refused.Account, refused.Code);
    }
}
