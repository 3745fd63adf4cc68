using System.Text.Json.Nodes;
using Balie.Payments.Providers;
using Balie.Payments.Tests.Providers;
using Balie.Testing.Payments;

namespace Balie.Payments.Tests.Mollie;

public sealed class MollieProviderTests : IAsyncDisposable
{
    private readonly Adapter _adapter = Adapter.Of("mollie");

    public ValueTask DisposeAsync() => _adapter.DisposeAsync();

    [Theory]
    [InlineData(1_000, "EUR", "10.00")]
    [InlineData(1_000, "JPY", "1000")]
    [InlineData(1_234, "KWD", "1.234")]
    public async Task Amounts_are_decimal_text_of_the_currency(long amount, string currency, string text)
    {
        var paid = await _adapter.Paid(amount, currency);
        await _adapter.Refund(paid, amount, currency);
        _adapter.Fake.SettleRefunds();

        var snapshot = await _adapter.See(paid);

        var sent = JsonNode.Parse(_adapter.Fake.Server.Calls[0].Body)!["amount"]!;
        Assert.Equal((text, currency), (sent["value"]!.GetValue<string>(), sent["currency"]!.GetValue<string>()));
        Assert.Equal((new Money(amount, currency), new Money(amount, currency)), (snapshot.Captured, snapshot.Refunded));
    }

    [Fact]
    public async Task A_payment_carries_all_that_mollie_wants_to_know()
    {
        var payment = Adapter.Payment(later: true) with { Method = "creditcard", Description = new string('x', 400) };

        await _adapter.Provider.CreatePayment(_adapter.Account, payment, Adapter.Ct);

        var call = Assert.Single(_adapter.Fake.Server.Calls);
        var body = JsonNode.Parse(call.Body)!;
        Assert.Equal("POST /v2/payments", call.ToString());
        Assert.Equal($"Bearer {FakeMollie.Key}", call.Header("Authorization"));
        Assert.Equal(payment.Key, call.Header("Idempotency-Key"));
        Assert.Equal(Adapter.Hook.ToString(), body["webhookUrl"]!.GetValue<string>());
        Assert.Equal("manual", body["captureMode"]!.GetValue<string>());
        Assert.Equal("creditcard", body["method"]!.GetValue<string>());
        Assert.Equal("nl_NL", body["locale"]!.GetValue<string>());
        Assert.Equal(255, body["description"]!.GetValue<string>().Length);
        Assert.Equal(payment.AttemptId.ToString(), body["metadata"]!["attempt"]!.GetValue<string>());
        Assert.Equal(payment.ReturnUrl, body["redirectUrl"]!.GetValue<string>());
        Assert.Equal(payment.CancelUrl, body["cancelUrl"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(BuyerDoes.Pays, false, "Captured", 1_000, 1_000)]
    [InlineData(BuyerDoes.Pays, true, "Authorised", 1_000, 0)]
    [InlineData(BuyerDoes.PaysSlowly, false, "Pending", 0, 0)]
    [InlineData(BuyerDoes.Fails, false, "Failed", 0, 0)]
    [InlineData(BuyerDoes.Cancels, false, "Cancelled", 0, 0)]
    [InlineData(BuyerDoes.LetsExpire, false, "Expired", 0, 0)]
    public async Task Every_status_has_its_meaning(BuyerDoes what, bool later, string state, long authorised, long captured)
    {
        var created = await _adapter.Provider.CreatePayment(_adapter.Account, Adapter.Payment(later: later), Adapter.Ct);

        _adapter.Fake.Buyer(created.ProviderRef, what);
        var snapshot = await _adapter.See(created.ProviderRef);

        Assert.Equal(state, snapshot.State.ToString());
        Assert.Equal((authorised, captured), (snapshot.Authorised.Amount, snapshot.Captured.Amount));
        Assert.Equal(what == BuyerDoes.Fails ? "insufficient_funds" : null, snapshot.FailureCode);
        Assert.Equal("ideal", snapshot.Method);
    }

    [Fact]
    public async Task Part_of_what_was_authorised_is_captured_then_the_rest()
    {
        var paid = await _adapter.Paid(1_000, later: true);

        var part = await _adapter.Capture(paid, 400);
        Assert.True(part.IsFinal);
        Assert.Equal(400, (await _adapter.See(paid)).Captured.Amount);
        await _adapter.Capture(paid, 600);
        await Assert.ThrowsAsync<ProviderRefusedException>(() => _adapter.Capture(paid, 1));

        Assert.Equal((AttemptState.Captured, 1_000), ((await _adapter.See(paid)).State, (await _adapter.See(paid)).Captured.Amount));
        Assert.Equal(1_000, _adapter.Fake.Ledger.Balance());
    }

    [Fact]
    public async Task An_authorisation_is_released_and_an_open_payment_cancelled_and_a_paid_one_neither()
    {
        var authorised = await _adapter.Paid(later: true);
        var open = (await _adapter.Provider.CreatePayment(_adapter.Account, Adapter.Payment(), Adapter.Ct)).ProviderRef;
        var paid = await _adapter.Paid();

        var released = await _adapter.Provider.Void(_adapter.Account, authorised, "void:1", Adapter.Ct);
        var cancelled = await _adapter.Provider.Void(_adapter.Account, open, "void:2", Adapter.Ct);
        var again = await _adapter.Provider.Void(_adapter.Account, open, "void:3", Adapter.Ct);
        var late = await Assert.ThrowsAsync<ProviderRefusedException>(() =>
            _adapter.Provider.Void(_adapter.Account, paid, "void:4", Adapter.Ct));

        Assert.Equal((false, true, true), (released.IsFinal, cancelled.IsFinal, again.IsFinal));
        Assert.Equal(Refused.State, late.Code);
        Assert.Equal(AttemptState.Voided, (await _adapter.See(authorised)).State);
        Assert.Equal(AttemptState.Cancelled, (await _adapter.See(open)).State);
    }

    [Fact]
    public async Task A_payment_that_mollie_keeps_open_is_not_cancelled()
    {
        _adapter.Mollie.IsCancelable = false;
        var open = (await _adapter.Provider.CreatePayment(_adapter.Account, Adapter.Payment(), Adapter.Ct)).ProviderRef;

        var refused = await Assert.ThrowsAsync<ProviderRefusedException>(() =>
            _adapter.Provider.Void(_adapter.Account, open, "void:1", Adapter.Ct));

        Assert.Equal(Refused.State, refused.Code);
    }

    [Theory]
    [InlineData("queued", "Submitted")]
    [InlineData("pending", "Submitted")]
    [InlineData("processing", "Submitted")]
    [InlineData("refunded", "Succeeded")]
    [InlineData("failed", "Failed")]
    [InlineData("canceled", "Cancelled")]
    public async Task Every_stage_of_a_refund_has_its_meaning(string status, string state)
    {
        var (paid, refundId) = (await _adapter.Paid(), Guid.CreateVersion7());
        var answer = await _adapter.Refund(paid, 250, refundId: refundId);

        _adapter.Mollie.SetRefund(answer.Reference, status);
        var refund = await _adapter.Provider.GetRefund(_adapter.Account, paid, answer.Reference, Adapter.Ct);
        var listed = Assert.Single((await _adapter.See(paid)).Refunds);

        Assert.False(answer.IsFinal);
        Assert.NotNull(refund);
        Assert.Equal((state, refundId, 250), (refund.State.ToString(), refund.RefundId, refund.Amount.Amount));
        Assert.Equal((refund.RefundRef, refund.State, refund.RefundId), (listed.RefundRef, listed.State, listed.RefundId));
        Assert.Equal(status == "refunded" ? 250 : 0, (await _adapter.See(paid)).Refunded.Amount);
    }

    [Fact]
    public async Task A_refund_asked_for_again_when_the_key_is_forgotten_is_found_by_its_mark()
    {
        var (paid, refundId) = (await _adapter.Paid(), Guid.CreateVersion7());
        var first = await _adapter.Refund(paid, 250, refundId: refundId);
        _adapter.Mollie.Keys.Forget();

        var second = await _adapter.Refund(paid, 250, refundId: refundId);

        Assert.Equal(first.Reference, second.Reference);
        Assert.Single((await _adapter.See(paid)).Refunds);
    }

    [Fact]
    public async Task A_charge_back_is_seen_with_its_amount()
    {
        var paid = await _adapter.Paid();

        _adapter.Fake.ChargeBack(paid);
        var snapshot = await _adapter.See(paid);

        Assert.Equal((AttemptState.ChargedBack, 1_000, 1_000), (snapshot.State, snapshot.Captured.Amount, snapshot.ChargedBack.Amount));
    }

    [Fact]
    public async Task Another_profiles_payment_is_not_ours_to_see()
    {
        var refused = await Assert.ThrowsAsync<ProviderRefusedException>(() => _adapter.See(_adapter.Mollie.Foreign()));

        Assert.Equal(Refused.NotFound, refused.Code);
    }

    [Fact]
    public async Task What_is_wrong_with_a_payment_is_said_with_its_field()
    {
        _adapter.Mollie.RefusesLoopback = true;

        var refused = await Assert.ThrowsAsync<ProviderRefusedException>(() =>
            _adapter.Provider.CreatePayment(_adapter.Account, Adapter.Payment(), Adapter.Ct));

        Assert.Equal(Refused.Invalid, refused.Code);
        Assert.StartsWith("webhookUrl: ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_we_cannot_be_reached_no_webhook_is_asked_for()
    {
        _adapter.Mollie.RefusesLoopback = true;

        await _adapter.Provider.CreatePayment(_adapter.Account with { WebhookUrl = null }, Adapter.Payment(), Adapter.Ct);

        Assert.DoesNotContain("webhookUrl", _adapter.Fake.Server.Calls[0].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_being_worked_on_is_a_conflict()
    {
        var payment = Adapter.Payment();
        _adapter.Mollie.Keys.Occupy(payment.Key);

        var refused = await Assert.ThrowsAsync<ProviderRefusedException>(() =>
            _adapter.Provider.CreatePayment(_adapter.Account, payment, Adapter.Ct));

        Assert.Equal(Refused.Conflict, refused.Code);
    }
}
