using System.ComponentModel;
using System.Diagnostics;

namespace Balie.Kernel.Postgres;

/// <summary>Runs a program of the machine to its end and keeps what it said.</summary>
internal static class Run
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    internal sealed record Result(int ExitCode, string Output)
    {
        public bool Ok => ExitCode == 0;

        /// <summary>The last thing it said, which is where programs put the reason.</summary>
        public string LastLine =>
            Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "no reason given";
    }

    public static async Task<Result> ToEnd(string program, IEnumerable<string> args, CancellationToken ct)
    {
        // The working folder is one that every user may stand in; messages are read here, so they come in one language.
        var start =
            new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        start.Environment["LC_ALL"] = "C";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Longest);
        using var process = Start(start);
        if (process is null) return new Result(127, $"{program} could not be started");
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new Result(process.ExitCode, (await output + await errors).Trim());
        }
        catch (OperationCanceledException)
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Where the shell would find a program, or null.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);

    private static Process? Start(ProcessStartInfo start)
    {
        try { return Process.Start(start); }
        catch (Win32Exception) { return null; }
    }
}
