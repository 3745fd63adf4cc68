using System.Diagnostics.Metrics;

namespace Balie.Kernel;

/// <summary>The numbers of relay and jobs.</summary>
internal static class BackgroundMetrics
{
    private static readonly Counter<long> DeliveredCount =
        Instruments.Meter.CreateCounter<long>("balie.outbox.delivered", "{message}", "Messages handled, once per consumer.");

    private static readonly Counter<long> FailedCount =
        Instruments.Meter.CreateCounter<long>("balie.outbox.failed", "{message}", "Deliveries that failed and are tried again.");

    private static readonly Counter<long> DiedCount =
        Instruments.Meter.CreateCounter<long>("balie.outbox.died", "{message}", "Deliveries that were given up.");

    private static readonly Counter<long> JobCount =
        Instruments.Meter.CreateCounter<long>("balie.jobs.runs", "{run}", "Runs of scheduled jobs, by job and outcome.");

    private static OutboxStatus _outbox = new(0, null, 0, 0);

    static BackgroundMetrics()
    {
        var meter = Instruments.Meter;
        meter.CreateObservableGauge("balie.outbox.waiting",
            () => _outbox.Waiting, "{message}", "Messages that a module has not looked at yet.");
        meter.CreateObservableGauge("balie.outbox.oldest",
            () => _outbox.OldestAge?.TotalSeconds ?? 0, "s", "Age of the oldest waiting message.");
        meter.CreateObservableGauge("balie.outbox.retrying",
            () => _outbox.Retrying, "{message}", "Failed deliveries that wait for another try.");
        meter.CreateObservableGauge("balie.outbox.dead", () => _outbox.Dead, "{message}", "Dead letters.");
    }

    public static void Delivered(string consumer, int messages) =>
        DeliveredCount.Add(messages, new KeyValuePair<string, object?>("consumer", consumer));

    public static void Failed(string consumer) => FailedCount.Add(1, new KeyValuePair<string, object?>("consumer", consumer));

    public static void Died(string consumer) => DiedCount.Add(1, new KeyValuePair<string, object?>("consumer", consumer));

    public static void Ran(string job, bool well) =>
        JobCount.Add(1,
            new KeyValuePair<string, object?>("job", job), new KeyValuePair<string, object?>("outcome", well ? "ok" : "failed"));

    public static void Saw(OutboxStatus outbox) => _outbox = outbox;
}
