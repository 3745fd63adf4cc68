using System.Text.Json;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Events;

/// <summary>Who did what to an event and its parts, oldest first. Also of an event that was deleted.</summary>
internal static class SeeEventHistory
{
    public sealed record Line(
        DateTimeOffset At, string Actor, string Action, string Entity, Guid EntityId, string? FromStatus, string? ToStatus, string Reason,
        JsonElement? Detail);

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/events/{eventId:guid}/history", Handle).Needs(Permission.EventsRead);

    public static async Task<Outcome<Page<Line>>> Handle(Guid eventId, Paging paging, Db db, CancellationToken ct)
    {
        if (paging.Problem is { } problem) return problem;
        if (!await db.One<bool>(EventExists, new { eventId }, ct)) return EventNotFound;

        var rows = await db.Many<Row>(Select, new { eventId, paging.After, paging.AfterId, paging.Take }, ct);
        var page = Page<Row>.Of(rows, paging, row => (row.At, row.HistoryId));
        return new Page<Line>([.. page.Rows.Select(row => row.Shown)], page.NextCursor, page.Limit);
    }

    private sealed record Row(
        Guid HistoryId, DateTimeOffset At, string Actor, string Action, string Entity, Guid EntityId, string? FromStatus, string? ToStatus,
        string Reason, string? Detail)
    {
        public Line Shown => new(
            At, Actor, Action, Entity, EntityId, FromStatus, ToStatus, Reason, Detail is null ? null : JsonElement.Parse(Detail));
    }

    private const string EventExists = "select exists (select from ticketing.events where org_id = @orgId and event_id = @eventId)";

    private const string Select = """
        select history_id, at, actor, action, entity, entity_id, from_status, to_status, reason, detail::text
        from ticketing.history
        where org_id = @orgId and event_id = @eventId
          and (@after::timestamptz is null or (at, history_id) > (@after, @afterId::uuid))
        order by at, history_id
        limit @take
        """;
}
