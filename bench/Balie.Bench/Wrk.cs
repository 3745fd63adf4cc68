using System.Diagnostics;
using System.Globalization;

namespace Balie.Bench;

/// <summary>What one load over HTTP measured. Latencies in milliseconds, as the client saw them.</summary>
/// <param name="PerSecond">Successful requests per second.</param>
/// <param name="Failed">Answers other than 2xx and 3xx, and broken connections.</param>
internal sealed record Measured(double PerSecond, long Requests, long Failed, double P50, double P95, double P99)
{
    /// <summary>Two loads that ran at the same time.</summary>
    public static Measured operator +(Measured left, Measured right) => new(
        left.PerSecond + right.PerSecond, left.Requests + right.Requests, left.Failed + right.Failed,
        Math.Max(left.P50, right.P50), Math.Max(left.P95, right.P95), Math.Max(left.P99, right.P99));
}

/// <summary>The load generator <c>wrk</c>, bounded in time and connections, against this machine only.</summary>
internal static class Wrk
{
    private const double MicrosecondsPerSecond = 1_000_000;
    private const double MicrosecondsPerMillisecond = 1_000;

    public static async Task<Measured> Run(string url, string script, int connections, TimeSpan duration, params string[] arguments)
    {
        var seconds = ((int)duration.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        string[] whole =
        [
            "--threads", "2", "--connections", connections.ToString(CultureInfo.InvariantCulture), "--duration", $"{seconds}s",
            "--timeout", "10s", "--script", Path.Combine(AppContext.BaseDirectory, script), url, "--", .. arguments,
        ];
        var output = await Shell.Run("wrk", whole);
        var line = output.Split('\n').FirstOrDefault(line => line.StartsWith("RESULT ", StringComparison.Ordinal))
            ?? throw new InvalidOperationException("wrk said nothing we understand: " + output);
        var numbers = line.Split(' ')[1..].Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        var (requests, microseconds, refused, broken) = (numbers[0], numbers[1], numbers[2], numbers[3]);
        return new Measured(
            (requests - refused) / (microseconds / MicrosecondsPerSecond), (long)requests, (long)(refused + broken),
            numbers[4] / MicrosecondsPerMillisecond, numbers[5] / MicrosecondsPerMillisecond, numbers[6] / MicrosecondsPerMillisecond);
    }
}

/// <summary>Runs a program to its end.</summary>
internal static class Shell
{
    public static async Task<string> Run(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await errors}{await output}");
    }
}
