namespace Balie.Tests.House;

/// <summary>
/// A generated text that is kept in the repository, so that a review sees what changed. <c>BALIE_UPDATE_SNAPSHOTS=1</c> writes it anew.
/// </summary>
internal static class Snapshot
{
    private const string Switch = "BALIE_UPDATE_SNAPSHOTS";

    public static async Task Holds(string path, string text, CancellationToken ct)
    {
        var file = Path.Combine(Checkout.Root, path);
        if (Environment.GetEnvironmentVariable(Switch) == "1")
        {
            await File.WriteAllTextAsync(file, text, ct);
            return;
        }
        var kept = File.Exists(file) ? await File.ReadAllTextAsync(file, ct) : "";
        if (kept == text) return;
        var (was, became) = (kept.Split('\n'), text.Split('\n'));
        var line = was.Zip(became).TakeWhile(pair => pair.First == pair.Second).Count();
        Assert.Fail($"""
            {path} is out of date, from line {line + 1} on. Run the tests once with {Switch}=1 and review the change.
            kept: {was.ElementAtOrDefault(line)}
            now:  {became.ElementAtOrDefault(line)}
            """);
    }
}
