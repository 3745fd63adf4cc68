using System.Diagnostics.Metrics;

namespace Balie.Inventory;

/// <summary>How the sequencer is doing.</summary>
internal sealed class InventoryMeter(IMeterFactory factory) : IDisposable
{
    private readonly Meter _meter = factory.Create("Balie.Inventory");
    private Histogram<int>? _batchSize;
    private Histogram<double>? _batchDuration;
    private Counter<int>? _collisions;
    private Counter<int>? _drift;

    /// <summary>A batch committed.</summary>
    public void Batch(int requests, TimeSpan duration)
    {
        (_batchSize ??= _meter.CreateHistogram<int>("balie.inventory.batch.size", "{request}", "Claims per transaction")).Record(requests);
        (_batchDuration ??= _meter.CreateHistogram<double>("balie.inventory.batch.duration", "s", "From sending a batch to its commit"))
            .Record(duration.TotalSeconds);
    }

    /// <summary>Another process had the unit first.</summary>
    public void Collision() =>
        (_collisions ??= _meter.CreateCounter<int>("balie.inventory.collisions", "{unit}", "Units that another process took first")).Add(1);

    /// <summary>Memory disagreed with the database although nothing had happened: must stay zero.</summary>
    public void Drift(int units) =>
        (_drift ??= _meter.CreateCounter<int>("balie.inventory.fold.drift", "{unit}", "Units in memory that differed from the claims"))
            .Add(units);

    public void Dispose() => _meter.Dispose();
}
