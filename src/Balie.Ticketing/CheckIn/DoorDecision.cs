using Balie.Ticketing.Tickets;

namespace Balie.Ticketing.CheckIn;

/// <summary>What somebody shows at the door.</summary>
/// <param name="Direction"><c>in</c> or <c>out</c>.</param>
/// <param name="At">Ours online, the device's own where it was on its own.</param>
/// <param name="IsGenuine">The code was signed by us, or somebody looked the ticket up by hand.</param>
/// <param name="Serial">The one in the code.</param>
internal sealed record ScanFacts(string Direction, DateTimeOffset At, bool IsGenuine, int Serial);

/// <summary>The ticket it leads to, and when its slot can be entered.</summary>
/// <param name="HasChangedHands">Somebody else has it since the code that is shown.</param>
/// <param name="IsCalledOff">The slot or the whole event does not take place.</param>
internal sealed record TicketFacts(
    Guid EventId, Guid SlotId, Guid? ZoneId, string Status, int Serial, bool HasChangedHands, DateTimeOffset OpensAt,
    DateTimeOffset ClosesAt, bool IsCalledOff);

/// <summary>Where it is shown: the list that the scanner works with, and the rules there.</summary>
/// <param name="EventIds">Whose tickets are good here; null for all.</param>
/// <param name="SlotId">Only this slot's, where the door is for one.</param>
/// <param name="ZoneIds">The zones it leads to; none for all.</param>
/// <param name="Reentries">How often somebody who went out may come in again.</param>
internal sealed record DoorFacts(
    bool IsRevoked, IReadOnlyList<Guid>? EventIds, Guid? SlotId, IReadOnlyList<Guid> ZoneIds, int Reentries);

/// <summary>What happened with the ticket before.</summary>
internal sealed record PastFacts(int Ins, int Outs)
{
    public static PastFacts None { get; } = new(0, 0);

    public bool IsInside => Ins > Outs;
}

/// <summary>In, or not and why.</summary>
/// <param name="Reason">One of <see cref="Reasons"/>; null when admitted.</param>
internal sealed record Decision(bool Admitted, string? Reason)
{
    public static Decision In { get; } = new(true, null);

    public static Decision No(string reason) => new(false, reason);
}

/// <summary>
/// Whether somebody goes through a door: values in, a decision out, and nothing else. We ask it online and when we judge what a device did
/// on its own; docs/check-in.md tells it in words, and docs/check-in-vectors.json holds the cases that every implementation must agree on.
/// </summary>
internal static class DoorDecision
{
    public const string Inwards = "in";
    public const string Outwards = "out";

    // The order is part of the promise: of several reasons the first is told.
    public static Decision Decide(ScanFacts scan, TicketFacts? ticket, DoorFacts door, PastFacts past)
    {
        if (door.IsRevoked) return Decision.No(Reasons.RevokedDevice);
        if (ticket is null || !scan.IsGenuine || scan.Serial > ticket.Serial) return Decision.No(Reasons.InvalidCode);
        if (door.EventIds is { } events && !events.Contains(ticket.EventId)) return Decision.No(Reasons.WrongEvent);
        if (door.SlotId is { } slotId && slotId != ticket.SlotId) return Decision.No(Reasons.WrongSlot);
        if (scan.Serial < ticket.Serial) return Decision.No(ticket.HasChangedHands ? Reasons.Transferred : Reasons.Reissued);
        if (Of(ticket.Status) is { } spent) return Decision.No(spent);
        if (ticket.IsCalledOff) return Decision.No(Reasons.Cancelled);
        var leadsThere = door.ZoneIds.Count == 0 || (ticket.ZoneId is { } zoneId && door.ZoneIds.Contains(zoneId));
        if (!leadsThere) return Decision.No(Reasons.WrongZone);
        if (scan.Direction == Outwards) return past.IsInside ? Decision.In : Decision.No(Reasons.NotInside);
        if (past.IsInside) return Decision.No(Reasons.AlreadyUsed);
        if (scan.At < ticket.OpensAt) return Decision.No(Reasons.NotYetValid);
        if (scan.At > ticket.ClosesAt) return Decision.No(Reasons.Expired);
        return past.Ins > door.Reentries ? Decision.No(Reasons.NoReentry) : Decision.In;
    }

    // Whether somebody is inside is told by what happened, not by the status: checked in says only that somebody once was.
    private static string? Of(string status) => status switch
    {
        TicketStates.Issued or TicketStates.Transferred or TicketStates.CheckedIn => null,
        TicketStates.Listed => Reasons.Listed,
        TicketStates.Voided => Reasons.Cancelled,
        TicketStates.Refunded => Reasons.Refunded,
        TicketStates.Expired => Reasons.Expired,
        _ => throw new InvalidOperationException($"Unknown status {status}."),
    };
}
