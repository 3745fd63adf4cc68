using Balie.Payments.Providers;
using Balie.Payments.Tests.Providers;
using Balie.Testing.Payments;
using Microsoft.AspNetCore.WebUtilities;

namespace Balie.Payments.Tests.Stripe;

public sealed class StripeProviderTests : IAsyncDisposable
{
    private readonly Adapter _adapter = Adapter.Of("stripe");

    public ValueTask DisposeAsync() => _adapter.DisposeAsync();

    [Theory]
    [InlineData(1_000, "EUR", "eur", "1000")]
    [InlineData(1_000, "JPY", "jpy", "1000")]
    [InlineData(1_230, "KWD", "kwd", "1230")]
    [InlineData(2_790, "ISK", "isk", "279000")]
    public async Task Amounts_are_minor_units_and_currencies_lower_case(long amount, string currency, string sent, string units)
    {
        var paid = await _adapter.Paid(amount, currency);
        await _adapter.Refund(paid, amount, currency);
        _adapter.Fake.SettleRefunds();

        var snapshot = await _adapter.See(paid);

        var form = QueryHelpers.ParseQuery(_adapter.Fake.Server.Calls[0].Body);
        Assert.Equal(sent, form["line_items[0][price_data][currency]"]);
        Assert.Equal(units, form["line_items[0][price_data][unit_amount]"]);
        Assert.Equal((new Money(amount, currency), new Money(amount, currency)), (snapshot.Captured, snapshot.Refunded));
    }

    [Fact]
    public async Task A_third_decimal_that_stripe_cannot_say_is_refused_before_it_is_asked()
    {
        await Assert.ThrowsAsync<ProviderRefusedException>(() =>
            _adapter.Provider.CreatePayment(_adapter.Account, Adapter.Payment(1_234, "KWD"), Adapter.Ct));

        Assert.Empty(_adapter.Fake.Server.Calls);
    }

    [Fact]
    public async Task A_session_carries_all_that_stripe_wants_to_know()
    {
        var payment = Adapter.Payment(later: true, life: TimeSpan.FromHours(2)) with { Method = "card" };

        var created = await _adapter.Provider.CreatePayment(_adapter.Account, payment, Adapter.Ct);

        var call = Assert.Single(_adapter.Fake.Server.Calls);
        var form = QueryHelpers.ParseQuery(call.Body);
        Assert.Equal("POST /v1/checkout/sessions", call.ToString());
        Assert.Equal(FakeStripe.Version, call.Header("Stripe-Version"));
        Assert.Equal(payment.Key, call.Header("Idempotency-Key"));
        Assert.Equal("payment", form["mode"]);
        Assert.Equal("manual", form["payment_intent_data[capture_method]"]);
        Assert.Equal(payment.AttemptId.ToString(), form["payment_intent_data[metadata][attempt]"]);
        Assert.Equal(payment.AttemptId.ToString(), form["metadata[attempt]"]);
        Assert.Equal(payment.AttemptId.ToString(), form["client_reference_id"]);
        Assert.Equal("card", form["payment_method_types[0]"]);
        Assert.Equal(payment.ReturnUrl, form["success_url"]);
        Assert.Equal(payment.CancelUrl, form["cancel_url"]);
        Assert.Equal(payment.ExpiresAt.ToUnixTimeSeconds(), created.ExpiresAt?.ToUnixTimeSeconds());
    }

    [Theory]
    [InlineData(15)]
    [InlineData(30)]
    [InlineData(60 * 48)]
    public async Task A_life_that_stripe_does_not_take_is_left_to_us(int minutes)
    {
        var created = await _adapter.Provider.CreatePayment(
            _adapter.Account, Adapter.Payment(life: TimeSpan.FromMinutes(minutes)), Adapter.Ct);

        Assert.NotNull(created.ExpiresAt);
        Assert.DoesNotContain("expires_at", _adapter.Fake.Server.Calls[0].Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BuyerDoes.Pays, false, "Captured", 1_000, 1_000)]
    [InlineData(BuyerDoes.Pays, true, "Authorised", 1_000, 0)]
    [InlineData(BuyerDoes.PaysSlowly, false, "Pending", 0, 0)]
    [InlineData(BuyerDoes.Fails, false, "Created", 0, 0)]
    [InlineData(BuyerDoes.Cancels, false, "Created", 0, 0)]
    [InlineData(BuyerDoes.LetsExpire, false, "Expired", 0, 0)]
    public async Task Every_status_has_its_meaning(BuyerDoes what, bool later, string state, long authorised, long captured)
    {
        var created = await _adapter.Provider.CreatePayment(_adapter.Account, Adapter.Payment(later: later), Adapter.Ct);

        _adapter.Fake.Buyer(created.ProviderRef, what);
        var snapshot = await _adapter.See(created.ProviderRef);

        Assert.Equal(state, snapshot.State.ToString());
        Assert.Equal((authorised, captured), (snapshot.Authorised.Amount, snapshot.Captured.Amount));
        Assert.Equal(what == BuyerDoes.Fails ? "generic_decline" : null, snapshot.FailureCode);
    }

    [Theory]
    [InlineData(true, "Captured")]
    [InlineData(false, "Failed")]
    public async Task A_session_that_is_complete_and_unpaid_waits_for_the_bank(bool well, string state)
    {
        var created = await _adapter.Provider.CreatePayment(_adapter.Account, Adapter.Payment(), Adapter.Ct);
        _adapter.Fake.Buyer(created.ProviderRef, BuyerDoes.PaysSlowly);

        _adapter.Stripe.EndSlowPayment(created.ProviderRef, well);

        Assert.Equal(state, (await _adapter.See(created.ProviderRef)).State.ToString());
        Assert.Contains(await _adapter.Told(), its => its.Kind.StartsWith("checkout.session.async_payment_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_payment_has_its_own_name_once_the_page_is_done_and_answers_to_it_alike()
    {
        var created = await _adapter.Provider.CreatePayment(_adapter.Account, Adapter.Payment(), Adapter.Ct);
        _adapter.Fake.Buyer(created.ProviderRef, BuyerDoes.Fails);
        Assert.Null((await _adapter.See(created.ProviderRef)).PaymentRef);

        _adapter.Fake.Buyer(created.ProviderRef, BuyerDoes.Pays);
        var byPage = await _adapter.See(created.ProviderRef);
        Assert.StartsWith("pi_", byPage.PaymentRef, StringComparison.Ordinal);
        var byName = await _adapter.See(byPage.PaymentRef!);

        Assert.Equal((byPage.State, byPage.Captured, byPage.Method), (byName.State, byName.Captured, byName.Method));
        Assert.False((await _adapter.Refund(byPage.PaymentRef!, 10)).IsFinal);
    }

    [Fact]
    public async Task Less_than_was_authorised_is_captured_once_and_the_rest_let_go()
    {
        var paid = await _adapter.Paid(later: true);

        Assert.True((await _adapter.Capture(paid, 400)).IsFinal);
        var refused = await Assert.ThrowsAsync<ProviderRefusedException>(() => _adapter.Capture(paid, 600));

        Assert.Equal(Refused.State, refused.Code);
        Assert.Equal(400, (await _adapter.See(paid)).Captured.Amount);
        Assert.Equal(400, _adapter.Fake.Ledger.Balance());
    }

    [Fact]
    public async Task An_open_session_is_expired_and_an_authorisation_cancelled_and_a_paid_one_neither()
    {
        var open = (await _adapter.Provider.CreatePayment(_adapter.Account, Adapter.Payment(), Adapter.Ct)).ProviderRef;
        var authorised = await _adapter.Paid(later: true);
        var paid = await _adapter.Paid();

        foreach (var reference in new[] { open, authorised, open })
            Assert.True((await _adapter.Provider.Void(_adapter.Account, reference, $"void:{reference}", Adapter.Ct)).IsFinal);
        var late = await Assert.ThrowsAsync<ProviderRefusedException>(() =>
            _adapter.Provider.Void(_adapter.Account, paid, "void:paid", Adapter.Ct));

        Assert.Equal(Refused.State, late.Code);
        Assert.Equal(AttemptState.Expired, (await _adapter.See(open)).State);
        Assert.Equal(AttemptState.Voided, (await _adapter.See(authorised)).State);
    }

    [Fact]
    public async Task Refunds_come_in_stages_and_may_fail_after_they_succeeded()
    {
        var (paid, refundId) = (await _adapter.Paid(), Guid.CreateVersion7());

        var answer = await _adapter.Refund(paid, 250, refundId: refundId);
        Assert.Equal(RefundState.Submitted, (await Refund()).State);
        _adapter.Fake.SettleRefunds();
        Assert.Equal((RefundState.Succeeded, refundId), ((await Refund()).State, (await Refund()).RefundId));
        _adapter.Fake.ReturnRefund(answer.Reference);

        Assert.Equal((RefundState.Failed, "lost_or_stolen_card"), ((await Refund()).State, (await Refund()).Reason));
        Assert.Equal(0, (await _adapter.See(paid)).Refunded.Amount);
        Assert.Equal(1_000, _adapter.Fake.Ledger.Balance());

        async Task<RefundSnapshot> Refund() =>
            (await _adapter.Provider.GetRefund(_adapter.Account, paid, answer.Reference, Adapter.Ct))!;
    }

    [Theory]
    [InlineData("needs_response", "ChargedBack", 1_000)]
    [InlineData("under_review", "ChargedBack", 1_000)]
    [InlineData("lost", "ChargedBack", 1_000)]
    [InlineData("won", "Captured", 0)]
    [InlineData("warning_needs_response", "Captured", 0)]
    [InlineData("warning_closed", "Captured", 0)]
    [InlineData("prevented", "Captured", 0)]
    public async Task A_dispute_holds_the_money_or_does_not(string status, string state, long chargedBack)
    {
        var paid = await _adapter.Paid();
        _adapter.Fake.ChargeBack(paid);
        _adapter.Stripe.EndDispute(paid, status);

        var snapshot = await _adapter.See(paid);

        Assert.Equal((state, chargedBack), (snapshot.State.ToString(), snapshot.ChargedBack.Amount));
    }

    [Fact]
    public async Task The_same_key_for_something_else_is_refused_and_a_busy_one_asked_again()
    {
        var payment = Adapter.Payment();
        await _adapter.Provider.CreatePayment(_adapter.Account, payment, Adapter.Ct);

        var other = await Assert.ThrowsAsync<ProviderRefusedException>(() =>
            _adapter.Provider.CreatePayment(_adapter.Account, payment with { Description = "Three tickets" }, Adapter.Ct));
        _adapter.Stripe.Keys.Occupy("attempt:busy");
        await Assert.ThrowsAsync<ProviderAwayException>(() =>
            _adapter.Provider.CreatePayment(_adapter.Account, payment with { Key = "attempt:busy" }, Adapter.Ct));

        Assert.Equal(Refused.Key, other.Code);
    }
}
