using System.Diagnostics.Metrics;

namespace Balie.Kernel;

/// <summary>The numbers of relay and jobs, on the meter <c>Balie.Kernel</c>.</summary>
internal sealed class BackgroundMetrics
{
    public const string Meter = "Balie.Kernel";

    private readonly Counter<long> _delivered;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _died;
    private readonly Counter<long> _jobs;
    private OutboxStatus _outbox = new(0, null, 0, 0);

    public BackgroundMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Meter);
        _delivered = meter.CreateCounter<long>("balie.outbox.delivered", "{message}", "Messages handled, once per consumer.");
        _failed = meter.CreateCounter<long>("balie.outbox.failed", "{message}", "Deliveries that failed and are tried again.");
        _died = meter.CreateCounter<long>("balie.outbox.died", "{message}", "Deliveries that were given up.");
        _jobs = meter.CreateCounter<long>("balie.jobs.runs", "{run}", "Runs of scheduled jobs, by job and outcome.");
        meter.CreateObservableGauge("balie.outbox.waiting", () => _outbox.Waiting, "{message}", "Messages that a module has not looked at yet.");
        meter.CreateObservableGauge("balie.outbox.oldest", () => _outbox.OldestAge?.TotalSeconds ?? 0, "s", "Age of the oldest waiting message.");
        meter.CreateObservableGauge("balie.outbox.retrying", () => _outbox.Retrying, "{message}", "Failed deliveries that wait for their next try.");
        meter.CreateObservableGauge("balie.outbox.dead", () => _outbox.Dead, "{message}", "Dead letters.");
    }

    public void Delivered(string consumer) => _delivered.Add(1, new KeyValuePair<string, object?>("consumer", consumer));

    public void Failed(string consumer) => _failed.Add(1, new KeyValuePair<string, object?>("consumer", consumer));

    public void Died(string consumer) => _died.Add(1, new KeyValuePair<string, object?>("consumer", consumer));

    public void Ran(string job, bool well) =>
        _jobs.Add(1, new KeyValuePair<string, object?>("job", job), new KeyValuePair<string, object?>("outcome", well ? "ok" : "failed"));

    public void Saw(OutboxStatus outbox) => _outbox = outbox;
}
