using Balie.Payments.Instructions;
using Balie.Payments.Sandbox;
using Balie.Payments.Webhooks;
using Microsoft.Extensions.Hosting;

namespace Balie.Payments;

/// <summary>
/// What happens after a commit and cannot wait for a timetable: webhooks that came in, what providers are to be told, and what the sandbox
/// posts. Woken by a signal; looks anyway every second. Several processes may do this at once: whoever takes a row has it.
/// </summary>
internal sealed partial class Workers : BackgroundService
{
    private static readonly TimeSpan LookAnyway = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(1);

    private readonly Lane[] _lanes;
    private readonly bool _isOurs;
    private readonly int _atOnce;
    private readonly ILogger<Workers> _log;

    /// <param name="Take">Takes at most so many rows.</param>
    private sealed record Lane(string Channel, Bell Bell, Func<int, CancellationToken, Task<Taken>> Take);

    /// <param name="Works">What is to be done about the rows; one may do for several.</param>
    private sealed record Taken(IReadOnlyList<Work> Works, int Rows);

    private delegate Task Work(CancellationToken ct);

    public Workers(
        ProcessWebhooks webhooks, CarryOut instructions, DeliverWebhooks deliveries, Signals signals, WorkFilter filter,
        IOptions<PaymentsOptions> options, ILogger<Workers> log)
    {
        _lanes =
        [
            Of(ProcessWebhooks.Channel, webhooks.Take, webhooks.Run, due => 1 + due.Others.Length),
            Of(Instruction.Channel, instructions.Take, instructions.Run, _ => 1),
            Of(DeliverWebhooks.Channel, deliveries.Take, deliveries.Run, _ => 1),
        ];
        (_isOurs, _atOnce, _log) = (filter.Includes(new PaymentsModule().Name), options.Value.AtOnce, log);
        foreach (var lane in _lanes) signals.On(lane.Channel, _ => lane.Bell.Ring(), lane.Bell.Ring);
    }

    /// <summary>Does what is due until nothing is, one after another; for tests, which want no clock in between.</summary>
    public async Task RunDue(CancellationToken ct)
    {
        for (var did = true; did;)
        {
            did = false;
            foreach (var lane in _lanes)
            {
                foreach (var work in (await lane.Take(_atOnce, ct)).Works)
                {
                    did = true;
                    await work(ct);
                }
            }
        }
    }

    public override void Dispose()
    {
        foreach (var lane in _lanes) lane.Bell.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        _isOurs ? Task.WhenAll(_lanes.Select(lane => Run(lane, stoppingToken))) : Task.CompletedTask;

    private async Task Run(Lane lane, CancellationToken ct)
    {
        var (running, isWell) = (new List<Task>(), true);
        while (!ct.IsCancellationRequested)
        {
            try
            {
                var room = _atOnce - running.Count;
                var took = await lane.Take(room, ct);
                running.AddRange(took.Works.Select(work => Try(lane, work, ct)));
                isWell = true;
                // Half of them done is reason enough to take more; taking one at a time would ask the database as often as it works.
                while (running.Count > _atOnce / 2)
                {
                    await Task.WhenAny(running);
                    running.RemoveAll(task => task.IsCompleted);
                }
                // Where there was room for more there is no more, until the bell rings.
                if (took.Rows < room) await lane.Bell.Wait(LookAnyway, ct);
                running.RemoveAll(task => task.IsCompleted);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested) { break; }
            catch (Exception trouble)
            {
                // Most likely the database is away; nothing is lost, so all there is to do is to try again.
                if (isWell) LogTrouble(_log, trouble, lane.Channel);
                isWell = false;
                await Task.Delay(AfterTrouble, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        await Task.WhenAll(running);
    }

    /// <summary>Never throws: what was taken is due again by itself.</summary>
    private async Task Try(Lane lane, Work work, CancellationToken ct)
    {
        try { await work(ct); }
        catch (Exception) when (ct.IsCancellationRequested) { }
        catch (Exception failed) { LogFailed(_log, failed, lane.Channel); }
    }

    private static Lane Of<TDue>(
        string channel, Func<int, CancellationToken, Task<TDue[]>> take, Func<TDue, CancellationToken, Task> run,
        Func<TDue, int> rows) => new(channel, new Bell(), async (atMost, ct) =>
    {
        var due = await take(atMost, ct);
        return new Taken([.. due.Select(one => (Work)(token => run(one, token)))], due.Sum(rows));
    });

    [LoggerMessage(Level = LogLevel.Warning, Message = "The worker of {Lane} stumbled and tries again every second")]
    private static partial void LogTrouble(ILogger log, Exception trouble, string lane);

    [LoggerMessage(Level = LogLevel.Error, Message = "A piece of work of {Lane} failed and will be tried again")]
    private static partial void LogFailed(ILogger log, Exception failed, string lane);
}
