using System.Collections.Concurrent;
using System.Diagnostics;

namespace Balie.Bench;

/// <summary>
/// Whole purchases, with everything that follows from them: cart, order, payment by webhook, ledger, invoice, tickets, and both mails with
/// their PDF. The processor time is counted until the last mail is out, so nothing is left for later.
/// </summary>
/// <param name="PerSecond">Orders that were seen confirmed with their tickets, while all clients bought.</param>
/// <param name="P99">From the first request until then, in milliseconds.</param>
/// <param name="Each">What one order took of the processors.</param>
/// <param name="SentAway">Answers that said to come again.</param>
/// <param name="Behind">How long after the last order the last mail was out.</param>
internal sealed record Purchases(
    double PerSecond, int Orders, double P50, double P99, ProcessorTime Each, int SentAway, TimeSpan Behind)
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    public static async Task<Purchases> Run(Venue venue, Guid eventId, int clients, TimeSpan duration, CancellationToken ct)
    {
        await using var database = await Database.Open(venue.ConnectionString, ct);
        await using var watch = await Watch.Open(venue.ConnectionString, ct);
        var postmaster = await database.Postmaster(ct);
        await Settle(database, ct);
        var before = ProcessorTime.Now(venue.Balie.Id, postmaster);

        var (took, sentAway) = (new ConcurrentBag<double>(), 0);
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
        {
            using var till = new Till(new Uri(venue.Balie.Url), eventId, watch);
            while (Stopwatch.GetElapsedTime(began) < duration) took.Add((await till.Buy(ct)).TotalMilliseconds);
            Interlocked.Add(ref sentAway, till.SentAway);
        }));
        var lasted = Stopwatch.GetElapsedTime(began);
        await Settle(database, ct);
        var behind = Stopwatch.GetElapsedTime(began) - lasted;
        var used = ProcessorTime.Now(venue.Balie.Id, postmaster) - before;

        var sorted = took.Order().ToArray();
        return new Purchases(
            sorted.Length / lasted.TotalSeconds, sorted.Length, sorted[sorted.Length / 2], sorted[sorted.Length * 99 / 100],
            new ProcessorTime(used.Balie / sorted.Length, used.Postgres / sorted.Length), sentAway, behind);
    }

    /// <summary>Waits until nothing waits: webhooks, messages, notices, mails.</summary>
    public static async Task Settle(Database database, CancellationToken ct)
    {
        // A message that was just handled may have put the next one there.
        for (var quiet = 0; quiet < 2;)
        {
            quiet = await database.Count(CountWaiting, null, ct) == 0 ? quiet + 1 : 0;
            await Task.Delay(BetweenLooks, ct);
        }
    }

    private const string CountWaiting = """
        select (select count(*) from payments.sandbox_deliveries where due_at is not null)
            + (select count(*) from payments.webhooks where state = 'waiting')
            + (select count(*) from notifications.notices where state = 'waiting')
            + (select count(*) from kernel.mails where state = 'waiting')
            + (select count(*)
                from kernel.outbox, (select min(xid) as xid, min(position) as position from kernel.outbox_cursors) as slowest
                where outbox.xid > slowest.xid)
        """;
}
