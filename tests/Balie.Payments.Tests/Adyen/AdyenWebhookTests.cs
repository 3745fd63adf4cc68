using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Balie.Payments.Providers;
using Balie.Payments.Providers.Adyen;
using Balie.Payments.Tests.Providers;
using Balie.Testing.Payments;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Balie.Payments.Tests.Adyen;

public sealed class AdyenWebhookTests : IAsyncDisposable
{
    private const string Authorised = "7914073381342284::TestMerchant:TestPayment-1407325143704:1130:EUR:AUTHORISATION:true";
    private const string Refunded = "8535296650153317:7914073381342284:TestMerchant:order-42:500:EUR:REFUND:true";
    private readonly Adapter _adapter = Adapter.Of("adyen");

    public ValueTask DisposeAsync() => _adapter.DisposeAsync();

    [Theory]
    [InlineData(Authorised, "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0=")]
    [InlineData(Refunded, "htm07EMlRNaR4tl0bTEL/pQtKJLBJaU0J8eDD8ZzIys=")]
    public void The_published_vectors_hold(string text, string signature)
    {
        Assert.Equal(signature, AdyenSignature.Sign(text, FakeAdyen.HmacKey));
        Assert.Equal(text, AdyenSignature.TextOf(Item(text)));
        Assert.True(AdyenSignature.Holds(Item(text, signature), [new string('0', 64), FakeAdyen.HmacKey]));
    }

    [Theory]
    [InlineData("7914073381342285::TestMerchant:TestPayment-1407325143704:1130:EUR:AUTHORISATION:true")]
    [InlineData("7914073381342284:1:TestMerchant:TestPayment-1407325143704:1130:EUR:AUTHORISATION:true")]
    [InlineData("7914073381342284::OtherMerchant:TestPayment-1407325143704:1130:EUR:AUTHORISATION:true")]
    [InlineData("7914073381342284::TestMerchant:TestPayment-1407325143705:1130:EUR:AUTHORISATION:true")]
    [InlineData("7914073381342284::TestMerchant:TestPayment-1407325143704:1131:EUR:AUTHORISATION:true")]
    [InlineData("7914073381342284::TestMerchant:TestPayment-1407325143704:1130:USD:AUTHORISATION:true")]
    [InlineData("7914073381342284::TestMerchant:TestPayment-1407325143704:1130:EUR:CAPTURE:true")]
    [InlineData("7914073381342284::TestMerchant:TestPayment-1407325143704:1130:EUR:AUTHORISATION:false")]
    public void Each_of_the_eight_members_counts(string text) =>
        Assert.False(AdyenSignature.Holds(Item(text, "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0="), [FakeAdyen.HmacKey]));

    [Fact]
    public void Without_a_key_nothing_holds() =>
        Assert.False(AdyenSignature.Holds(Item(Authorised, "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0="), []));

    [Theory]
    [InlineData(BuyerDoes.Pays, false, "Captured")]
    [InlineData(BuyerDoes.Pays, true, "Authorised")]
    [InlineData(BuyerDoes.Fails, false, "Failed")]
    public async Task An_authorisation_claims_what_became_of_the_attempt(BuyerDoes what, bool later, string state)
    {
        var payment = Adapter.Payment(later: later);
        var created = await _adapter.Provider.CreatePayment(_adapter.Account, payment, Adapter.Ct);
        _adapter.Fake.Buyer(created.ProviderRef, what);

        var told = Assert.Single(await _adapter.Told());

        Assert.Equal(payment.AttemptId, told.AttemptId);
        Assert.NotNull(told.Claimed);
        Assert.Equal((state, payment.Amount, "ideal"), (told.Claimed.State?.ToString(), told.Claimed.Amount, told.Claimed.Method));
        Assert.Equal(what == BuyerDoes.Fails ? "Refused" : null, told.Claimed.Reason);
        Assert.Equal($"AUTHORISATION:{told.ProviderRef}:{(what == BuyerDoes.Pays ? "true" : "false")}", told.DedupeKey);
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero), told.OccurredAt);
    }

    [Theory]
    [InlineData("CAPTURE", true, "Captured")]
    [InlineData("CAPTURE", false, null)]
    [InlineData("CAPTURE_FAILED", true, "ChargedBack")]
    [InlineData("CANCELLATION", true, "Voided")]
    [InlineData("CANCELLATION", false, null)]
    [InlineData("TECHNICAL_CANCEL", true, "Voided")]
    [InlineData("EXPIRE", true, "AuthorisationExpired")]
    [InlineData("OFFER_CLOSED", true, "Expired")]
    [InlineData("CHARGEBACK", true, "ChargedBack")]
    [InlineData("SECOND_CHARGEBACK", true, "ChargedBack")]
    [InlineData("CHARGEBACK_REVERSED", true, "Captured")]
    [InlineData("PREARBITRATION_WON", true, "Captured")]
    [InlineData("PREARBITRATION_LOST", true, "ChargedBack")]
    [InlineData("NOTIFICATION_OF_CHARGEBACK", true, null)]
    [InlineData("CANCEL_OR_REFUND", true, null)]
    [InlineData("REPORT_AVAILABLE", true, null)]
    [InlineData("SOMETHING_NEW", true, null)]
    public async Task Every_code_is_taken_and_those_about_the_money_claim_it(string code, bool success, string? state)
    {
        var paid = await _adapter.Paid();
        await _adapter.Told();
        _adapter.Adyen.Notify(code, paid, success);

        var told = Assert.Single(await _adapter.Told());

        Assert.Equal((code, paid), (told.Kind, told.ProviderRef));
        Assert.Equal(state, told.Claimed?.State?.ToString());
        Assert.Null(told.Claimed?.Refund);
        Assert.Equal(!success && code is "CAPTURE" or "CANCELLATION", told.Claimed?.IsRefusal ?? false);
    }

    [Theory]
    [InlineData("REFUND", "true", "Succeeded")]
    [InlineData("REFUND", "false", "Failed")]
    [InlineData("REFUND_FAILED", "true", "Failed")]
    [InlineData("REFUNDED_REVERSED", "true", "Reversed")]
    public void A_refund_is_known_by_our_own_name_for_it(string code, string success, string state)
    {
        var refundId = Guid.CreateVersion7();

        var told = AdyenEvents.Read(Item($"MODIFICATION1:PAYMENT1:{FakeAdyen.Account}:refund.{refundId}:500:EUR:{code}:{success}"), "");

        Assert.Equal(("PAYMENT1", null), (told.ProviderRef, told.AttemptId));
        Assert.NotNull(told.Claimed);
        Assert.Equal((state, refundId), (told.Claimed.Refund?.ToString(), told.Claimed.RefundId));
        Assert.Equal(("MODIFICATION1", null), (told.Claimed.ModificationRef, told.Claimed.State));
    }

    [Theory]
    [InlineData("cancel", "Voided", null)]
    [InlineData("refund", null, "Succeeded")]
    public void A_cancel_or_refund_says_which_of_both_it_was(string action, string? state, string? refund)
    {
        var item = Item($"M1:P1:{FakeAdyen.Account}:x:500:EUR:CANCEL_OR_REFUND:true") with
        {
            AdditionalData = new Dictionary<string, JsonElement>
            {
                ["modification.action"] = JsonSerializer.SerializeToElement(action),
            },
        };

        var claimed = AdyenEvents.Read(item, "").Claimed;

        Assert.Equal((state, refund), (claimed?.State?.ToString(), claimed?.Refund?.ToString()));
    }

    [Fact]
    public async Task Refunds_succeed_and_come_back_or_fail()
    {
        var paid = await _adapter.Paid();
        var first = await _adapter.Refund(paid, 300);
        _adapter.Fake.SettleRefunds();
        await _adapter.Refund(paid, 200);
        _adapter.Fake.SettleRefunds(well: false);
        _adapter.Fake.ReturnRefund(first.Reference);

        var told = await _adapter.Told();

        Assert.Equal(
            [RefundState.Succeeded, RefundState.Failed, RefundState.Reversed], told.Skip(1).Select(its => its.Claimed?.Refund));
        Assert.Equal(told.Count, told.Select(its => its.DedupeKey).Distinct().Count());
        Assert.Equal(1_000, _adapter.Fake.Ledger.Balance());
    }

    [Fact]
    public async Task What_is_taken_is_answered_as_adyen_wants_it()
    {
        await _adapter.Paid();

        var reading = await _adapter.Read(Assert.Single(_adapter.Fake.Courier.Letters));

        Assert.Equal((200, "[accepted]"), (reading.Status, reading.Answer));
    }

    [Fact]
    public async Task The_user_of_the_endpoint_counts_and_both_passwords_do_while_one_is_replaced()
    {
        await _adapter.Paid();
        var letter = Assert.Single(_adapter.Fake.Courier.Letters);

        Assert.Equal(200, await Status(With("webhookPasswords", """["another-password","a-password-for-the-hook"]""")));
        Assert.Equal(401, await Status(With("webhookPasswords", """["another-password"]""")));
        Assert.Equal(401, await Status(With("webhookUser", "\"somebody\"")));
        Assert.Equal(401, await Status(With("merchantAccount", "\"OtherECOM\"")));
        Assert.Equal(401, await Status(_adapter.Account with { IsLive = true }));
        Assert.Equal(401, await Status(_adapter.With("{}")));

        async Task<int> Status(ProviderAccount account) => (await _adapter.Read(letter, account)).Status;

        ProviderAccount With(string name, string value)
        {
            var settings = JsonNode.Parse(_adapter.Fake.Settings)!;
            settings[name] = JsonNode.Parse(value);
            return _adapter.With(settings.ToJsonString());
        }
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("{}")]
    [InlineData("""{"live":"false","notificationItems":[]}""")]
    [InlineData("""{"live":false,"notificationItems":[]}""")]
    public void Nonsense_is_refused(string body) => Assert.Equal(400, Read(body).Status);

    [Theory]
    [InlineData("""{"live":"false","notificationItems":[{}]}""")]
    [InlineData("""{"live":"false","notificationItems":[{"NotificationRequestItem":{}}]}""")]
    [InlineData("""{"live":"false","notificationItems":[{"NotificationRequestItem":{"additionalData":{"hmacSignature":1}}}]}""")]
    public void An_item_without_its_signature_is_refused(string body) => Assert.Equal(401, Read(body).Status);

    [Fact]
    public void One_item_that_is_not_ours_spoils_them_all()
    {
        var good = Written($"P1::{FakeAdyen.Account}:x:500:EUR:AUTHORISATION:true", FakeAdyen.HmacKey);
        var bad = Written($"P2::{FakeAdyen.Account}:x:500:EUR:AUTHORISATION:true", new string('0', 64));

        Assert.Equal(2, Read(Notice(good, good)).Events.Count);
        Assert.Equal(401, Read(Notice(good, bad)).Status);
    }

    private WebhookReading Read(string body)
    {
        var login = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{FakeAdyen.User}:{FakeAdyen.Password}"));
        var headers = new HeaderDictionary { ["Authorization"] = $"Basic {login}" };
        var request = new WebhookRequest(headers, Encoding.UTF8.GetBytes(body), new Dictionary<string, StringValues>());
        return _adapter.Provider.ReadWebhook(_adapter.Account, request, TimeProvider.System.GetUtcNow());
    }

    private static string Notice(params string[] items)
    {
        var envelopes = string.Join(',', items.Select(item => $$"""{"NotificationRequestItem":{{item}}}"""));
        return $$"""{"live":"false","notificationItems":[{{envelopes}}]}""";
    }

    private static string Written(string text, string key) =>
        JsonSerializer.Serialize(Item(text, AdyenSignature.Sign(text, key)), Texts.CamelJson);

    /// <summary>The item whose signed text this is.</summary>
    private static AdyenItem Item(string text, string? signature = null)
    {
        var parts = text.Split(':');
        var amount = new AdyenAmount(parts[5], long.Parse(parts[4], System.Globalization.CultureInfo.InvariantCulture));
        var additional = signature is null
            ? null
            : new Dictionary<string, JsonElement> { ["hmacSignature"] = JsonSerializer.SerializeToElement(signature) };
        return new AdyenItem(
            parts[0], parts[1].Length > 0 ? parts[1] : null, parts[2], parts[3], amount, parts[6], null, parts[7], null, null, additional);
    }
}
