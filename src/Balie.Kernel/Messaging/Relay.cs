using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Balie.Kernel;

/// <summary>
/// Carries messages from the outbox to the modules that hear them, each module at its own pace, in the order in which they committed.
/// A message that a consumer cannot handle is overtaken by the next ones while it waits for another try: one bad message must not silence
/// an organisation. See docs/decisions/0010-outbox-by-cursor.md.
/// </summary>
internal sealed partial class Relay : BackgroundService
{
    private static readonly TimeSpan WhenIdle = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan WhenElsewhere = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan BetweenCounts = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(2);

    private readonly (string Module, Reading Reading)[] _readings;
    private readonly Outbox _outbox;
    private readonly Rush _rush;
    private readonly ILogger<Relay> _log;

    public Relay(
        Installation installation, WorkFilter filter, SystemDb db, Outbox outbox, Delivery delivery, Rush rush, TimeProvider clock,
        ILogger<Relay> log)
    {
        _readings =
        [
            .. from work in installation.Work
               where work.Hears.Count > 0 && filter.Includes(work.Module)
               select (work.Module, new Reading(work, db, delivery, clock)),
        ];
        (_outbox, _rush, _log) = (outbox, rush, log);
    }

    /// <summary>Delivers what waits now and has committed, and returns; for set-up and tests, which want no clock in between.</summary>
    public async Task DeliverWaiting(CancellationToken ct)
    {
        foreach (var (_, reading) in _readings)
            while (await reading.Look(again: true, ct) == Reading.Seen.More) { }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll([Count(stoppingToken), .. _readings.Select(one => Read(one.Module, one.Reading, stoppingToken))]);

    private async Task Read(string module, Reading reading, CancellationToken ct)
    {
        var isWell = true;
        long? triedAgainAt = null;
        while (!ct.IsCancellationRequested)
        {
            TimeSpan pause;
            var began = Stopwatch.GetTimestamp();
            var again = triedAgainAt is not { } last || Stopwatch.GetElapsedTime(last, began) > BetweenTries;
            if (again) triedAgainAt = began;
            try
            {
                pause = await reading.Look(again, ct) switch
                {
                    Reading.Seen.More => TimeSpan.Zero,
                    Reading.Seen.Nothing => WhenIdle,
                    Reading.Seen.Elsewhere => WhenElsewhere,
                    var unknown => throw new InvalidOperationException($"Unknown end of a look {unknown}."),
                };
                isWell = true;
                await _rush.StepAside(Stopwatch.GetElapsedTime(began), ct);
            }
            catch (Exception) when (ct.IsCancellationRequested) { break; }
            catch (Exception trouble)
            {
                // Most likely the database is away; the place in the outbox is not lost, so all there is to do is to try again.
                if (isWell) LogTrouble(_log, trouble, module);
                isWell = false;
                pause = AfterTrouble;
            }
            if (pause > TimeSpan.Zero) await Task.Delay(pause, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await SayFarewell(module, reading);
    }

    private async Task SayFarewell(string module, Reading reading)
    {
        using var limit = new CancellationTokenSource(LongestFarewell);
        try { await reading.Release(limit.Token); }
        catch (Exception trouble) { LogTrouble(_log, trouble, module); }
    }

    private async Task Count(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            // Whoever reads says when the database is away; this only leaves the last numbers standing.
            try { BackgroundMetrics.Saw(await _outbox.Status(ct)); }
            catch (Exception trouble) when (trouble is System.Data.Common.DbException or TimeoutException or OperationCanceledException) { }
            await Task.Delay(BetweenCounts, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The relay of {Module} stumbled and tries again every second")]
    private static partial void LogTrouble(ILogger log, Exception trouble, string module);
}
