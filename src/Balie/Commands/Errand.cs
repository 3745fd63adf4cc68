using System.CommandLine;
using System.Runtime.InteropServices;
using Npgsql;

namespace Balie.Commands;

/// <summary>
/// How every verb begins and ends: Ctrl-C and SIGTERM ask it to stop, what goes wrong is one sentence on the error stream, and the exit
/// code is 0 (done), 1 (not done, or something is wrong) or 2 (asked the wrong way).
/// </summary>
internal static class Errand
{
    public const int Done = 0;
    public const int Failed = 1;
    private const int Misunderstood = 2;

    public static readonly Option<string?> Data = new("--data")
    {
        Description = "The data folder (default ./data).",
        HelpName = "folder",
        Recursive = true,
    };

    private static readonly Option<bool> Verbose = new("--verbose")
    {
        Description = "Show where an error came from.",
        Recursive = true,
    };

    public static async Task<int> Run(RootCommand balie, string[] args)
    {
        balie.Options.Add(Data);
        balie.Options.Add(Verbose);
        var parsed = balie.Parse(args);
        if (parsed.Errors is [var first, ..])
        {
            await Console.Error.WriteLineAsync($"{first.Message} Ask balie --help.");
            return Misunderstood;
        }
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));
        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Stopped.");
            return Failed;
        }
        catch (Exception problem)
        {
            await Console.Error.WriteLineAsync(Sentence(problem));
            if (parsed.GetValue(Verbose)) await Console.Error.WriteLineAsync(problem.ToString());
            return Failed;
        }
    }

    /// <summary>An errand in the installation that the options name, beside a Balie that may be serving it.</summary>
    public static async Task<int> At(ParseResult parsed, Func<Site, Task<int>> work, CancellationToken ct)
    {
        await using var site = Site.At(parsed.GetValue(Data));
        await site.OpenDatabaseBeside(Progress, ct);
        return await work(site);
    }

    /// <summary>The same with the whole program wired behind it, on a database that is up to date.</summary>
    public static Task<int> With(ParseResult parsed, Func<Site, IServiceProvider, Task<int>> work, CancellationToken ct) =>
        At(parsed, async site =>
    {
        await site.Migrator.Apply(ct);
        await using var app = site.Build();
        return await work(site, app.Services);
    }, ct);

    /// <summary>The value of an outcome; a refusal ends the errand with its own sentence.</summary>
    public static T Expect<T>(Outcome<T> outcome) where T : notnull
    {
        if (outcome.Refusal is { } refusal)
            throw new OperatorException(
                string.Join(' ', refusal.Errors.Select(error => error.Message).Prepend(refusal.Message).Distinct()));
        // Not refused, so there is a value.
        return outcome.Value!;
    }

    /// <summary>What is going on, for the person who waits; kept apart from what the verb answers.</summary>
    public static void Progress(string line) => Console.Error.WriteLine(line);

    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = true;
        stop.Cancel();
    }

    /// <summary>What went wrong, for a person.</summary>
    public static string Sentence(Exception problem) => problem switch
    {
        OperatorException => problem.Message,
        OptionsValidationException invalid => $"The configuration does not hold: {string.Join(' ', invalid.Failures)}",
        // Its message names the key and the value.
        InvalidOperationException { InnerException: FormatException or ArgumentException } unreadable =>
            $"The configuration does not hold: {unreadable.Message}",
        NpgsqlException => $"The database did not do what was asked ({problem.Message}): try again, and see balie doctor.",
        _ => $"Something unexpected went wrong ({problem.GetType().Name}: {problem.Message}): run it again with --verbose to see where.",
    };
}
