using Balie.Ticketing.Offers;

namespace Balie.Ticketing.CheckIn;

/// <summary>
/// What went wrong while devices were on their own: who was let in twice, at which doors and in what order, and who with a ticket that was
/// worth nothing any more. The order is that of the devices' clocks, whenever they told us; so a report may change while uploads arrive.
/// </summary>
internal static class SeeConflicts
{
    private const int MostTickets = 1_000;

    /// <param name="HasMore">There are more tickets than one report holds.</param>
    public sealed record Report(IReadOnlyList<Conflict> Conflicts, bool HasMore);

    /// <summary>Everything that happened with one ticket, in order; null for codes that are none of ours.</summary>
    public sealed record Conflict(Guid? TicketId, string? Number, string? TypeName, IReadOnlyList<Passage> Passages);

    /// <param name="Verdict">Why this one should not have been; null when it was right, or forced.</param>
    public sealed record Passage(
        Guid Id, DateTimeOffset At, string Direction, string Actor, string? Place, bool Uploaded, bool Forced, string? Verdict);

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/events/{eventId:guid}/conflicts", Handle).Needs(Permission.CheckIn);

    public static async Task<Outcome<Report>> Handle(
        Guid eventId, Caller caller, DeviceBook devices, EventOffers offers, PolicyStore policies, Db db, CancellationToken ct)
    {
        var entered = await Door.Enter(eventId, caller, devices, offers, ct);
        if (entered.Value is not { } offer) return entered.Refusal!; // Without a value there is a refusal.
        var reentries = offer.Doors.Reentries ?? (await policies.Of(caller.OrgId, ct)).Reentries;
        var rows = await db.Many<Row>(Select, new { eventId, take = MostTickets + 1 }, ct);
        var tickets = rows.GroupBy(row => row.TicketId).ToArray();
        var conflicts = tickets.Take(MostTickets)
            .Select(ticket => new Conflict(
                ticket.Key, ticket.First().Number, ticket.First().TypeName, [.. Replay(ticket, reentries)]))
            .Where(conflict => conflict.Passages.Any(passage => passage.Verdict is not null));
        return new Report([.. conflicts], tickets.Length > MostTickets);
    }

    // What was wrong with the ticket itself was judged when we were told. Whether somebody was inside already depends on what we were told
    // since, so that is decided again.
    private static IEnumerable<Passage> Replay(IEnumerable<Row> rows, int reentries)
    {
        var past = PastFacts.None;
        foreach (var row in rows)
        {
            var again = Again(row.Direction, past, reentries);
            var verdict = row.Forced ? null : row.Judgement is null or Reasons.AlreadyUsed or Reasons.NoReentry or Reasons.NotInside
                ? again
                : row.Judgement;
            if (row.Counts && row.Direction == DoorDecision.Outwards) past = past with { Outs = past.Outs + 1 };
            else if (row.Counts) past = past with { Ins = past.Ins + 1 };
            yield return new Passage(row.Id, row.At, row.Direction, row.Actor, row.Place, row.Uploaded, row.Forced, verdict);
        }
    }

    private static string? Again(string direction, PastFacts past, int reentries)
    {
        var always = new TicketFacts(Guid.Empty, Guid.Empty, null, Tickets.TicketStates.Issued, 1, false, DateTimeOffset.MinValue,
            DateTimeOffset.MaxValue, false);
        var scan = new ScanFacts(direction, DateTimeOffset.UnixEpoch, true, 1);
        return DoorDecision.Decide(scan, always, new DoorFacts(false, null, null, [], reentries), past).Reason;
    }

    private sealed record Row(
        Guid? TicketId, string? Number, string? TypeName, Guid Id, DateTimeOffset At, string Direction, string Actor, string? Place,
        bool Uploaded, bool Forced, bool Counts, string? Judgement);

    private const string Select = """
        with told as (
            select distinct ticket_id
            from ticketing.check_ins
            where org_id = @orgId and uploaded and result = 'admitted'
            and (event_id = @eventId or ticket_id in (
                select entry.ticket_id from ticketing.entries as entry where entry.org_id = @orgId and entry.event_id = @eventId))
            order by ticket_id
            limit @take
        )
        select check_in.ticket_id, ticket.number, ticket.type_name, check_in.check_in_id as id,
            case when check_in.uploaded then check_in.device_time else check_in.at end as at, check_in.direction, check_in.actor,
            coalesce(nullif(device.gate, ''), device.name) as place, check_in.uploaded, check_in.forced, check_in.counts, check_in.judgement
        from told
        join ticketing.check_ins as check_in on check_in.org_id = @orgId and check_in.ticket_id is not distinct from told.ticket_id
        left join ticketing.tickets as ticket on ticket.org_id = @orgId and ticket.ticket_id = check_in.ticket_id
        left join ticketing.devices as device on device.org_id = @orgId and device.device_id = check_in.device_id
        where check_in.result = 'admitted' and (check_in.ticket_id is not null or check_in.event_id = @eventId)
        order by check_in.ticket_id, 5, check_in.check_in_id
        """;
}
