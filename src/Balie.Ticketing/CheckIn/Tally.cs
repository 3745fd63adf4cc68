using Balie.Contracts.Ticketing;
using Balie.Ticketing.Offers;
using Balie.Ticketing.Tickets;

namespace Balie.Ticketing.CheckIn;

/// <summary>
/// What one transaction has seen and decided so far: the second scan of a ticket in it finds what the first one did. At its end everything
/// is written in one statement.
/// </summary>
internal sealed class Tally(Tx tx)
{
    /// <summary>Where a ticket stands. Whoever changes it has its row locked.</summary>
    private sealed class Standing(ScanReader.Row row)
    {
        public ScanReader.Row Row => row;
        public string Status { get; set; } = row.Status;
        public int Ins { get; set; } = row.Ins;
        public int Outs { get; set; } = row.Outs;
        public DateTimeOffset? FirstInAt { get; set; } = row.FirstInAt;
        public DateTimeOffset? LastInAt { get; set; } = row.LastInAt;
        public string LastInBy { get; set; } = row.LastInBy;
        public string Actor { get; set; } = "";
        public bool HasMoved { get; set; }

        public PastFacts Past => new(Ins, Outs);
    }

    /// <summary>Something that is to be written down.</summary>
    /// <param name="Counts">Somebody went in or out with a ticket of ours.</param>
    /// <param name="Judgement">Of an uploaded fact: what we would have said.</param>
    public sealed record Fact(
        Guid Id, Scan Scan, int Nth, ScanReader.Row? Ticket, Decision Decision, bool Forced, bool Uploaded, bool Counts, string? Judgement,
        string Answer);

    private readonly Dictionary<Guid, Standing> _standings = [];
    private readonly Dictionary<Guid, int> _inside = [];
    private readonly List<Fact> _facts = [];

    public PastFacts PastOf(ScanReader.Row row) => StandingOf(row).Past;

    /// <summary>Decides one scan of a ticket that exists and writes it down.</summary>
    public CheckInAnswer Judge(Scan scan, int nth, ScanReader.Row row, EventOffer offer, Policies figures)
    {
        var door = scan.At(offer, row.IsRevoked || scan.Door.IsRevoked, figures);
        var decision = DoorDecision.Decide(scan.Facts(row, tx.Now), row.Facts(offer, figures), door, PastOf(row));
        // Force lets somebody in against the rules, not somebody without a ticket, and not for a device that lost its right.
        var forced = scan.Force && decision.Reason is not (null or Reasons.InvalidCode or Reasons.RevokedDevice);
        return Note(scan, nth, row, offer, forced ? decision with { Admitted = true } : decision, forced);
    }

    /// <summary>Writes down a scan that led to no ticket.</summary>
    public CheckInAnswer Refuse(Scan scan, string reason, AdmittedTicket? ticket = null, int? available = null, Party? party = null)
    {
        var answer = new CheckInAnswer(
            tx.NewId(), CheckInAnswer.Refused, reason, Reasons.Sentences[reason], scan.Direction, false, tx.Now, 0, available, ticket,
            party);
        _facts.Add(new Fact(answer.Id, scan, 1, null, Decision.No(reason), false, false, false, null, answer.Keep()));
        return answer;
    }

    public CheckInAnswer Note(Scan scan, int nth, ScanReader.Row row, EventOffer offer, Decision decision, bool forced)
    {
        var earlier = EarlierOf(row, decision);
        if (decision.Admitted) Pass(scan, row, scan.Direction, tx.Now);
        var answer = new CheckInAnswer(
            tx.NewId(), decision.Admitted ? CheckInAnswer.Admitted : CheckInAnswer.Refused, decision.Reason,
            decision.Reason is { } reason ? Reasons.Sentences[reason] : null, scan.Direction, forced, tx.Now, decision.Admitted ? 1 : 0,
            null,
            decision.Reason == Reasons.InvalidCode ? null : See(row, offer),
            decision.Reason == Reasons.InvalidCode ? null : PartyOf(row), earlier);
        _facts.Add(new Fact(answer.Id, scan, nth, row, decision, forced, false, decision.Admitted, null, answer.Keep()));
        return answer;
    }

    /// <summary>Writes down what a device says that it did. Somebody it let through has gone through, whatever we think of it.</summary>
    public void Record(Scan scan, ScanReader.Row? row, bool admitted, string? reason, string? judgement, bool counts)
    {
        counts &= admitted && row is not null;
        if (counts && row is not null) Pass(scan, row, scan.Direction, scan.DeviceTime);
        _facts.Add(new Fact(tx.NewId(), scan, 1, row, new Decision(admitted, reason), false, true, counts, judgement, "{}"));
    }

    public static AdmittedTicket See(ScanReader.Row row, EventOffer offer) => new(
        row.TicketId.GetValueOrDefault(), row.Number, row.HolderName, row.TypeName, row.EventId, row.SlotId,
        offer.Slot(row.SlotId)?.StartsAt, row.SeatLabel,
        row.ZoneId is { } zoneId ? offer.Doors.ZoneNames.GetValueOrDefault(zoneId) : null);

    public Party PartyOf(ScanReader.Row row) => new(row.PartyIn + _inside.GetValueOrDefault(row.BookingId), row.PartyOf);

    /// <summary>Another answer for a fact, once the whole of it is known.</summary>
    public CheckInAnswer Keep(CheckInAnswer answer)
    {
        var at = _facts.FindIndex(fact => fact.Id == answer.Id);
        _facts[at] = _facts[at] with { Answer = answer.Keep() };
        return answer;
    }

    public async Task Write(CancellationToken ct)
    {
        if (_facts.Count == 0) return;
        await CheckInRows.Write(tx, _facts, [.. _standings.Values.Where(one => one.HasMoved).Select(Entry)], ct);
        var told = _facts.Where(fact => fact.Counts).Select(Told).OfType<TicketCheckedIn>().ToArray();
        if (told.Length > 0) tx.PublishAll(told);
    }

    private TicketCheckedIn? Told(Fact fact) => fact.Ticket is { TicketId: { } ticketId } ticket
        ? new TicketCheckedIn(
            ticketId, ticket.EventId, ticket.SlotId, fact.Scan.Direction, fact.Uploaded ? fact.Scan.DeviceTime : tx.Now)
        : null;

    private void Pass(Scan scan, ScanReader.Row row, string direction, DateTimeOffset at)
    {
        var standing = StandingOf(row);
        var wasInside = standing.Past.IsInside;
        if (direction == DoorDecision.Outwards) standing.Outs++;
        else
        {
            standing.Ins++;
            standing.FirstInAt = standing.FirstInAt is { } first && first < at ? first : at;
            if (standing.LastInAt is not { } last || last <= at) (standing.LastInAt, standing.LastInBy) = (at, scan.Door.Place);
            // What is refunded or void stays so, even if a device that did not know let somebody in.
            if (TicketStates.MayBecome(standing.Status, TicketStates.CheckedIn)) standing.Status = TicketStates.CheckedIn;
        }
        (standing.HasMoved, standing.Actor) = (true, scan.Door.Caller.Actor);
        var change = (standing.Past.IsInside ? 1 : 0) - (wasInside ? 1 : 0);
        _inside[row.BookingId] = _inside.GetValueOrDefault(row.BookingId) + change;
    }

    private EarlierEntry? EarlierOf(ScanReader.Row row, Decision decision)
    {
        if (decision.Reason is not (Reasons.AlreadyUsed or Reasons.NoReentry)) return null;
        var standing = StandingOf(row);
        return standing.LastInAt is { } at ? new EarlierEntry(at, standing.LastInBy) : null;
    }

    private Standing StandingOf(ScanReader.Row row)
    {
        var ticketId = row.TicketId ?? throw new InvalidOperationException("Only a ticket stands anywhere.");
        if (!_standings.TryGetValue(ticketId, out var standing)) _standings.Add(ticketId, standing = new Standing(row));
        return standing;
    }

    private static CheckInRows.Entry Entry(Standing standing) => new(
        standing.Row, standing.Ins, standing.Outs, standing.FirstInAt, standing.LastInAt, standing.LastInBy,
        standing.Status != standing.Row.Status, standing.Actor);
}
