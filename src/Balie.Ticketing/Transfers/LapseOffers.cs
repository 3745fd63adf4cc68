namespace Balie.Ticketing.Transfers;

/// <summary>Writes down which offers ended without an answer. Housekeeping only: their links are dead from that very moment.</summary>
internal static class LapseOffers
{
    public static Task Run(SystemDb db, IServiceProvider services, CancellationToken ct) =>
        db.Everywhere.Run(Lapse, new { db.Everywhere.Now }, ct);

    private const string Lapse = """
        update ticketing.ticket_transfers
        set status = 'lapsed', ended_at = @now
        where status = 'offered' and expires_at <= @now
        """;
}
