using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Balie.Notifications.Tests.Webhooks;

/// <summary>What somebody got.</summary>
public sealed record Received(IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string Id => Headers["webhook-id"];

    public JsonElement Json => JsonElement.Parse(Body);

    public string? Type => Json.GetProperty("type").GetString();
}

/// <summary>A program of somebody else's, on a real socket, that answers as the test says.</summary>
public sealed class Receiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<Received> _received = new();
    private readonly WebApplication _app;

    private Receiver(WebApplication app) => _app = app;

    /// <summary>200 unless told otherwise.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = _ => Task.CompletedTask;

    public Received[] All => [.. _received];

    public string Url => $"{_app.Urls.Single()}/hook";

    public static async Task<Receiver> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var receiver = new Receiver(builder.Build());
        receiver._app.Run(receiver.Receive);
        await receiver._app.StartAsync(NotifyApp.Ct);
        return receiver;
    }

    public void AnswerWith(int status, params (string Name, string Value)[] headers) => Answer = http =>
    {
        http.Response.StatusCode = status;
        foreach (var (name, value) in headers) http.Response.Headers[name] = value;
        return http.Response.WriteAsync("So it is.");
    };

    public async Task<Received[]> Until(int count)
    {
        await NotifyApp.Until(() => Task.FromResult(_received.Count >= count), () => $"{_received.Count} of {count} arrived");
        return All;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task Receive(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        var headers = http.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString());
        _received.Enqueue(new Received(headers, await reader.ReadToEndAsync()));
        await Answer(http);
    }
}
