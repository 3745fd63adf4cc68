using System.Text;
using Balie.Payments.Providers;
using Balie.Payments.Providers.Mollie;
using Balie.Payments.Tests.Providers;
using Balie.Testing.Payments;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Balie.Payments.Tests.Mollie;

public sealed class MollieWebhookTests : IAsyncDisposable
{
    private const string PublishedSecret = "test_secret";
    private const string PublishedBody = """{"resource":"event","id":"event_1","type":"payment.paid","entityId":"tr_1"}""";
    private const string PublishedSignature = "sha256=92ff748d876b310052df2eb2b9d585f8fd845090474b74e05f73905cf73ff22a";
    private readonly Adapter _adapter = Adapter.Of("mollie");

    public ValueTask DisposeAsync() => _adapter.DisposeAsync();

    [Fact]
    public void The_published_vector_holds() =>
        Assert.Equal(PublishedSignature, MollieSignature.Sign(Encoding.UTF8.GetBytes(PublishedBody), PublishedSecret));

    [Theory]
    [InlineData(true, PublishedSignature)]
    [InlineData(true, "sha256=00", PublishedSignature)]
    [InlineData(true, PublishedSignature + ", sha256=00")]
    [InlineData(false, "sha256=00")]
    [InlineData(false, "")]
    [InlineData(false, "92ff748d876b310052df2eb2b9d585f8fd845090474b74e05f73905cf73ff22a")]
    [InlineData(false, "sha1=92ff748d876b310052df2eb2b9d585f8fd845090474b74e05f73905cf73ff22a")]
    public void One_signature_that_agrees_is_enough(bool holds, params string[] signatures) =>
        Assert.Equal(holds, MollieSignature.Holds(
            new StringValues(signatures), Encoding.UTF8.GetBytes(PublishedBody), ["another secret", PublishedSecret]));

    [Fact]
    public void Without_a_secret_nothing_holds() =>
        Assert.False(MollieSignature.Holds(PublishedSignature, Encoding.UTF8.GetBytes(PublishedBody), []));

    [Fact]
    public void A_changed_body_does_not_hold() =>
        Assert.False(MollieSignature.Holds(PublishedSignature, Encoding.UTF8.GetBytes(PublishedBody + " "), [PublishedSecret]));

    [Fact]
    public async Task A_classic_webhook_is_a_reason_to_ask_and_nothing_more()
    {
        var paid = await _adapter.Paid();

        var told = await _adapter.Told();

        var classic = Assert.Single(told, its => its.Kind == "payment");
        Assert.Equal((null, paid, null, null), (classic.DedupeKey, classic.ProviderRef, classic.AttemptId, classic.Claimed));
    }

    [Fact]
    public async Task A_signed_webhook_names_its_event_and_its_payment()
    {
        var paid = await _adapter.Paid();

        var told = await _adapter.Told();

        var signed = Assert.Single(told, its => its.Kind == "payment.paid");
        Assert.StartsWith("event_", signed.DedupeKey, StringComparison.Ordinal);
        Assert.Equal((paid, null), (signed.ProviderRef, signed.Claimed));
        Assert.NotNull(signed.OccurredAt);
    }

    [Fact]
    public void A_signed_webhook_about_a_refund_finds_the_payment_beside_it()
    {
        const string Body =
            """{"resource":"event","id":"event_2","type":"refund.failed","entityId":"re_1","_embedded":{"entity":{"paymentId":"tr_7"}}}""";

        var reading = Read(Body, MollieSignature.Sign(Encoding.UTF8.GetBytes(Body), FakeMollie.Secret));

        Assert.Equal("tr_7", Assert.Single(reading.Events).ProviderRef);
    }

    [Theory]
    [InlineData("id=tr_whoknows", 200)]
    [InlineData("id=tr_a&id=tr_b", 400)]
    [InlineData("id=", 400)]
    [InlineData("id=re_123456", 400)]
    [InlineData("id=tr_1%2F..%2Fx", 400)]
    [InlineData("payment=tr_123", 400)]
    [InlineData("", 400)]
    [InlineData(PublishedBody, 400)]
    public void Unsigned_only_an_id_is_taken(string body, int status) => Assert.Equal(status, Read(body, null).Status);

    [Theory]
    [InlineData("no json")]
    [InlineData("""{"resource":"payment","id":"x","type":"y"}""")]
    [InlineData("""{"resource":"event"}""")]
    [InlineData("[]")]
    public void Signed_nonsense_is_still_nonsense(string body) =>
        Assert.Equal(400, Read(body, MollieSignature.Sign(Encoding.UTF8.GetBytes(body), FakeMollie.Secret)).Status);

    [Fact]
    public void A_book_is_no_webhook() => Assert.Equal(413, Read("id=tr_1" + new string(' ', 100_000), null).Status);

    private WebhookReading Read(string body, string? signature)
    {
        var headers = new HeaderDictionary();
        if (signature is not null) headers[MollieSignature.Header] = signature;
        var request = new WebhookRequest(headers, Encoding.UTF8.GetBytes(body), new Dictionary<string, StringValues>());
        return _adapter.Provider.ReadWebhook(_adapter.Account, request, TimeProvider.System.GetUtcNow());
    }
}
