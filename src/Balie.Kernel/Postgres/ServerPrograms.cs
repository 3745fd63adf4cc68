using System.Globalization;
using System.Text.RegularExpressions;

namespace Balie.Kernel.Postgres;

/// <summary>One PostgreSQL server as installed on this machine: the folder with <c>postgres</c>, <c>initdb</c> and <c>pg_ctl</c>.</summary>
internal sealed partial record ServerPrograms(string Folder, int Major)
{
    public const int OldestMajor = 15;

    private const string DebianRoot = "/usr/lib/postgresql";
    private static readonly string[] Needed = ["postgres", "initdb", "pg_ctl"];

    public string Postgres => Path.Combine(Folder, "postgres");
    public string Initdb => Path.Combine(Folder, "initdb");
    public string PgCtl => Path.Combine(Folder, "pg_ctl");

    /// <summary>Every usable server: the one on the PATH first, then those of the distribution, newest first.</summary>
    public static async Task<IReadOnlyList<ServerPrograms>> Installed(CancellationToken ct)
    {
        var found = new List<ServerPrograms>();
        foreach (var folder in Places().Distinct())
        {
            if (await In(folder, ct) is { Major: >= OldestMajor } programs) found.Add(programs);
        }
        return found;
    }

    /// <summary>The server in a folder, or null where it is incomplete or does not run here.</summary>
    public static async Task<ServerPrograms?> In(string folder, CancellationToken ct)
    {
        if (!Needed.All(program => File.Exists(Path.Combine(folder, program)))) return null;

        var answer = await Run.ToEnd(Path.Combine(folder, "postgres"), ["--version"], ct);
        return answer.Ok && VersionIn().Match(answer.Output) is { Success: true } version
            ? new ServerPrograms(folder, int.Parse(version.Groups[1].Value, CultureInfo.InvariantCulture))
            : null;
    }

    private static IEnumerable<string> Places()
    {
        if (Run.Find("postgres") is { } onPath)
        {
            // A link in a folder of links says nothing about its neighbours; the real file stands among its own.
            var real = File.ResolveLinkTarget(onPath, returnFinalTarget: true)?.FullName ?? onPath;
            if (Path.GetDirectoryName(real) is { } folder) yield return folder;
        }
        if (!Directory.Exists(DebianRoot)) yield break;

        var majors = from folder in Directory.EnumerateDirectories(DebianRoot)
                     let major = int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var number) ? number : 0
                     orderby major descending
                     select Path.Combine(folder, "bin");
        foreach (var folder in majors) yield return folder;
    }

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)")]
    private static partial Regex VersionIn();
}
