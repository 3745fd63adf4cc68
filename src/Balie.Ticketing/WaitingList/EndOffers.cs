using Balie.Contracts.Ticketing;

namespace Balie.Ticketing.WaitingList;

/// <summary>What became of an offer follows its booking: confirmed is accepted, anything else has lapsed.</summary>
internal static class EndOffers
{
    /// <summary>Hears every confirmed booking, so hundreds at a time.</summary>
    public static Task Handle(IReadOnlyList<BookingConfirmed> confirmed, Tx tx, IServiceProvider services, CancellationToken ct) =>
        Accept(tx, [.. confirmed.Select(one => one.BookingId)], ct);

    public static Task Accept(Tx tx, Guid[] bookingIds, CancellationToken ct) => End(tx, bookingIds, WaitingStates.Accepted, ct);

    public static Task Lapse(Tx tx, Guid bookingId, CancellationToken ct) => End(tx, [bookingId], WaitingStates.Lapsed, ct);

    private static Task<int> End(Tx tx, Guid[] bookingIds, string to, CancellationToken ct) =>
        tx.Run(Move, new { bookingIds, to, from = WaitingStates.Before(to), tx.Now }, ct);

    private const string Move = """
        update ticketing.waiting_entries
        set status = @to, updated_at = @now
        where org_id = @orgId and booking_id = any (@bookingIds) and status = any (@from)
        """;
}
