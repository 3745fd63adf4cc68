using System.Diagnostics;

namespace Balie.Bench;

/// <summary>
/// A cancelled event: everybody's money back, by the run that the cancellation begins. Every refund is decided, booked, given a credit note
/// and paid out by the sandbox, which knows each under its own key.
/// </summary>
internal static class Refunds
{
    private const int BuyersAtOnce = 32;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    /// <param name="Took">From the cancellation until the sandbox had paid everybody, the wait for the job included.</param>
    /// <param name="Running">The same from the first refund on.</param>
    /// <param name="PaidTwice">Orders for which the sandbox paid more or less than once; there must be none.</param>
    public sealed record Refunded(TimeSpan Took, TimeSpan Running, long PaidTwice);

    /// <summary>An event with so many paid orders, and everything that follows from them done.</summary>
    public static async Task<Guid> Sold(Venue venue, int orders, CancellationToken ct)
    {
        var eventId = await venue.PricedEvent(orders, ct);
        await using var database = await Database.Open(venue.ConnectionString, ct);
        await using var watch = await Watch.Open(venue.ConnectionString, ct);
        var left = orders;
        await Task.WhenAll(Enumerable.Range(0, BuyersAtOnce).Select(async _ =>
        {
            using var till = new Till(new Uri(venue.Balie.Url), eventId, watch);
            while (Interlocked.Decrement(ref left) >= 0) await till.Buy(ct);
        }));
        await Purchases.Settle(database, ct);
        return eventId;
    }

    /// <param name="killed">Kill -9 when half of them are paid out, and go on with a new process.</param>
    public static async Task<Refunded> Run(Venue venue, Guid eventId, int orders, bool killed, CancellationToken ct)
    {
        await using var database = await Database.Open(venue.ConnectionString, ct);
        var began = Stopwatch.GetTimestamp();
        await venue.CallOff(eventId, ct);
        await Until(1);
        var running = Stopwatch.GetTimestamp();
        if (killed)
        {
            await Until(orders / 2);
            await venue.KillAndRestart(ct);
        }
        await Until(orders);
        var (took, ran) = (Stopwatch.GetElapsedTime(began), Stopwatch.GetElapsedTime(running));
        await Purchases.Settle(database, ct);
        return new Refunded(took, ran, await database.Count(CountWrong, eventId, ct));

        async Task Until(int many)
        {
            while (await database.Count(CountSucceeded, eventId, ct) < many)
            {
                if (Stopwatch.GetElapsedTime(began) > Longest) throw new TimeoutException("The refunds did not come to an end.");
                await Task.Delay(BetweenLooks, ct);
            }
        }
    }

    private const string CountSucceeded = """
        select count(*)
        from orders.refunds
        join orders.refund_runs using (org_id, run_id)
        where subject_id = @id and status = 'succeeded'
        """;

    private const string CountWrong = """
        select count(*)
        from orders.order_holds as holds
        join payments.attempts using (org_id, order_id)
        left join lateral (
            select coalesce(sum(amount_minor), 0) as paid
            from payments.sandbox_refunds
            where sandbox_refunds.org_id = attempts.org_id and sandbox_refunds.payment_ref = attempts.provider_ref
        ) as back on true
        where subject_id = @id and back.paid <> attempts.amount_minor
        """;
}
