using Balie.Ticketing.Events;
using Balie.Ticketing.Offers;

namespace Balie.Ticketing.CheckIn;

/// <summary>Locks the tickets of many scans and reads what a decision needs of each.</summary>
internal static class ScanReader
{
    /// <summary>One scan's row; everything of a ticket is empty where its code leads to none.</summary>
    public sealed class Row
    {
        public int Nth { get; init; }
        public Guid? TicketId { get; init; }
        public Guid BookingId { get; init; }
        public int Position { get; init; }
        public string Number { get; init; } = "";
        public Guid EventId { get; init; }
        public Guid SlotId { get; init; }
        public Guid? ZoneId { get; init; }
        public string TypeName { get; init; } = "";
        public string? SeatLabel { get; init; }
        public string HolderName { get; init; } = "";
        public string HolderEmail { get; init; } = "";
        public string Status { get; init; } = "";
        public int Serial { get; init; }
        public string Code { get; init; } = "";
        public byte[] Secret { get; init; } = [];
        public bool HasChangedHands { get; init; }
        public int Ins { get; init; }
        public int Outs { get; init; }
        public DateTimeOffset? FirstInAt { get; init; }
        public DateTimeOffset? LastInAt { get; init; }
        public string LastInBy { get; init; } = "";
        public int PartyOf { get; init; }
        public int PartyIn { get; init; }
        public bool IsRevoked { get; init; }
        public byte[]? Fingerprint { get; init; }
        public string? Answer { get; init; }
        public string? Judgement { get; init; }

        public TicketFacts? Facts(EventOffer offer, Policies figures) => offer.Slot(SlotId) is { } slot
            ? new TicketFacts(EventId, SlotId, ZoneId, Status, Serial, HasChangedHands, offer.Doors.OpensAt(slot, figures),
                offer.Doors.ClosesAt(slot, figures), slot.Cancelled || offer.Status == EventStates.Cancelled)
            : null;
    }

    /// <summary>
    /// Locks their tickets in the order of the ids, so that nobody waits in a circle, and reads one row per scan, in their order. One round
    /// trip of two statements, because the second must see what was committed before the first one got its locks.
    /// </summary>
    /// <param name="wait">False leaves out those that somebody else has at this moment.</param>
    /// <returns>The tickets it got, and the rows of all.</returns>
    public static async Task<(HashSet<Guid> Locked, Row[] Rows)> LockAndRead(
        Tx tx, IReadOnlyList<Scan> scans, bool wait, CancellationToken ct)
    {
        var (locked, rows) = await tx.Both<Guid, Row>(wait ? LockThenSelect : LockFreeThenSelect, Shown(scans), ct);
        return ([.. locked], rows);
    }

    /// <summary>Locks all tickets of a booking, or of the booking that a ticket belongs to; always waits.</summary>
    public static Task<Guid[]> LockParty(Tx tx, Guid? bookingId, Guid? ticketId, CancellationToken ct) =>
        tx.Many<Guid>(LockBooking, new { bookingId, ticketId }, ct);

    /// <summary>One row per scan, in their order. Asked after the locks, because it must see what was committed before them.</summary>
    public static Task<Row[]> Read(Tx tx, IReadOnlyList<Scan> scans, CancellationToken ct) => tx.Many<Row>(Select, Shown(scans), ct);

    private static object Shown(IReadOnlyList<Scan> scans) => new
    {
        ticketIds = scans.Select(scan => scan.Ticket?.TicketId).ToArray(),
        serials = scans.Select(scan => scan.Ticket?.Serial).ToArray(),
        scannerIds = scans.Select(scan => scan.Door.Caller.Identity).ToArray(),
        nonces = scans.Select(scan => scan.Nonce).ToArray(),
        deviceIds = scans.Select(scan => scan.Door.Device?.Id).ToArray(),
    };

    private const string LockThenSelect = $"{LockAll};\n{Select}";

    private const string LockFreeThenSelect = $"{LockAll} skip locked;\n{Select}";

    private const string LockAll = """
        select ticket_id
        from ticketing.tickets
        where org_id = @orgId and ticket_id = any (@ticketIds)
        order by ticket_id
        for update
        """;

    private const string LockBooking = """
        select ticket_id
        from ticketing.tickets
        where org_id = @orgId and booking_id = coalesce(
            @bookingId,
            (select shown.booking_id from ticketing.tickets as shown where shown.org_id = @orgId and shown.ticket_id = @ticketId))
        order by ticket_id
        for update
        """;

    private const string Select = """
        select w.nth::integer, ticket.ticket_id, ticket.booking_id, ticket.position, ticket.number, ticket.event_id, ticket.slot_id,
            ticket.zone_id, ticket.type_name, ticket.seat_label, ticket.holder_name, ticket.holder_email, ticket.status, ticket.serial,
            ticket.code, ticket.secret,
            ticket.serial > w.serial and exists (
                select from ticketing.ticket_history as told
                where told.org_id = @orgId and told.ticket_id = ticket.ticket_id
                and told.serial > w.serial and told.to_status = 'transferred') as has_changed_hands,
            coalesce(entry.ins, 0) as ins, coalesce(entry.outs, 0) as outs, entry.first_in_at, entry.last_in_at, entry.last_in_by,
            party.tickets as party_of, party.inside as party_in,
            device.revoked_at is not null as is_revoked, known.fingerprint, known.answer::text as answer,
            known.judgement
        from unnest(@ticketIds, @serials, @scannerIds, @nonces, @deviceIds) with ordinality
            as w (ticket_id, serial, scanner_id, nonce, device_id, nth)
        left join ticketing.tickets as ticket on ticket.org_id = @orgId and ticket.ticket_id = w.ticket_id
        left join ticketing.entries as entry on entry.org_id = @orgId and entry.ticket_id = w.ticket_id
        left join ticketing.devices as device on device.org_id = @orgId and device.device_id = w.device_id
        left join ticketing.check_ins as known
            on known.org_id = @orgId and known.scanner_id = w.scanner_id and known.nonce = w.nonce and known.nth = 1
        left join lateral (
            select count(*)::integer as tickets, count(*) filter (where other.ins > other.outs)::integer as inside
            from ticketing.tickets as friend
            left join ticketing.entries as other on other.org_id = @orgId and other.ticket_id = friend.ticket_id
            where friend.org_id = @orgId and friend.booking_id = ticket.booking_id
            and friend.status in ('issued', 'checked_in', 'transferred', 'listed')
        ) as party on true
        order by w.nth
        """;
}
