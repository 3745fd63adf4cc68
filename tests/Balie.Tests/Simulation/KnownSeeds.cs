namespace Balie.Tests.Simulation;

/// <summary>Seeds that once failed. They are told first; a new one is written down with its log, to be added to the list.</summary>
internal static class KnownSeeds
{
    /// <summary>78, 115, 125, 144: reserved money, about to be let go, brought an order back that had been given up.
    /// 135, 372: a connection that was lost in an unlucky moment was a 500.</summary>
    public static readonly int[] All = [78, 115, 125, 135, 144, 372];

    /// <summary>Keeps the log of a seed that failed, and says how to tell it again.</summary>
    public static string Keep(int seed, string log, IReadOnlyList<string> ends)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "failed-seeds");
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, $"{seed}.log");
        var told = $"Seed {seed} failed. Again: BALIE_SEED={seed} ./test Simulation\n{log}  {string.Join("\n  ", ends)}";
        File.WriteAllText(file, told);
        return $"{told}\n  kept in {file}";
    }
}
