using System.Diagnostics;
using Balie.Contracts.Inventory;
using Balie.Inventory.Folds;

namespace Balie.Inventory.Sequencing;

/// <summary>One claim on its way: waiting, assigned, or parked until a pool's claims have been read.</summary>
internal sealed class Pending(ClaimRequest request)
{
    /// <summary>How often units may be lost to other processes before the asker is told to come back.</summary>
    public const int MostTries = 20;

    private readonly TaskCompletionSource<ClaimResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ClaimRequest Request { get; } = request;
    public long QueuedAt { get; } = Stopwatch.GetTimestamp();
    public Task<ClaimResult> Answer => _answer.Task;
    public int Tries { get; set; }
    public bool MakesPools => Request.Demands.Any(demand => demand.Capacity is not null);

    /// <summary>Units assigned and not yet committed, per demand.</summary>
    public List<int>[] Units { get; } = NewUnits(request.Demands.Count);

    public PoolKey Pool(int demand) => new(Request.OrgId, Request.Demands[demand].PoolId);

    public void Finish(ClaimResult result) => _answer.TrySetResult(result);

    public void Fail(Exception problem) => _answer.TrySetException(problem);

    private static List<int>[] NewUnits(int demands)
    {
        var units = new List<int>[demands];
        for (var i = 0; i < demands; i++) units[i] = [];
        return units;
    }
}

/// <summary>Somebody who waits until a pool's claims have been read.</summary>
internal readonly record struct Parked(Action<bool> Loaded, Action<Exception> Fail)
{
    public static Parked Until(Pending pending, Action<Pending> admit) => new(
        exists =>
        {
            // A pool that its first claim makes may have been on its way when it was looked for.
            if (exists || (pending.MakesPools && pending.Tries++ < Pending.MostTries)) admit(pending);
            else pending.Fail(new InvalidOperationException("A claim names a pool that was never made."));
        },
        pending.Fail);
}
