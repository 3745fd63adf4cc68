using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;

namespace Balie.Kernel.Tests.Telemetry;

public sealed class DrainingApp : SocketApp<ProbeModule>
{
    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Configuration["Balie:Drain"] = "00:00:01";
    }
}

public sealed class ShutdownTests(DrainingApp app) : IClassFixture<DrainingApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stop_sends_new_callers_elsewhere_and_lets_the_old_ones_finish()
    {
        var inFlight = app.Http.GetAsync(new Uri("/api/v1/patience", UriKind.Relative), Ct);
        await ProbeModule.Arrived.WaitAsync(Ct);
        Assert.Equal(HttpStatusCode.OK, (await Get("/ready")).StatusCode);

        var stopping = app.Stop();
        await (await Get("/ready")).IsRefused(HttpStatusCode.ServiceUnavailable, "kernel.not_ready", Ct);
        Assert.Equal(HttpStatusCode.OK, (await Get("/health")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Get("/api/v1/programme")).StatusCode);
        ProbeModule.Gate.SetResult();

        Assert.Equal(HttpStatusCode.OK, (await inFlight).StatusCode);
        await stopping.WaitAsync(TimeSpan.FromSeconds(10), Ct);
        await Assert.ThrowsAsync<SocketException>(() => app.Connect(Ct));
    }

    private async Task<HttpResponseMessage> Get(string path)
    {
        using var fresh = new HttpClient { BaseAddress = app.Http.BaseAddress };
        return await fresh.GetAsync(new Uri(path, UriKind.Relative), Ct);
    }
}

public sealed class HealthTests(SocketApp<ProbeModule> app) : IClassFixture<SocketApp<ProbeModule>>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/health", """{"status":"alive"}""")]
    [InlineData("/ready", """{"status":"ready"}""")]
    public async Task A_process_that_is_well_says_so(string path, string body)
    {
        var answer = await app.Http.GetAsync(new Uri(path, UriKind.Relative), Ct);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        Assert.Equal(body, await answer.Content.ReadAsStringAsync(Ct));
    }
}

/// <summary>An app whose database goes away under it.</summary>
public sealed class OrphanTests(SocketApp<ProbeModule> app) : IClassFixture<SocketApp<ProbeModule>>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_its_database_a_process_is_alive_and_not_ready_and_its_answers_say_when_to_come_back()
    {
        await Rename("{0}", "{0}_away");
        try
        {
            var ready = await app.Http.GetAsync(new Uri("/ready", UriKind.Relative), Ct);
            var refused = await app.Http.GetAsync(new Uri("/api/v1/search", UriKind.Relative), Ct);

            await ready.IsRefused(HttpStatusCode.ServiceUnavailable, "kernel.not_ready", Ct);
            await refused.IsRefused(HttpStatusCode.ServiceUnavailable, "kernel.unavailable", Ct);
            Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
            Assert.Equal(HttpStatusCode.OK, (await app.Http.GetAsync(new Uri("/health", UriKind.Relative), Ct)).StatusCode);
        }
        finally
        {
            await Rename("{0}_away", "{0}");
        }
        Assert.Equal(HttpStatusCode.OK, (await app.Http.GetAsync(new Uri("/api/v1/search", UriKind.Relative), Ct)).StatusCode);
    }

    private async Task Rename(string from, string to)
    {
        var name = new Npgsql.NpgsqlConnectionStringBuilder(app.ConnectionString).Database ?? "";
        var (old, fresh) = (from.Replace("{0}", name, StringComparison.Ordinal), to.Replace("{0}", name, StringComparison.Ordinal));
        await TestServer.Admin($"""
            alter database "{old}" allow_connections false;
            select pg_terminate_backend(pid) from pg_stat_activity where datname = '{old}';
            """);
        for (var tries = 0; ; tries++)
        {
            try { await TestServer.Admin($"alter database \"{old}\" rename to \"{fresh}\""); break; }
            catch (Npgsql.PostgresException) when (tries < 20) { await Task.Delay(50, Ct); }
        }
        await TestServer.Admin($"alter database \"{fresh}\" allow_connections true");
    }
}
