using System.Globalization;

namespace Balie.Bench;

/// <summary>What a server and its database have used of the processors, by the kernel's own count.</summary>
/// <param name="Balie">The process that serves.</param>
/// <param name="Postgres">The database server: its parent, every session, the writers, and those that ended meanwhile.</param>
internal sealed record ProcessorTime(TimeSpan Balie, TimeSpan Postgres)
{
    // The unit of /proc, which Linux never changed.
    private const double TicksPerSecond = 100;

    public TimeSpan Both => Balie + Postgres;

    public static ProcessorTime Now(int balie, int postmaster) =>
        new(Of(balie, withEnded: false), Of(postmaster, withEnded: true) + ChildrenOf(postmaster));

    public static ProcessorTime operator -(ProcessorTime later, ProcessorTime earlier) =>
        new(later.Balie - earlier.Balie, later.Postgres - earlier.Postgres);

    public static int ParentOf(int process) => int.Parse(Fields($"/proc/{process}/stat")[1], CultureInfo.InvariantCulture);

    private static TimeSpan ChildrenOf(int parent)
    {
        var sum = TimeSpan.Zero;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var process)) continue;
            try
            {
                if (ParentOf(process) == parent) sum += Of(process, withEnded: false);
            }
            // It ended while we looked; its parent counts it now.
            catch (IOException) { }
        }
        return sum;
    }

    private static TimeSpan Of(int process, bool withEnded)
    {
        var fields = Fields($"/proc/{process}/stat");
        // User and system time, and those of children that were waited for.
        var ticks = fields[11..(withEnded ? 15 : 13)].Sum(field => long.Parse(field, CultureInfo.InvariantCulture));
        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    // What follows the program's name, which may hold anything but is in brackets: state, parent, …
    private static string[] Fields(string file)
    {
        var text = File.ReadAllText(file);
        return text[(text.LastIndexOf(')') + 2)..].Split(' ');
    }
}
