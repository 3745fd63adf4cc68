using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Balie.Tests.Routes;

/// <summary>What an organisation has of notifications: a webhook with one message that did not arrive, and a notice that waits.</summary>
internal static class NotificationEstate
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task Make(WholeProduct app, HttpClient owner, string marker, Dictionary<string, string> ids)
    {
        // The name leads to this machine, which is refused before anything is sent.
        var details = new { url = $"https://localhost/{marker}", eventTypes = new[] { "order.paid_too_late" }, description = marker };
        ids["webhookId"] = (await (await owner.PostAsJsonAsync("/api/v1/webhooks", details, Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct)).Text("id");
        ids["messageId"] = (await (await owner.Post($"/api/v1/webhooks/{ids["webhookId"]}/test", new { }, Ct)).IsOk<JsonElement>(Ct))
            .Text("messageId");
        await UntilItFailed(owner, $"/api/v1/webhooks/{ids["webhookId"]}/deliveries/{ids["messageId"]}");
        var (bookingId, now) = (Guid.Parse(ids["bookingId"]), app.Clock.GetUtcNow());
        await app.SystemDb.As(Guid.Parse(ids["organisationId"]))
            .Run(AddWhatFollows, new { bookingId, marker, now, later = now.AddYears(1) }, Ct);
    }

    // Then nothing moves any more while tests compare: the next try is a matter of a clock that stands still.
    private static async Task UntilItFailed(HttpClient owner, string delivery)
    {
        for (var end = DateTime.UtcNow + Patience; DateTime.UtcNow < end; await Task.Delay(20, Ct))
        {
            var seen = await (await owner.GetAsync(delivery, Ct)).IsOk<JsonElement>(Ct);
            if (seen.GetProperty("attempts").GetArrayLength() == 1) return;
        }
        throw new TimeoutException("The message was never tried.");
    }

    private const string AddWhatFollows = """
        insert into notifications.bookings (org_id, booking_id, status, updated_at)
        values (@orgId, @bookingId, 'cancelled', @now);
        insert into notifications.purchases (org_id, booking_id, order_id, bought_at)
        values (@orgId, @bookingId, @bookingId, @now);
        insert into notifications.notices (org_id, reason, kind, subject_id, about, due_at, created_at)
        values (@orgId, 'tickets:' || @marker, 'tickets', @bookingId, '{}', @later, @now);
        """;
}
