namespace Balie.Kernel;

/// <summary>
/// Deletes much in small bites, each a transaction of its own, so that housekeeping never holds anybody up. The statements find their rows
/// by <c>ctid</c>: whatever the statistics say, no bite ever reads the whole table.
/// </summary>
internal static class Sweep
{
    public const int Batch = 5_000;
    private const int MostBatches = 200;

    /// <param name="delete">Deletes at most <see cref="Batch"/> rows.</param>
    public static async Task InBatches(SystemDb db, string delete, object args, CancellationToken ct)
    {
        for (var done = 0; done < MostBatches; done++)
            if (await db.Everywhere.Run(delete, args, ct) == 0) return;
    }
}
