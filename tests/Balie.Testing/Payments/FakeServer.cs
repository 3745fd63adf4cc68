using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Balie.Testing.Payments;

/// <summary>What goes wrong with a call.</summary>
public enum Trouble
{
    /// <summary>Done, and the connection is cut before the answer: nobody knows.</summary>
    DoneThenCut,

    /// <summary>The connection is cut before anything is done.</summary>
    Cut,

    /// <summary>Done, and the answer breaks off in the middle.</summary>
    Truncated,

    /// <summary>Done, and the answer is no JSON.</summary>
    Malformed,

    /// <summary>Done, and the answer is JSON of something else.</summary>
    Senseless,

    /// <summary>Nothing is done and no answer comes for as long as anybody waits.</summary>
    Slow,

    /// <summary>503.</summary>
    Down,

    /// <summary>500.</summary>
    Broken,

    /// <summary>429.</summary>
    Busy,

    /// <summary>302 to somewhere else.</summary>
    Redirects,
}

/// <summary>A call as it came in.</summary>
/// <param name="Path">Its segments, without query.</param>
public sealed record FakeCall(
    string Method, string[] Path, IReadOnlyDictionary<string, StringValues> Query, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public override string ToString() => $"{Method} /{string.Join('/', Path)}";

    public string Header(string name) => Headers.GetValueOrDefault(name, "");
}

/// <summary>An answer to give: JSON, a page, or a redirect.</summary>
public sealed record FakeAnswer(int Status, JsonNode? Json = null, string? Page = null, string? Location = null)
{
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
}

/// <summary>The HTTP server of a fake provider, on a free port of this machine. Calls are answered one at a time.</summary>
public sealed class FakeServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<FakeCall> _calls = new();
    private readonly List<(string Match, Trouble Trouble)> _ahead = [];
    private readonly WebApplication _app;
    private readonly Func<FakeCall, FakeAnswer> _answer;
    private readonly string _type;
    private readonly Lock _turn = new();

    public FakeServer(string type, Func<FakeCall, FakeAnswer> answer)
    {
        (_type, _answer) = (type, answer);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(Serve);
        _app.Start();
        Address = new Uri(_app.Urls.Single() + "/");
    }

    public Uri Address { get; }

    /// <summary>Everything that was asked, troubled or not.</summary>
    public IReadOnlyList<FakeCall> Calls => [.. _calls];

    /// <summary>Until it is null again, every call to the API suffers it.</summary>
    public Trouble? Always { get; set; }

    /// <summary>What must be over before an answer leaves.</summary>
    public Func<Task> BeforeAnswer { get; set; } = () => Task.CompletedTask;

    /// <summary>Held during everything the fake does.</summary>
    public Lock Turn => _turn;

    /// <summary>How often this was asked: <c>GET /v2/payments/tr_1</c>.</summary>
    public int Count(string start) => _calls.Count(call => call.ToString().StartsWith(start, StringComparison.Ordinal));

    /// <summary>The next call whose text (method and path) holds <paramref name="match"/> suffers it.</summary>
    public void Next(Trouble trouble, string match = "", int times = 1)
    {
        lock (_turn)
            for (var i = 0; i < times; i++) _ahead.Add((match, trouble));
    }

    /// <summary>Forgets the troubles that have not come yet.</summary>
    public void Heal()
    {
        lock (_turn) _ahead.Clear();
        Always = null;
    }

    public async ValueTask DisposeAsync()
    {
        // Calls that wait for nothing must not hold up the end.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task Serve(HttpContext http)
    {
        using var body = new StreamReader(http.Request.Body, Encoding.UTF8);
        var call = new FakeCall(
            http.Request.Method,
            (http.Request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries),
            http.Request.Query.ToDictionary(),
            http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            await body.ReadToEndAsync(http.RequestAborted));
        _calls.Enqueue(call);

        // The page is the buyer's: what is wrong with the API is not wrong with it.
        var trouble = call.Path is ["checkout", ..] ? null : Ahead(call.ToString());
        if (trouble is Trouble.Cut)
        {
            http.Abort();
            return;
        }
        if (trouble is Trouble.Slow)
        {
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return;
        }
        if (trouble is Trouble.Down or Trouble.Broken or Trouble.Busy or Trouble.Redirects)
        {
            http.Response.StatusCode = StatusOf(trouble.Value);
            if (trouble is Trouble.Redirects) http.Response.Headers.Location = new Uri(Address, "elsewhere").ToString();
            return;
        }

        FakeAnswer answer;
        lock (_turn) answer = _answer(call);
        await BeforeAnswer();
        await Give(http, answer, trouble);
    }

    private async Task Give(HttpContext http, FakeAnswer answer, Trouble? trouble)
    {
        if (trouble is Trouble.DoneThenCut)
        {
            http.Abort();
            return;
        }
        http.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers) http.Response.Headers[name] = value;
        if (answer.Location is { } location) http.Response.Headers.Location = location;
        var text = trouble switch
        {
            Trouble.Malformed => "<html>busy</html>",
            Trouble.Senseless => """{"hello":"world"}""",
            _ => answer.Page ?? answer.Json?.ToJsonString() ?? "",
        };
        if (text.Length == 0) return;
        var bytes = Encoding.UTF8.GetBytes(text);
        http.Response.ContentType = answer.Page is null ? _type : "text/html; charset=utf-8";
        http.Response.ContentLength = bytes.Length;
        if (trouble is not Trouble.Truncated)
        {
            await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
            return;
        }
        await http.Response.Body.WriteAsync(bytes.AsMemory(0, bytes.Length / 2), http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
        http.Abort();
    }

    private Trouble? Ahead(string call)
    {
        lock (_turn)
        {
            var index = _ahead.FindIndex(trouble => call.Contains(trouble.Match, StringComparison.Ordinal));
            if (index < 0) return Always;
            var trouble = _ahead[index].Trouble;
            _ahead.RemoveAt(index);
            return trouble;
        }
    }

    private static int StatusOf(Trouble trouble) => (int)(trouble switch
    {
        Trouble.Down => HttpStatusCode.ServiceUnavailable,
        Trouble.Broken => HttpStatusCode.InternalServerError,
        Trouble.Busy => HttpStatusCode.TooManyRequests,
        _ => HttpStatusCode.Redirect,
    });
}
