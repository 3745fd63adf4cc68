using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Balie.Kernel.Tests.Telemetry;

/// <summary>A collector that keeps what it is sent, and an app that sends to it.</summary>
public sealed class TracedApp : SocketApp<ProbeModule>
{
    private readonly WebApplication _collector = StartCollector();

    public static ConcurrentQueue<(string Path, string Type, string Body)> Received { get; } = new();

    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.Urls.Single();
    }

    private static WebApplication StartCollector()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var collector = builder.Build();
        collector.MapPost("/{**path}", async (HttpContext http) =>
        {
            var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            Received.Enqueue((http.Request.Path, http.Request.ContentType ?? "", Encoding.Latin1.GetString(body.ToArray())));
        });
        collector.Start();
        return collector;
    }
}

public sealed class OtlpTests(TracedApp app) : IClassFixture<TracedApp>
{
    [Fact]
    public async Task A_collector_gets_spans_of_requests_and_statements_and_the_figures_before_the_process_ends()
    {
        var ct = TestContext.Current.CancellationToken;
        var answer = await app.Http.GetAsync(new Uri("/api/v1/search?text=personal%20words", UriKind.Relative), ct);
        Assert.True(answer.IsSuccessStatusCode);

        await app.Stop();

        var traces = string.Concat(TracedApp.Received.Where(sent => sent.Path == "/v1/traces").Select(sent => sent.Body));
        Assert.Contains("/api/v1/search", traces, StringComparison.Ordinal);
        Assert.Contains("Microsoft.AspNetCore", traces, StringComparison.Ordinal);
        Assert.Contains("Npgsql", traces, StringComparison.Ordinal);
        Assert.Contains("balie", traces, StringComparison.Ordinal);
        Assert.DoesNotContain("personal", traces, StringComparison.Ordinal);
        Assert.Contains(TracedApp.Received, sent =>
            sent.Path == "/v1/metrics" && sent.Body.Contains("http.server.request.duration", StringComparison.Ordinal));
        Assert.All(TracedApp.Received, sent => Assert.Equal("application/x-protobuf", sent.Type));
    }
}
