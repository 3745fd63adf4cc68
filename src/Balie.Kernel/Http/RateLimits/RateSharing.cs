using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Balie.Kernel;

/// <summary>
/// Once a second tells the database what the busiest callers took here, and learns what they took elsewhere: several processes then
/// allow little more than one would. Without the database each process counts alone.
/// </summary>
internal sealed partial class RateSharing(
    RateLimitOptions options, RateCounters counters, SystemDb db, TimeProvider clock, ILogger<RateSharing> log) : BackgroundService
{
    private const int MostToldAtOnce = 2_000;
    private const int RoundsBetweenCleanings = 60;
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromSeconds(1);

    private sealed record Row(string Policy, Guid Caller, long UsedMicroseconds);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Enabled || !options.Shared) return;
        for (var round = 1; !stoppingToken.IsCancellationRequested; round++)
        {
            try
            {
                await Task.Delay(BetweenRounds, clock, stoppingToken);
                await Share(stoppingToken);
                if (round % RoundsBetweenCleanings == 0) await db.Everywhere.Run(ForgetFull, null, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { return; }
            catch (Exception away) when (Faults.Explain(away).Status == KernelRefusals.Unavailable.Status) { LogAlone(log, away); }
        }
    }

    internal async Task Share(CancellationToken ct)
    {
        var now = Stopwatch.GetTimestamp();
        var told = counters.Unshared(now).Take(MostToldAtOnce).ToDictionary(mine => (mine.Key.Policy.Name, CallerOf(mine.Key)));
        if (told.Count == 0) return;
        var rows = await db.Everywhere.Many<Row>(Tell, new
        {
            policies = told.Keys.Select(key => key.Name).ToArray(),
            callers = told.Keys.Select(key => key.Item2).ToArray(),
            taken = told.Values.Select(mine => Microseconds(mine.Taken)).ToArray(),
        }, ct);
        foreach (var row in rows)
        {
            var (key, taken) = told[(row.Policy, row.Caller)];
            counters.Shared(key, Ticks(row.UsedMicroseconds), taken, now);
        }
    }

    private static Guid CallerOf(RateKey key) => Unsafe.BitCast<UInt128, Guid>(key.Id);

    private static long Microseconds(long ticks) => (long)(ticks * 1e6 / Stopwatch.Frequency);

    private static long Ticks(long microseconds) => (long)(microseconds * (Stopwatch.Frequency / 1e6));

    // Sorted, so that two processes lock rows in the same order.
    private const string Tell = """
        insert into kernel.rate_counters as known (policy, caller, full_at)
        select policy, caller, statement_timestamp() + taken * interval '1 microsecond'
        from unnest(@policies, @callers, @taken) as mine (policy, caller, taken)
        order by policy, caller
        on conflict (policy, caller) do update
        set full_at = greatest(known.full_at, statement_timestamp()) + (excluded.full_at - statement_timestamp())
        returning policy, caller, (extract(epoch from full_at - statement_timestamp()) * 1000000)::bigint as used_microseconds
        """;

    private const string ForgetFull = "delete from kernel.rate_counters where full_at < statement_timestamp()";

    [LoggerMessage(Level = LogLevel.Debug, Message = "Counting requests alone for now")]
    private static partial void LogAlone(ILogger log, Exception away);
}
