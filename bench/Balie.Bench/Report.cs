using System.Globalization;
using System.Text.Json;

namespace Balie.Bench;

/// <summary>One line of the results: a figure, what it is compared with, and what we want.</summary>
/// <param name="Ratio">Ours over the baseline, measured in the same run; null for a plain figure.</param>
internal sealed record Line(string What, string Ours, string Baseline, double? Ratio, string Goal, bool Reached);

/// <summary>The results as a table for people and as JSON for programs.</summary>
internal sealed class Report
{
    private readonly List<Line> _lines = [];

    public void Add(string what, string ours, string baseline, double? ratio, string goal, bool reached)
    {
        _lines.Add(new Line(what, ours, baseline, ratio, goal, reached));
        Console.WriteLine(Row(_lines[^1]));
    }

    public async Task Write(string folder, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        string[] table = ["| figure | ours | baseline | ratio | goal | reached |", "|---|---|---|---|---|---|", .. _lines.Select(Row)];
        await File.WriteAllLinesAsync(Path.Combine(folder, "results.md"), table, ct);
        await File.WriteAllTextAsync(Path.Combine(folder, "results.json"), JsonSerializer.Serialize(_lines, Json.Options), ct);
        Console.WriteLine();
        foreach (var row in table) Console.WriteLine(row);
        Console.WriteLine($"\nAlso in {folder}.");
    }

    public static string PerSecond(double figure) => figure.ToString("N0", CultureInfo.InvariantCulture) + "/s";

    public static string Milliseconds(double figure) => figure.ToString("N0", CultureInfo.InvariantCulture) + " ms";

    public static string Precisely(TimeSpan time) => time.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture) + " ms";

    private static string Row(Line line)
    {
        var ratio = line.Ratio?.ToString("0.00", CultureInfo.InvariantCulture) ?? "";
        return $"| {line.What} | {line.Ours} | {line.Baseline} | {ratio} | {line.Goal} | {(line.Reached ? "yes" : "no")} |";
    }
}
