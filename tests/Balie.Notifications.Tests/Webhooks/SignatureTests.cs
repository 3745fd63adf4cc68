using System.Text;
using System.Text.Json;
using Balie.Contracts.Orders;
using Balie.Notifications.Webhooks;

namespace Balie.Notifications.Tests.Webhooks;

/// <summary>Signatures as the specification has them, and as its own package verifies them.</summary>
public sealed class SignatureTests(WebhookApp app) : IClassFixture<WebhookApp>
{
    private static CancellationToken Ct => NotifyApp.Ct;

    private readonly HttpClient _owner = app.As(Roles.Owner, orgId: Guid.CreateVersion7());

    // https://github.com/standard-webhooks/standard-webhooks, the test of its libraries.
    [Fact]
    public void The_published_vector() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        Signatures.Sign([Convert.FromBase64String("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")], "msg_p5jXN8AQM9LWM0D4loKWxJek",
            DateTimeOffset.FromUnixTimeSeconds(1614265330), "{\"test\": 2432232314}"u8));

    [Theory]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJel", 1614265330, "{\"test\": 2432232314}")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265331, "{\"test\": 2432232314}")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232315}")]
    public void Any_other_part_is_another_signature(string secret, string id, long timestamp, string body) => Assert.NotEqual(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        Signatures.Sign(
            [Convert.FromBase64String(secret)], id, DateTimeOffset.FromUnixTimeSeconds(timestamp), Encoding.UTF8.GetBytes(body)));

    [Fact]
    public async Task A_stranger_verifies_what_we_send_and_refuses_what_was_tampered_with()
    {
        await using var receiver = await Receiver.Start();
        var webhook = await app.Webhook(_owner, receiver.Url);
        await Tell(new OrderExpired(Guid.CreateVersion7(), "Café “W3”"));

        var got = (await receiver.Until(1)).Single();

        Assert.StartsWith("whsec_", webhook.Secret, StringComparison.Ordinal);
        Assert.Equal(0, await Verify(webhook.Secret, got));
        Assert.NotEqual(0, await Verify(webhook.Secret, got with { Body = got.Body.Replace("Café", "Cafe", StringComparison.Ordinal) }));
        Assert.NotEqual(0, await Verify("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", got));
        Assert.NotEqual(0, await Verify(webhook.Secret, got with { Headers = Without(got, "webhook-id") }));
        Assert.NotEqual(0, await Verify(webhook.Secret, got, after: TimeSpan.FromMinutes(6)));
    }

    [Fact]
    public async Task While_secrets_overlap_both_verify_and_afterwards_only_the_new_one()
    {
        await using var receiver = await Receiver.Start();
        var webhook = await app.Webhook(_owner, receiver.Url);
        var rotated = await (await _owner.PostAsync(new Uri($"/api/v1/webhooks/{webhook.Id}/secret", UriKind.Relative), null, Ct))
            .IsOk<RotateSecret.Rotated>(System.Net.HttpStatusCode.Created, Ct);

        await Tell(new OrderExpired(Guid.CreateVersion7(), "W3"));
        var during = (await receiver.Until(1))[0];
        await app.Advance(RotateSecret.Overlap + TimeSpan.FromMinutes(1));
        await Tell(new OrderExpired(Guid.CreateVersion7(), "W4"));
        var after = (await receiver.Until(2))[1];

        Assert.Equal(2, during.Headers["webhook-signature"].Split(' ').Length);
        Assert.Equal((0, 0), (await Verify(webhook.Secret, during), await Verify(rotated.Secret, during)));
        Assert.Single(after.Headers["webhook-signature"].Split(' '));
        Assert.Equal(0, await Verify(rotated.Secret, after));
        Assert.NotEqual(0, await Verify(webhook.Secret, after));
    }

    private async Task Tell<TMessage>(TMessage message) where TMessage : notnull =>
        await app.Tell(message, Guid.Parse(_owner.DefaultRequestHeaders.GetValues("X-Organisation").Single()));

    private static async Task<int> Verify(string secret, Received got, TimeSpan after = default)
    {
        var sentAt = long.Parse(got.Headers["webhook-timestamp"], System.Globalization.CultureInfo.InvariantCulture);
        var now = sentAt + (long)after.TotalSeconds;
        var question = JsonSerializer.Serialize(new { secret, body = got.Body, headers = got.Headers, now });
        return (await Stranger.Ask("verify-webhook.mjs", question, Ct)).ExitCode;
    }

    private static Dictionary<string, string> Without(Received got, string header) =>
        got.Headers.Where(one => one.Key != header).ToDictionary();
}
