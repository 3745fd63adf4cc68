using System.Text.Json;

namespace Balie.Ticketing.Events;

/// <summary>The append-only history of an event and its parts: one row per change, with who and why.</summary>
internal static class EventHistory
{
    public sealed record Entry(Guid EventId, string Entity, Guid EntityId, string Action)
    {
        public string? FromStatus { get; init; }
        public string? ToStatus { get; init; }
        public string Reason { get; init; } = "";

        /// <summary>The values that changed, for people who ask later.</summary>
        public object? Detail { get; init; }
    }

    public static Entry OfEvent(Guid eventId, string action) => new(eventId, "event", eventId, action);

    public static Entry OfSlot(Guid eventId, Guid slotId, string action) => new(eventId, "slot", slotId, action);

    public static Entry OfZone(Guid eventId, Guid zoneId, string action) => new(eventId, "zone", zoneId, action);

    public static Entry OfTicketType(Guid eventId, Guid ticketTypeId, string action) => new(eventId, "ticket_type", ticketTypeId, action);

    public static Task Add(Tx tx, Caller caller, Entry entry, CancellationToken ct) => tx.Run(Insert, new
    {
        historyId = tx.NewId(),
        entry.EventId,
        entry.Entity,
        entry.EntityId,
        tx.Now,
        caller.Actor,
        entry.Action,
        entry.FromStatus,
        entry.ToStatus,
        entry.Reason,
        detail = entry.Detail is null ? null : JsonSerializer.Serialize(entry.Detail, Json.Options),
    }, ct);

    private const string Insert = """
        insert into ticketing.history (
            org_id, history_id, event_id, entity, entity_id, at, actor, action, from_status, to_status, reason, detail)
        values (@orgId, @historyId, @eventId, @entity, @entityId, @now, @actor, @action, @fromStatus, @toStatus, @reason, @detail::json)
        """;
}
