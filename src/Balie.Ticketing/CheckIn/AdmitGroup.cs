using Balie.Ticketing.Bookings;
using Balie.Ticketing.Offers;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.CheckIn;

/// <summary>
/// Several people of one booking with one code: eight of ten now, the other two with the same code later. All that were asked for go
/// through, or nobody does and the answer says how many can. What was given to somebody else or has another time does not count.
/// </summary>
internal static class AdmitGroup
{
    public static async Task<Outcome<CheckInAnswer>> Handle(
        Scan scan, Guid? bookingId, int quantity, Db db, EventOffers offers, PolicyStore policies, CancellationToken ct)
    {
        // Asked before the transaction begins: within it, whoever has to look something up needs a second connection.
        var figures = await policies.Of(db.OrgId, ct);
        var eventId = await db.One<Guid>(SelectEvent, new { bookingId, scan.Ticket?.TicketId }, ct);
        var offer = await offers.Find(db.OrgId, eventId, ct);
        return await db.Transact<CheckInAnswer>(async tx =>
        {
            var tally = new Tally(tx);
            var party = await ScanReader.LockParty(tx, bookingId, scan.Ticket?.TicketId, ct);
            if (party.Length == 0) return await WithoutTickets(tx, tally, scan, bookingId, ct);

            Scan[] each = [.. party.Select(ticketId =>
                ticketId == scan.Ticket?.TicketId ? scan : scan with { Ticket = ShownTicket.ByHand(ticketId) })];
            var rows = await ScanReader.Read(tx, each, ct);
            if (Turnstile.Again(scan, rows[0]) is { } again) return again;
            var friends = each.Zip(rows).OrderBy(one => one.First == scan ? 0 : 1).ThenBy(one => one.Second.Position).ToArray();
            if (offer is null) return BookingUnknown;

            var answer = Admit(tx, tally, scan, friends, quantity, offer, figures);
            await tally.Write(ct);
            return answer;
        }, ct);
    }

    private static CheckInAnswer Admit(
        Tx tx, Tally tally, Scan scan, (Scan Scan, ScanReader.Row Row)[] friends, int quantity, EventOffer offer, Policies figures)
    {
        var first = friends[0].Row;
        Decision Decide(Scan shown, ScanReader.Row row) => DoorDecision.Decide(
            shown.Facts(row, tx.Now), row.Facts(offer, figures), shown.At(offer, row.IsRevoked || shown.Door.IsRevoked, figures),
            tally.PastOf(row));

        // Whoever leads may be inside already, and has come back to the door for the others. Anything else that is wrong with the code is
        // wrong for all.
        var leading = Decide(friends[0].Scan, first);
        var forAll = leading.Admitted || leading.Reason is Reasons.AlreadyUsed or Reasons.NotInside or Reasons.NoReentry
            || scan.Ticket is null;
        var able = !forAll ? [] : friends
            .Where(one => one.Row.SlotId == first.SlotId && one.Row.HolderEmail == first.HolderEmail && Decide(one.Scan, one.Row).Admitted)
            .ToArray();
        if (able.Length < quantity)
        {
            var reason = able.Length > 0 ? Reasons.GroupExceeded : leading.Reason ?? Reasons.GroupExceeded;
            var seen = reason == Reasons.InvalidCode ? null : Tally.See(first, offer);
            return tally.Refuse(scan, reason, seen, able.Length, tally.PartyOf(first));
        }
        var answers = able.Take(quantity).Select((one, i) => tally.Judge(one.Scan, i + 1, one.Row, offer, figures)).ToArray();
        return tally.Keep(answers[0] with { Quantity = quantity, Party = tally.PartyOf(first) });
    }

    private static async Task<Outcome<CheckInAnswer>> WithoutTickets(
        Tx tx, Tally tally, Scan scan, Guid? bookingId, CancellationToken ct)
    {
        if (Turnstile.Again(scan, (await ScanReader.Read(tx, [scan], ct))[0]) is { } again) return again;
        var status = bookingId is null ? null : await tx.One<string>(SelectStatus, new { bookingId }, ct);
        var reason = status switch
        {
            null when bookingId is null => Reasons.InvalidCode,
            BookingStates.Pending or BookingStates.Expired => Reasons.Unpaid,
            BookingStates.Cancelled => Reasons.Cancelled,
            _ => null,
        };
        if (reason is null) return BookingUnknown;
        var answer = tally.Refuse(scan, scan.Door.IsRevoked ? Reasons.RevokedDevice : reason);
        await tally.Write(ct);
        return answer;
    }

    private const string SelectEvent = """
        select coalesce(
            (select event_id from ticketing.bookings where org_id = @orgId and booking_id = @bookingId),
            (select event_id from ticketing.tickets where org_id = @orgId and ticket_id = @ticketId))
        """;

    private const string SelectStatus = "select status from ticketing.bookings where org_id = @orgId and booking_id = @bookingId";
}
