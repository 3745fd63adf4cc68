namespace Balie.Notifications.Webhooks;

/// <summary>Every type of message that a webhook can ask for.</summary>
internal static class ListEventTypes
{
    public sealed record EventType(string Type, string Summary);

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/webhook-event-types", Handle).Public();

    public static Outcome<EventType[]> Handle() =>
        PublicMessages.All.Select(message => new EventType(message.Type, message.Summary)).ToArray();
}
