using Balie.Ticketing.Tickets;

namespace Balie.Ticketing.CheckIn;

/// <summary>
/// How tickets stood at any moment: what had happened at the doors by then, whenever we were told of it, and their status and serial.
/// </summary>
internal sealed class TicketPast
{
    private sealed record Passage(Guid TicketId, string Direction, DateTimeOffset At);

    private sealed record Step(Guid TicketId, DateTimeOffset At, string ToStatus, int Serial);

    private readonly Dictionary<Guid, List<Passage>> _passages;
    private readonly ILookup<Guid, Step> _steps;

    private TicketPast(IEnumerable<Passage> passages, IEnumerable<Step> steps)
    {
        _passages = passages.GroupBy(passage => passage.TicketId).ToDictionary(ticket => ticket.Key, ticket => ticket.ToList());
        _steps = steps.ToLookup(step => step.TicketId);
    }

    public static async Task<TicketPast> Of(Sql sql, Guid[] ticketIds, CancellationToken ct) => new(
        await sql.Many<Passage>(SelectPassages, new { ticketIds }, ct), await sql.Many<Step>(SelectSteps, new { ticketIds }, ct));

    public PastFacts Before(Guid ticketId, DateTimeOffset at)
    {
        if (!_passages.TryGetValue(ticketId, out var passages)) return PastFacts.None;
        var before = passages.Where(passage => passage.At < at).ToArray();
        var ins = before.Count(passage => passage.Direction == DoorDecision.Inwards);
        return new PastFacts(ins, before.Length - ins);
    }

    public void Add(Guid ticketId, string direction, DateTimeOffset at)
    {
        if (!_passages.TryGetValue(ticketId, out var passages)) _passages.Add(ticketId, passages = []);
        passages.Add(new Passage(ticketId, direction, at));
    }

    /// <summary>The ticket as it was then; before it was issued as it was at first.</summary>
    public TicketFacts At(TicketFacts now, Guid ticketId, int? shownSerial, DateTimeOffset at)
    {
        var steps = _steps[ticketId].Where(step => step.At <= at).ToArray();
        if (steps.Length == 0) steps = [.. _steps[ticketId].Take(1)];
        return steps.Length == 0 ? now : now with
        {
            Status = steps[^1].ToStatus,
            Serial = steps[^1].Serial,
            HasChangedHands = steps.Any(step => step.Serial > shownSerial && step.ToStatus == TicketStates.Transferred),
        };
    }

    private const string SelectPassages = """
        select ticket_id, direction, case when uploaded then device_time else at end as at
        from ticketing.check_ins
        where org_id = @orgId and ticket_id = any (@ticketIds) and counts
        """;

    private const string SelectSteps = """
        select ticket_id, at, to_status, serial
        from ticketing.ticket_history
        where org_id = @orgId and ticket_id = any (@ticketIds)
        order by ticket_id, step
        """;
}
