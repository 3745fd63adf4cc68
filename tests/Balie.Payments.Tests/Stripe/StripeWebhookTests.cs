using System.Globalization;
using System.Text;
using Balie.Payments.Providers;
using Balie.Payments.Providers.Stripe;
using Balie.Payments.Tests.Providers;
using Balie.Testing.Payments;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Balie.Payments.Tests.Stripe;

public sealed class StripeWebhookTests : IAsyncDisposable
{
    private const string PublishedSecret = "whsec_test_secret";
    private const long PublishedMoment = 1_700_000_000;
    private const string PublishedBody = """{"id":"evt_1","object":"event"}""";
    private const string PublishedSignature = "0c8670ed117751cc551a20e35839447075c42800ea3cf3e8a2fbda99cd1e6edd";
    private readonly Adapter _adapter = Adapter.Of("stripe");

    public ValueTask DisposeAsync() => _adapter.DisposeAsync();

    [Fact]
    public void The_published_vector_holds() =>
        Assert.Equal(PublishedSignature, StripeSignature.Sign(PublishedMoment, Encoding.UTF8.GetBytes(PublishedBody), PublishedSecret));

    [Theory]
    [InlineData(true, "t=1700000000,v1=" + PublishedSignature)]
    [InlineData(true, "v1=" + PublishedSignature + ",t=1700000000")]
    [InlineData(true, "t=1700000000,v1=00,v1=" + PublishedSignature + ",v0=00")]
    [InlineData(false, "t=1700000000,v0=" + PublishedSignature)]
    [InlineData(false, "t=1700000001,v1=" + PublishedSignature)]
    [InlineData(false, "t=1700000000,t=1700000000,v1=" + PublishedSignature)]
    [InlineData(false, "t=-1700000000,v1=" + PublishedSignature)]
    [InlineData(false, "t=1700000000 ,v1=" + PublishedSignature)]
    [InlineData(false, "v1=" + PublishedSignature)]
    [InlineData(false, "t=1700000000")]
    [InlineData(false, "t=1700000000,v1=")]
    [InlineData(false, PublishedSignature)]
    [InlineData(false, "")]
    public void One_v1_that_agrees_is_enough(bool holds, string header) => Assert.Equal(holds, Holds(header, PublishedMoment));

    [Theory]
    [InlineData(0, true)]
    [InlineData(300, true)]
    [InlineData(-300, true)]
    [InlineData(301, false)]
    [InlineData(-301, false)]
    [InlineData(100_000_000, false)]
    public void Its_moment_is_five_minutes_away_at_most_in_either_direction(long later, bool holds) =>
        Assert.Equal(holds, Holds("t=1700000000,v1=" + PublishedSignature, PublishedMoment + later));

    [Fact]
    public void A_moment_beyond_all_time_is_no_moment()
    {
        var signature = StripeSignature.Sign(long.MaxValue, Encoding.UTF8.GetBytes(PublishedBody), PublishedSecret);

        Assert.False(Holds($"t={long.MaxValue},v1={signature}", PublishedMoment));
    }

    [Fact]
    public void A_hundred_signatures_are_not_tried() =>
        Assert.False(Holds($"t=1700000000,v1={PublishedSignature}{string.Concat(Enumerable.Repeat(",v1=00", 100))}", PublishedMoment));

    [Fact]
    public async Task While_a_secret_is_replaced_either_of_both_holds()
    {
        _adapter.Stripe.Secrets = ["whsec_the_new_secret", FakeStripe.Secret];

        await _adapter.Paid();

        Assert.NotEmpty(await _adapter.Told());
    }

    [Fact]
    public async Task Every_event_names_its_payment_and_each_has_a_key_of_its_own()
    {
        var payment = Adapter.Payment();
        var created = await _adapter.Provider.CreatePayment(_adapter.Account, payment, Adapter.Ct);
        _adapter.Fake.Buyer(created.ProviderRef, BuyerDoes.Pays);
        await _adapter.Refund(created.ProviderRef, 100);
        _adapter.Fake.SettleRefunds();
        _adapter.Fake.ChargeBack(created.ProviderRef);
        var name = (await _adapter.See(created.ProviderRef)).PaymentRef;

        var told = await _adapter.Told();

        Assert.Equal(
            ["payment_intent.succeeded", "checkout.session.completed", "refund.created", "refund.updated", "charge.dispute.created",
                "charge.dispute.funds_withdrawn"],
            told.Select(its => its.Kind));
        Assert.Equal([name, created.ProviderRef, name, name, name, name], told.Select(its => its.ProviderRef));
        Assert.All(told.Take(2), its => Assert.Equal(payment.AttemptId, its.AttemptId));
        Assert.All(told, its => Assert.Null(its.Claimed));
        Assert.Equal(told.Count, told.Select(its => its.DedupeKey).Distinct().Count());
    }

    [Theory]
    [InlineData("""{"id":"evt_1","object":"event","type":"x","livemode":true,"data":{"object":{}}}""", 400)]
    [InlineData("""{"id":"evt_1","object":"event","type":"x","data":{"object":{}}}""", 400)]
    [InlineData("""{"id":"evt_1","object":"event","type":"x","livemode":false}""", 400)]
    [InlineData("""{"id":"evt_1","object":"charge","type":"x","livemode":false,"data":{"object":{}}}""", 400)]
    [InlineData("no json", 400)]
    [InlineData("""{"id":"evt_1","object":"event","type":"invoice.paid","livemode":false,"data":{"object":{"id":"in_1"}}}""", 200)]
    public void Signed_and_still_not_for_us(string body, int status)
    {
        var now = TimeProvider.System.GetUtcNow();
        var moment = now.ToUnixTimeSeconds();
        var headers = new HeaderDictionary
        {
            [StripeSignature.Header] =
                string.Create(CultureInfo.InvariantCulture, $"t={moment},v1={FakeStripe.Sign(moment, body, FakeStripe.Secret)}"),
        };
        var request = new WebhookRequest(headers, Encoding.UTF8.GetBytes(body), new Dictionary<string, StringValues>());

        Assert.Equal(status, _adapter.Provider.ReadWebhook(_adapter.Account, request, now).Status);
    }

    private static bool Holds(string header, long now) => StripeSignature.Holds(
        header, Encoding.UTF8.GetBytes(PublishedBody), ["whsec_some_other_one", PublishedSecret], DateTimeOffset.FromUnixTimeSeconds(now));
}
