using Balie.Contracts.Orders;
using Balie.Notifications.Deliveries;

namespace Balie.Notifications.Tests.Webhooks;

/// <summary>Receivers that are not there any more. An app of its own, because it moves the clock by days.</summary>
public sealed class DisablingTests(WebhookApp app) : IClassFixture<WebhookApp>
{
    private readonly Guid _orgId = Guid.CreateVersion7();

    private static CancellationToken Ct => NotifyApp.Ct;

    private HttpClient Owner => app.As(Roles.Owner, orgId: _orgId);

    private Task Expire(string reference = "W3") => app.Tell(new OrderExpired(Guid.CreateVersion7(), reference), _orgId);

    private async Task<Mail[]> Notices(string url) => [.. (await app.Mails("owner@example.org"))
        .Where(mail => mail.Body.Contains(url, StringComparison.Ordinal))];

    [Fact]
    public async Task Gone_ends_it_at_once_with_a_notice()
    {
        await using var receiver = await Receiver.Start();
        receiver.AnswerWith(410);
        var webhook = await app.Webhook(Owner, receiver.Url);

        await Expire();

        Assert.Equal("failed", (await WebhookApp.Attempted(Owner, webhook.Id, 1)).State);
        Assert.Equal(("disabled", "The receiver answered 410 Gone."),
            (await WebhookApp.See(Owner, webhook.Id)) is var seen ? (seen.Status, seen.DisabledReason) : default);
        await NotifyApp.Until(async () => (await Notices(receiver.Url)).Length == 1, () => "no notice");
    }

    [Fact]
    public async Task After_eleven_attempts_that_failed_it_is_switched_off_with_one_notice_and_what_follows_is_not_sent()
    {
        await using var receiver = await Receiver.Start();
        receiver.AnswerWith(500);
        var webhook = await app.Webhook(Owner, receiver.Url);
        await Expire();
        var began = app.Clock.GetUtcNow();

        for (var attempts = 1; attempts < Schedule.Attempts; attempts++)
        {
            var waiting = await WebhookApp.Attempted(Owner, webhook.Id, attempts);
            Assert.Equal("waiting", waiting.State);
            await app.Advance((waiting.NextAttemptAt ?? began) - app.Clock.GetUtcNow() + TimeSpan.FromSeconds(1));
        }

        Assert.Equal("failed", (await WebhookApp.Attempted(Owner, webhook.Id, Schedule.Attempts)).State);
        Assert.InRange((app.Clock.GetUtcNow() - began).TotalDays, 2.6, 3.4);
        Assert.Equal("disabled", (await WebhookApp.See(Owner, webhook.Id)).Status);
        await NotifyApp.Until(async () => (await Notices(receiver.Url)).Length == 1, () => "no notice");
        await Expire();
        Assert.Single(await WebhookApp.Log(Owner, webhook.Id));
    }

    [Fact]
    public async Task After_five_days_without_any_success_it_is_switched_off_whatever_is_still_to_be_tried()
    {
        await using var receiver = await Receiver.Start();
        receiver.AnswerWith(500);
        var webhook = await app.Webhook(Owner, receiver.Url);
        await Expire();
        await WebhookApp.Attempted(Owner, webhook.Id, 1);

        await app.Advance(TimeSpan.FromDays(5));

        Assert.Equal("waiting", (await WebhookApp.Attempted(Owner, webhook.Id, 2)).State);
        Assert.Equal("No message could be delivered for five days.", (await WebhookApp.See(Owner, webhook.Id)).DisabledReason);
    }

    [Fact]
    public async Task A_success_in_between_keeps_it_going()
    {
        await using var receiver = await Receiver.Start();
        receiver.Answer = http =>
        {
            http.Response.StatusCode = receiver.All[^1].Body.Contains("good", StringComparison.Ordinal) ? 200 : 500;
            return Task.CompletedTask;
        };
        var webhook = await app.Webhook(Owner, receiver.Url);
        await Expire("bad");
        var bad = await WebhookApp.Attempted(Owner, webhook.Id, 1);
        await Expire("good");
        await receiver.Until(2);
        await NotifyApp.Until(async () => (await WebhookApp.See(Owner, webhook.Id)).FailingSince is null, () => "still failing");

        for (var attempts = 2; attempts <= Schedule.Attempts; attempts++)
        {
            // The bad one alone is due, and never so long that five days go by.
            await app.SystemDb.As(_orgId).Run("""
                update notifications.webhook_deliveries
                set due_at = @Now
                where org_id = @orgId and message_id = @MessageId and state = 'waiting'
                """, new { bad.MessageId, app.Db.Now }, Ct);
            await app.Advance(TimeSpan.FromSeconds(1));
            await NotifyApp.Until(async () => (await WebhookApp.Attempts(Owner, webhook.Id, bad.MessageId)).Length >= attempts,
                () => $"attempt {attempts} is missing");
        }

        Assert.Equal("failed", (await WebhookApp.Log(Owner, webhook.Id, "?state=failed")).Single().State);
        Assert.Equal("enabled", (await WebhookApp.See(Owner, webhook.Id)).Status);
    }
}
