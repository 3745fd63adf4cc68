using Balie.Ticketing.Offers;
using Balie.Ticketing.Tickets;

namespace Balie.Ticketing.CheckIn;

/// <summary>One scan, understood: what is shown, by whom, and where it should be good.</summary>
/// <param name="Ticket">Null for a code that is none of ours.</param>
/// <param name="EventId">The list that the scanner named; null for all that its door covers.</param>
/// <param name="Fingerprint">Of the whole request, so that one nonce cannot mean two things.</param>
/// <param name="Note">Why it is forced.</param>
internal sealed record Scan(
    Door Door, Guid Nonce, byte[] Fingerprint, ShownTicket? Ticket, string Direction, DateTimeOffset DeviceTime, Guid? EventId,
    Guid? SlotId, bool Force, string Note)
{
    /// <summary>The scan as the decision knows it.</summary>
    public ScanFacts Facts(ScanReader.Row row, DateTimeOffset at) =>
        new(Direction, at, Ticket?.IsGenuine(row, at) ?? false, Ticket?.Serial ?? row.Serial);

    /// <summary>Where it is shown, for a ticket of this event.</summary>
    public DoorFacts At(EventOffer offer, bool isRevoked, Policies figures)
    {
        Guid[] covered = Door.Covers(offer) && (EventId is null || EventId == offer.EventId) ? [offer.EventId] : [];
        return new DoorFacts(isRevoked, covered, SlotId, Door.ZoneIds, offer.Doors.Reentries ?? figures.Reentries);
    }
}

/// <summary>A ticket that a code claims to be, or that somebody chose by hand.</summary>
/// <param name="Serial">As the code says it; null when chosen by hand, which is the ticket as it is now.</param>
internal sealed record ShownTicket(Guid TicketId, int? Serial, string Code, TicketKey? Key)
{
    public static ShownTicket ByHand(Guid ticketId) => new(ticketId, null, "", null);

    /// <summary>Null for anything that none of the organisation's keys can have signed.</summary>
    public static async ValueTask<ShownTicket?> Read(string code, Guid orgId, TicketKeys keys, CancellationToken ct)
    {
        if (RotatingCode.Read(code) is { } rotating) return new ShownTicket(rotating.TicketId, rotating.Serial, code, null);
        return TicketCode.Read(code) is { } claim && await keys.Find(orgId, claim.KeyNumber, ct) is { } key
            ? new ShownTicket(claim.TicketId, claim.Serial, code, key)
            : null;
    }

    // The code that we keep of a ticket is one that we signed: only an older one of it costs a verification.
    public bool IsGenuine(ScanReader.Row row, DateTimeOffset at) =>
        Serial is null
        || (Key is null ? RotatingCode.Verify(Code, RotatingCode.KeyOf(row.Secret), at) : Code == row.Code || TicketCode.Verify(Code, Key));
}
