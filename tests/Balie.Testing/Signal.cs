using System.Diagnostics;
using System.Globalization;

namespace Balie.Testing;

/// <summary>Signals to processes that a test started, as a terminal or a service manager sends them.</summary>
public static class Signal
{
    public const string Interrupt = "INT";
    public const string Terminate = "TERM";
    public const string Kill = "KILL";
    public const string Pause = "STOP";
    public const string Resume = "CONT";

    public static void Send(string signal, params IEnumerable<int> processes)
    {
        string[] ids = [.. processes.Select(process => process.ToString(CultureInfo.InvariantCulture))];
        if (ids.Length == 0) return;
        // One that is gone already is no news.
        using var kill = Process.Start(new ProcessStartInfo("kill", [$"-{signal}", .. ids]) { RedirectStandardError = true });
        kill?.WaitForExit();
    }

    /// <summary>A process and its children.</summary>
    public static IReadOnlyList<int> Family(int parent) => [parent, .. Children(parent)];

    /// <summary>Whether a process runs; one that ended and waits for its burial does not.</summary>
    public static bool IsRunning(int process) => Stat(process) is [not "Z", ..];

    private static IEnumerable<int> Children(int parent) =>
        from folder in Directory.EnumerateDirectories("/proc")
        let id = int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var number) ? number : 0
        where id > 0 && ParentOf(id) == parent
        select id;

    private static int ParentOf(int process) => Stat(process) is [_, var parent, ..] ? int.Parse(parent, CultureInfo.InvariantCulture) : 0;

    // State, parent and more; nothing of a process that is gone.
    private static string[] Stat(int process)
    {
        try
        {
            // The name stands in parentheses and may hold anything; what is told follows the last one.
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }
}
