using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Balie.Testing;

/// <summary>
/// The program itself, as built, in a process of its own: what only a real process can show, and the server that the bench loads.
/// </summary>
public sealed class BalieProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(25);
    // Nothing of the developer's own installation may reach one under test.
    private static readonly string[] Ours =
        ["Balie__", "ConnectionStrings__", "BALIE_ADMIN_", "ASPNETCORE_", "DOTNET_ENVIRONMENT", "Kestrel__"];

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    private BalieProcess(Process process, int port)
    {
        (_process, Port) = (process, port);
        Http = new HttpClient { BaseAddress = new Uri(Url) };
        process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The program, built in the same configuration as the caller.</summary>
    public static string Program { get; } = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", "Balie", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "balie"));

    public int Port { get; }

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://localhost:{Port}");

    public HttpClient Http { get; }

    public int Id => _process.Id;

    public string Output => Kept(_output);

    public string Errors => Kept(_errors);

    /// <summary>A port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>Starts <c>balie serve</c> at a free port, or at the one given.</summary>
    /// <param name="data">The data folder.</param>
    /// <param name="environment">On top of the test's own, without its settings for Balie.</param>
    /// <param name="args">More options.</param>
    /// <param name="port">Where to listen.</param>
    /// <param name="before">
    /// What starts the program instead of the system, such as <c>setpriv --reuid=… --</c>; or another build of it.
    /// </param>
    public static BalieProcess Serve(
        string data, IReadOnlyDictionary<string, string>? environment = null, IEnumerable<string>? args = null, int? port = null,
        string[]? before = null)
    {
        var at = port ?? FreePort();
        var url = string.Create(CultureInfo.InvariantCulture, $"http://localhost:{at}");
        return Start(["serve", "--data", data, "--urls", url, .. args ?? []], environment, at, before);
    }

    /// <summary>Starts any verb.</summary>
    public static BalieProcess Start(
        IEnumerable<string> args, IReadOnlyDictionary<string, string>? environment = null, int port = 0, string[]? before = null)
    {
        string[] whole = [.. before ?? [Program], .. args];
        var start = new ProcessStartInfo(whole[0], whole[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys
            .Where(name => Ours.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))).ToArray())
            start.Environment.Remove(name);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{whole[0]} did not start.");
        process.StandardInput.Close();
        return new BalieProcess(process, port);
    }

    /// <summary>Returns once <c>/ready</c> says so.</summary>
    /// <exception cref="InvalidOperationException">The process ended instead.</exception>
    public async Task<BalieProcess> Ready(CancellationToken ct)
    {
        await Until(IsReady, "be ready", ct);
        return this;
    }

    /// <summary>Returns once the output holds a text.</summary>
    public Task Says(string text, CancellationToken ct) =>
        Until(() => Task.FromResult(Output.Contains(text, StringComparison.Ordinal)), $"say {text}", ct);

    /// <summary>Returns the exit code once the process ends by itself.</summary>
    public async Task<int> Ends(CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public void Send(string signal) => Signal.Send(signal, _process.Id);

    /// <summary>kill -9: no last word, no tidying up. Its database, if it had one of its own, lives on.</summary>
    public async Task Kill()
    {
        Send(Signal.Kill);
        await _process.WaitForExitAsync();
    }

    /// <summary>Stops it the way a service manager does, and returns the exit code.</summary>
    public async Task<int> Stop(CancellationToken ct)
    {
        Send(Signal.Terminate);
        return await Ends(ct);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        try
        {
            if (!_process.HasExited) await Stop(CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            await Kill();
        }
        _process.Dispose();
    }

    private async Task<bool> IsReady()
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri("/ready", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        // A connection that is cut while it is being made comes out of the client as a bare socket error.
        catch (Exception notYet) when (notYet is HttpRequestException or SocketException)
        {
            return false;
        }
    }

    private async Task Until(Func<Task<bool>> happened, string what, CancellationToken ct)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < Patience; await Task.Delay(BetweenLooks, ct))
        {
            if (await happened()) return;
            if (_process.HasExited)
                throw new InvalidOperationException($"Balie was to {what}, but ended with {_process.ExitCode}: {Errors}{Output}");
        }
        throw new TimeoutException($"Balie did not {what} in {Patience.TotalSeconds:0} s: {Errors}{Output}");
    }

    private static void Keep(StringBuilder text, string? line)
    {
        if (line is null) return;
        lock (text) text.AppendLine(line);
    }

    private static string Kept(StringBuilder text)
    {
        lock (text) return text.ToString();
    }
}
