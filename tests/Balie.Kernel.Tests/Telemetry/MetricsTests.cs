using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;

namespace Balie.Kernel.Tests.Telemetry;

public sealed class ProxiedApp : SocketApp<ProbeModule>
{
    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Configuration["Balie:Proxies:0"] = "127.0.0.1";
        builder.Configuration["Balie:MetricsReaders:0"] = "10.1.0.0/16";
    }
}

public sealed partial class MetricsTests(ProxiedApp app) : IClassFixture<ProxiedApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_connections_statements_and_the_runtime_are_counted()
    {
        await app.Http.GetAsync(new Uri("/api/v1/search?text=personal%20words", UriKind.Relative), Ct);
        await app.Http.GetAsync(new Uri("/api/v1/nowhere/at/all", UriKind.Relative), Ct);

        var text = await Scrape();

        Assert.Matches("""http_server_request_duration_seconds_count\{[^}]*http_route="/api/v1/search"[^}]*\} [1-9]""", text);
        Assert.Contains("# TYPE http_server_request_duration_seconds histogram", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE http_server_active_requests gauge", text, StringComparison.Ordinal);
        Assert.Contains("kestrel_active_connections", text, StringComparison.Ordinal);
        Assert.Contains("pool_name=\"balie_app\"", text, StringComparison.Ordinal);
        Assert.Contains("dotnet_gc_collections_total", text, StringComparison.Ordinal);
        Assert.DoesNotContain("personal", text, StringComparison.Ordinal);
        Assert.DoesNotContain("nowhere", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_line_is_in_the_exposition_format_and_every_family_stands_together_once()
    {
        await app.Http.GetAsync(new Uri("/api/v1/search", UriKind.Relative), Ct);
        var lines = (await Scrape()).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Matches(Line(), line));
        var types = lines.Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).ToArray();
        Assert.Equal(types.Distinct(), types);
        var series = lines.Where(line => line[0] != '#').Select(line => line[..line.LastIndexOf(' ')]).ToArray();
        Assert.Equal(series.Distinct(), series);
    }

    [Fact]
    public async Task Buckets_grow_and_the_last_is_the_count()
    {
        await app.Http.GetAsync(new Uri("/api/v1/search", UriKind.Relative), Ct);
        var buckets = Regex.Matches(await Scrape(),
            """http_server_request_duration_seconds_(bucket|count)\{[^}]*status_code="200"[^}]*http_route="/api/v1/search"[^}]*\} (\d+)""")
            .Select(match => (Kind: match.Groups[1].Value, Value: long.Parse(match.Groups[2].Value, null))).ToArray();

        var counts = buckets.Where(line => line.Kind == "bucket").Select(line => line.Value).ToArray();
        Assert.NotEmpty(counts);
        Assert.Equal(counts.Order(), counts);
        Assert.Equal(buckets.Single(line => line.Kind == "count").Value, counts[^1]);
    }

    [Theory]
    [InlineData("203.0.113.9", HttpStatusCode.NotFound)]
    [InlineData("10.1.2.3", HttpStatusCode.OK)]
    [InlineData("10.2.2.3", HttpStatusCode.NotFound)]
    public async Task Strangers_do_not_learn_that_there_are_figures(string from, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Add("X-Forwarded-For", from);

        Assert.Equal(status, (await app.Http.SendAsync(request, Ct)).StatusCode);
    }

    private async Task<string> Scrape()
    {
        var answer = await app.Http.GetAsync(new Uri("/metrics", UriKind.Relative), Ct);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        return await answer.Content.ReadAsStringAsync(Ct);
    }

    [GeneratedRegex(
        """^(# (HELP|TYPE) [a-z_][a-z0-9_]* .+|[a-z_][a-z0-9_]*(\{([a-z_][a-z0-9_]*="([^"\\\n]|\\.)*",?)+\})? [-+0-9.eE]+(Inf|NaN)?)$""")]
    private static partial Regex Line();
}
