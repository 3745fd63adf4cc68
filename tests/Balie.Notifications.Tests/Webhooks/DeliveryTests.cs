using System.Net;
using System.Net.Sockets;
using Balie.Contracts.Orders;
using Balie.Contracts.Ticketing;
using Balie.Notifications.Deliveries;
using Balie.Notifications.Webhooks;
using Microsoft.AspNetCore.Http;

namespace Balie.Notifications.Tests.Webhooks;

public sealed class DeliveryTests(WebhookApp app) : IClassFixture<WebhookApp>
{
    private readonly Guid _orgId = Guid.CreateVersion7();

    private static CancellationToken Ct => NotifyApp.Ct;

    private HttpClient Owner => app.As(Roles.Owner, orgId: _orgId);

    private Task Expire(string reference = "W3HQ8ZRT5N") => app.Tell(new OrderExpired(Guid.CreateVersion7(), reference), _orgId);

    [Fact]
    public async Task A_message_arrives_with_its_type_time_data_and_number()
    {
        await using var receiver = await Receiver.Start();
        await app.Webhook(Owner, receiver.Url, "order.expired");
        var orderId = Guid.CreateVersion7();

        await app.Tell(new OrderExpired(orderId, "W3HQ8ZRT5N"), _orgId);
        await app.Tell(new OrderPlaced(orderId, "W3HQ8ZRT5N", Given.Euro(100)), _orgId);
        await app.Tell(new OrderExpired(orderId, "W4"), _orgId);

        var got = (await receiver.Until(2)).OrderBy(one => one.Json.GetProperty("sequence").GetInt64()).ToArray();
        Assert.All(got, one => Assert.Equal("order.expired", one.Type));
        Assert.Equal((1, 0), (got[0].Json.GetProperty("sequence").GetInt64(), got[0].Json.GetProperty("previousSequence").GetInt64()));
        // The second one of its types is the third of the organisation, and nothing is missing in between.
        Assert.Equal((3, 1), (got[1].Json.GetProperty("sequence").GetInt64(), got[1].Json.GetProperty("previousSequence").GetInt64()));
        Assert.Equal(orderId, got[0].Json.GetProperty("data").GetProperty("orderId").GetGuid());
        Assert.EndsWith("Z", got[0].Json.GetProperty("timestamp").GetString(), StringComparison.Ordinal);
        Assert.Equal("application/json", got[0].Headers["content-type"]);
    }

    [Fact]
    public async Task What_names_people_is_left_out_of_what_is_public()
    {
        await using var receiver = await Receiver.Start();
        await app.Webhook(Owner, receiver.Url);

        await app.Tell(new TicketTransferred(Guid.CreateVersion7(), Guid.CreateVersion7(), "van@example.org", "aan@example.org"), _orgId);

        Assert.DoesNotContain("@example.org", (await receiver.Until(1)).Single().Body, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_public_message_is_heard_by_the_module()
    {
        var on = new Kernel.Listeners();
        new NotificationsModule().Listen(on);

        Assert.Empty(PublicMessages.All.Select(message => message.Type).Except(on.Subscriptions.Select(heard => heard.Kind))
            .Except([PublicMessages.Test]));
    }

    [Fact]
    public void Eleven_attempts_over_three_days_each_a_little_later_or_earlier()
    {
        TimeSpan Sum(double chance) => Enumerable.Range(1, 10)
            .Aggregate(TimeSpan.Zero, (sum, tries) => sum + (Schedule.PauseAfter(tries, null, chance) ?? TimeSpan.Zero));

        Assert.Equal(11, Schedule.Attempts);
        Assert.Null(Schedule.PauseAfter(11, null, 0.5));
        Assert.InRange(Sum(0.5).TotalDays, 2.9, 3.1);
        Assert.True(Sum(0) < Sum(0.5) && Sum(0.5) < Sum(1));
        Assert.Equal(TimeSpan.FromMinutes(20), Schedule.PauseAfter(1, TimeSpan.FromMinutes(20), 0.5));
        Assert.Equal(Schedule.PauseAfter(8, null, 0.5), Schedule.PauseAfter(8, TimeSpan.FromMinutes(20), 0.5));
        Assert.Equal(Schedule.LongestRetryAfter, Schedule.PauseAfter(1, TimeSpan.FromDays(400), 0.5));
    }

    [Fact]
    public async Task What_fails_is_tried_again_by_the_clock_under_the_same_id_until_it_arrives()
    {
        await using var receiver = await Receiver.Start();
        receiver.AnswerWith(500);
        var webhook = await app.Webhook(Owner, receiver.Url);
        await Expire();
        var waiting = await WebhookApp.Attempted(Owner, webhook.Id, 1);
        Assert.Equal("waiting", waiting.State);
        Assert.InRange((waiting.NextAttemptAt - app.Clock.GetUtcNow())?.TotalSeconds ?? 0, 4.5, 5.5);

        await app.Advance(TimeSpan.FromSeconds(6));
        await WebhookApp.Attempted(Owner, webhook.Id, 2);
        receiver.AnswerWith(204);
        await app.Advance(TimeSpan.FromMinutes(2));

        var done = await WebhookApp.Attempted(Owner, webhook.Id, 3);
        Assert.Equal("delivered", done.State);
        Assert.Single(receiver.All.Select(one => one.Id).Distinct());
        Assert.Single(receiver.All.Select(one => one.Body).Distinct());
        Assert.Equal([null, "Answered with 500.", "Answered with 500."],
            (await WebhookApp.Attempts(Owner, webhook.Id, done.MessageId)).Select(attempt => attempt.Error));
        Assert.Null((await WebhookApp.See(Owner, webhook.Id)).FailingSince);
    }

    [Fact]
    public async Task Retry_After_is_honoured()
    {
        await using var receiver = await Receiver.Start();
        receiver.AnswerWith(503, ("Retry-After", "3600"));
        var webhook = await app.Webhook(Owner, receiver.Url);

        await Expire();

        var waiting = await WebhookApp.Attempted(Owner, webhook.Id, 1);
        Assert.Equal(3_600, (waiting.NextAttemptAt - app.Clock.GetUtcNow())?.TotalSeconds ?? 0, 1.0);
    }

    [Fact]
    public async Task A_redirect_is_a_failure_and_leads_nowhere()
    {
        await using var elsewhere = await Receiver.Start();
        await using var receiver = await Receiver.Start();
        receiver.AnswerWith(307, ("Location", elsewhere.Url));
        var webhook = await app.Webhook(Owner, receiver.Url);

        await Expire();

        var waiting = await WebhookApp.Attempted(Owner, webhook.Id, 1);
        Assert.Contains("redirect", (await WebhookApp.Attempts(Owner, webhook.Id, waiting.MessageId))[0].Error, StringComparison.Ordinal);
        Assert.Empty(elsewhere.All);
    }

    [Fact]
    public async Task Whoever_is_slow_has_failed_and_keeps_nobody_waiting()
    {
        await using var slow = await Receiver.Start();
        await using var quick = await Receiver.Start();
        slow.Answer = http => Task.Delay(TimeSpan.FromSeconds(30), http.RequestAborted);
        var webhook = await app.Webhook(Owner, slow.Url, "order.expired");
        await app.Webhook(Owner, quick.Url, "order.expired");

        await Expire();
        await quick.Until(1);

        var waiting = await WebhookApp.Attempted(Owner, webhook.Id, 1);
        var attempt = (await WebhookApp.Attempts(Owner, webhook.Id, waiting.MessageId))[0];
        Assert.Contains("No answer within", attempt.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_long_answer_only_the_beginning_is_read_and_kept_and_what_no_text_can_hold_is_left_out()
    {
        await using var receiver = await Receiver.Start();
        receiver.Answer = async http =>
        {
            http.Response.StatusCode = 400;
            await http.Response.WriteAsync($"\0{new string('x', 1_000_000)}", http.RequestAborted);
        };
        var webhook = await app.Webhook(Owner, receiver.Url);

        await Expire();

        var waiting = await WebhookApp.Attempted(Owner, webhook.Id, 1);
        var response = (await WebhookApp.Attempts(Owner, webhook.Id, waiting.MessageId))[0].Response ?? "";
        Assert.Equal((500, " xxx"), (response.Length, response[..4]));
    }

    [Fact]
    public async Task Nobody_at_home_is_an_attempt_like_any_other()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        var webhook = await app.Webhook(Owner, $"http://127.0.0.1:{port}/");

        await Expire();

        var waiting = await WebhookApp.Attempted(Owner, webhook.Id, 1);
        Assert.Null((await WebhookApp.Attempts(Owner, webhook.Id, waiting.MessageId))[0].Status);
    }

    [Fact]
    public async Task A_process_that_died_on_the_way_leaves_the_message_to_be_sent_again_under_the_same_id()
    {
        await using var receiver = await Receiver.Start();
        var webhook = await app.Webhook(Owner, receiver.Url);
        await Expire();
        await WebhookApp.Attempted(Owner, webhook.Id, 1);
        // What a process leaves that took it and sent it, and died before it could say so.
        await app.SystemDb.As(_orgId).Run("""
            update notifications.webhook_deliveries
            set state = 'waiting', settled_at = null, attempts = 2, tries = 2, due_at = @until, leased_until = @until
            where org_id = @orgId and webhook_id = @Id
            """, new { webhook.Id, until = app.Clock.GetUtcNow().AddMinutes(2) }, Ct);

        await app.Advance(TimeSpan.FromMinutes(3));

        await receiver.Until(2);
        await NotifyApp.Until(async () => (await WebhookApp.Log(Owner, webhook.Id))[0].State == "delivered", () => "not delivered");
        Assert.Single(receiver.All.Select(one => one.Id).Distinct());
    }

    [Fact]
    public async Task Two_processes_send_each_message_once()
    {
        await using var receiver = await Receiver.Start();
        var webhook = await app.Webhook(Owner, receiver.Url);
        var other = await app.StartAnother();

        for (var number = 0; number < 30; number++) await Expire($"W{number}");

        await NotifyApp.Until(
            async () => (await WebhookApp.Log(Owner, webhook.Id, "?state=delivered&limit=100")).Length == 30, () => "some wait");
        await other.StopAsync(Ct);
        await other.DisposeAsync();
        Assert.Equal(30, receiver.All.Length);
        Assert.Equal(30, receiver.All.Select(one => one.Id).Distinct().Count());
    }
}
