using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Slots;

/// <summary>The slots of an event by their start, cancelled ones included, in a period if one is asked for.</summary>
internal static class ListSlots
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/events/{eventId:guid}/slots", Handle).Public();

    public static async Task<Outcome<Page<Slot>>> Handle(
        Guid eventId, DateTimeOffset? from, DateTimeOffset? to, Paging paging, Caller caller, Db db, CancellationToken ct)
    {
        if (paging.Problem is { } problem) return problem;
        if (!await db.One<bool>(IsVisible, new { eventId, drafts = caller.May(Permission.EventsRead) }, ct)) return EventNotFound;

        var rows = await db.Many<SlotRow>(Select, new { eventId, from, to, paging.After, paging.AfterId, paging.Take }, ct);
        var page = Page<SlotRow>.Of(rows, paging, row => (row.StartsAt, row.SlotId));
        return new Page<Slot>([.. page.Rows.Select(Slot.Of)], page.NextCursor, page.Limit);
    }

    private const string IsVisible = """
        select exists (
            select from ticketing.events
            where org_id = @orgId and event_id = @eventId and deleted_at is null and (@drafts or status <> 'draft'))
        """;

    private const string Select = """
        select slot_id, event_id, starts_at, ends_at, zone, status, first_starts_at, version
        from ticketing.slots
        where org_id = @orgId and event_id = @eventId
          and (@from::timestamptz is null or ends_at > @from) and (@to::timestamptz is null or starts_at < @to)
          and (@after::timestamptz is null or (starts_at, slot_id) > (@after, @afterId::uuid))
        order by starts_at, slot_id
        limit @take
        """;
}
