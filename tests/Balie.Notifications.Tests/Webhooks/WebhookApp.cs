using System.Net;
using System.Net.Http.Json;
using Balie.Notifications.Deliveries;
using Balie.Notifications.Webhooks;

namespace Balie.Notifications.Tests.Webhooks;

/// <summary>Notifications with somebody listening. Each test works for an organisation of its own.</summary>
public sealed class WebhookApp : NotifyApp
{
    internal async Task<CreateWebhook.Created> Webhook(HttpClient by, string url, params string[] types) =>
        await (await by.PostAsJsonAsync("/api/v1/webhooks", new { url, eventTypes = types.Length == 0 ? ["*"] : types }, Ct))
            .IsOk<CreateWebhook.Created>(HttpStatusCode.Created, Ct);

    internal static async Task<Webhook> See(HttpClient by, Guid webhookId) =>
        await (await by.GetAsync($"/api/v1/webhooks/{webhookId}", Ct)).IsOk<Webhook>(Ct);

    internal static async Task<ListDeliveries.DeliveryRow[]> Log(HttpClient by, Guid webhookId, string query = "") =>
        await (await by.GetAsync($"/api/v1/webhooks/{webhookId}/deliveries{query}", Ct)).IsOk<ListDeliveries.DeliveryRow[]>(Ct);

    /// <summary>The only delivery, once so many attempts of it are written down.</summary>
    internal static async Task<ListDeliveries.DeliveryRow> Attempted(HttpClient by, Guid webhookId, int attempts)
    {
        ListDeliveries.DeliveryRow[] log = [];
        await Until(async () =>
        {
            log = await Log(by, webhookId);
            return log is [{ } only] && (await Attempts(by, webhookId, only.MessageId)).Length >= attempts;
        }, () => string.Join(", ", log.Select(row => $"{row.State} after {row.Attempts}")));
        // As it stands since that attempt was written down.
        return (await Log(by, webhookId)).Single();
    }

    internal static async Task<SeeDelivery.AttemptRow[]> Attempts(HttpClient by, Guid webhookId, Guid messageId) =>
        [.. (await (await by.GetAsync($"/api/v1/webhooks/{webhookId}/deliveries/{messageId}", Ct))
            .IsOk<SeeDelivery.DeliveryView>(Ct)).Attempts];

    /// <summary>Moves the clock; the worker looks by itself every second, and a nudge spares the test the wait.</summary>
    public async Task Advance(TimeSpan by)
    {
        Clock.Advance(by);
        await Db.Run(Signals.Send, new { channel = Broadcasting.Channel, payload = "" }, Ct);
    }
}
