namespace Balie.Ticketing.WaitingList;

/// <summary>Who waits, or waited, for an event: in the order in which they joined.</summary>
internal static class ListWaiting
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/events/{eventId:guid}/waiting-list", Handle).Needs(Permission.BookingsRead);

    public static async Task<Outcome<Page<WaitingEntry>>> Handle(
        Guid eventId, string? status, Paging paging, Db db, CancellationToken ct)
    {
        if (paging.Problem is not null) return paging.Problem;
        if (!await db.One<bool>(EventExists, new { eventId }, ct)) return TicketingRefusals.EventNotFound;
        var rows = await db.Many<WaitingEntry>(Select, new { eventId, status, paging.After, paging.AfterId, paging.Take }, ct);
        return Page<WaitingEntry>.Of(rows, paging, entry => (entry.JoinedAt, entry.Id));
    }

    private const string EventExists =
        "select exists (select from ticketing.events where org_id = @orgId and event_id = @eventId and deleted_at is null)";

    private const string Select = $"""
        select {WaitingEntry.Columns}
        from ticketing.waiting_entries as entry
        where entry.org_id = @orgId and entry.event_id = @eventId
        and (@status::text is null or entry.status = @status)
        and (@after::timestamptz is null or (entry.joined_at, entry.entry_id) > (@after, @afterId))
        order by entry.joined_at, entry.entry_id
        limit @take
        """;
}
