using Balie.Ticketing.Offers;

namespace Balie.Ticketing.CheckIn;

/// <summary>What happened at an event's doors, the latest first: also what was refused, forced or told later.</summary>
internal static class ListCheckIns
{
    /// <param name="Note">Why it was forced.</param>
    /// <param name="Uploaded">Told later by a device that was on its own, at <paramref name="DeviceTime"/>.</param>
    /// <param name="Judgement">What we would have said against it.</param>
    /// <param name="Number">The ticket's; null for a code that is none of ours.</param>
    public sealed record CheckIn(
        Guid Id, DateTimeOffset At, DateTimeOffset DeviceTime, string Direction, string Result, string? Reason, bool Forced, string Note,
        bool Uploaded, string? Judgement, string Actor, string? Place, Guid? TicketId, string? Number, string? TypeName);

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/events/{eventId:guid}/checkins", Handle).Needs(Permission.CheckIn);

    public static async Task<Outcome<Page<CheckIn>>> Handle(
        Guid eventId, string? result, Paging paging, Caller caller, DeviceBook devices, EventOffers offers, Db db, CancellationToken ct)
    {
        if (paging.Problem is not null) return paging.Problem;
        if ((await Door.Enter(eventId, caller, devices, offers, ct)).Refusal is { } elsewhere) return elsewhere;
        var rows = await db.Many<CheckIn>(Select, new { eventId, result, paging.After, paging.AfterId, paging.Take }, ct);
        return Page<CheckIn>.Of(rows, paging, row => (row.At, row.Id));
    }

    private const string Select = """
        select check_in.check_in_id as id, check_in.at, check_in.device_time, check_in.direction, check_in.result, check_in.reason,
            check_in.forced, check_in.note, check_in.uploaded, check_in.judgement, check_in.actor,
            coalesce(nullif(device.gate, ''), device.name) as place, check_in.ticket_id, ticket.number, ticket.type_name
        from ticketing.check_ins as check_in
        left join ticketing.devices as device on device.org_id = @orgId and device.device_id = check_in.device_id
        left join ticketing.tickets as ticket on ticket.org_id = @orgId and ticket.ticket_id = check_in.ticket_id
        where check_in.org_id = @orgId and check_in.event_id = @eventId
        and (@result::text is null or check_in.result = @result)
        and (@after::timestamptz is null or (check_in.at, check_in.check_in_id) < (@after, @afterId))
        order by check_in.at desc, check_in.check_in_id desc
        limit @take
        """;
}
