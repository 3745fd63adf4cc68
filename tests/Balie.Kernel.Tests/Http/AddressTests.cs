using System.Net;
using Microsoft.AspNetCore.Builder;

namespace Balie.Kernel.Tests.Http;

/// <summary>Addresses that do not bind, cannot be stored, or are not ours: always the caller's fault, never ours.</summary>
public sealed class AddressTests(SocketApp<ProbeModule> app) : IClassFixture<SocketApp<ProbeModule>>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("text=%01")]
    [InlineData("text=%7f")]
    [InlineData("text=%0a")]
    [InlineData("text=%c2%85")]
    [InlineData("text=%ff")]
    [InlineData("text=%c0%80")]
    [InlineData("text=%ed%a0%80")]
    [InlineData("text=%e2%82")]
    [InlineData("text=%f5%80%80%80")]
    [InlineData("text=%")]
    [InlineData("text=%zz")]
    [InlineData("te%00xt=a")]
    [InlineData("text=%u0041")]
    public async Task Text_that_no_database_can_hold_is_refused_before_it_gets_there(string query) =>
        await (await Get($"search?{query}")).IsRefused(HttpStatusCode.BadRequest, "kernel.address_unreadable", Ct);

    [Theory]
    [InlineData("number=x")]
    [InlineData("number=99999999999999")]
    [InlineData("number=1.5")]
    [InlineData("number=%D9%A1")]
    [InlineData("id=x")]
    [InlineData("id=01900000-0000-7000-8000-00000000000g")]
    [InlineData("at=yesterday")]
    [InlineData("at=2026-02-30T00:00:00Z")]
    [InlineData("at=99999-01-01T00:00:00Z")]
    [InlineData("text=a&text=b")]
    [InlineData("number=1&number=1")]
    [InlineData("limit=5&limit=6")]
    public async Task A_value_that_does_not_bind_is_malformed(string query) =>
        await (await Get($"search?{query}")).IsRefused(HttpStatusCode.BadRequest, "kernel.malformed", Ct);

    [Theory]
    [InlineData("text=caf%C3%A9")]
    [InlineData("text=%F0%9F%8E%9F")]
    [InlineData("text=a+b%20c%2Bd%26e%3Df")]
    [InlineData("text=%2500")]
    [InlineData("text='%20or%201=1--")]
    [InlineData("text=")]
    [InlineData("at=0001-01-01T00:00:00Z")]
    [InlineData("at=9999-12-31T23:59:59.9999999Z")]
    [InlineData("number=2147483647&id=01900000-0000-7000-8000-000000000001")]
    [InlineData("unknown=1")]
    public async Task What_is_only_unusual_is_answered(string query)
    {
        var answer = await Get($"search?{query}");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("notes/x")]
    [InlineData("notes/%20")]
    [InlineData("notes/..%2f..%2fetc")]
    [InlineData("nowhere")]
    [InlineData("notes/01900000-0000-7000-8000-000000000001/")]
    [InlineData("notes/00000000-0000-0000-0000-000000000000")]
    public async Task A_path_that_leads_nowhere_is_not_found(string path) =>
        Assert.Equal(HttpStatusCode.NotFound, (await Get(path)).StatusCode);

    [Fact]
    public async Task A_method_that_the_route_does_not_take_is_named_as_such()
    {
        var answer = await app.Http.DeleteAsync(new Uri("/api/v1/search", UriKind.Relative), Ct);

        await answer.IsRefused(HttpStatusCode.MethodNotAllowed, "kernel.method_not_allowed", Ct);
        Assert.Equal(["GET", "HEAD"], answer.Content.Headers.Allow.Order());
    }

    private Task<HttpResponseMessage> Get(string path) =>
        app.Http.GetAsync(
            new Uri($"{app.Address}api/v1/{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }), Ct);
}

public sealed class StrictHostApp : SocketApp<ProbeModule>
{
    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Configuration["Balie:Hosts:0"] = "tickets.example.org";
    }
}

public sealed class HostTests(StrictHostApp app) : IClassFixture<StrictHostApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("tickets.example.org", 200)]
    [InlineData("TICKETS.example.org:8443", 200)]
    [InlineData("evil.example", 400)]
    [InlineData("tickets.example.org.evil.example", 400)]
    [InlineData("127.0.0.1", 400)]
    public async Task Only_listed_hosts_are_answered_and_no_forwarded_one_counts(string host, int status)
    {
        var answer = await app.Raw(
            $"GET /api/v1/programme HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Host: tickets.example.org\r\nConnection: close\r\n\r\n", Ct);

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/ready")]
    [InlineData("/metrics")]
    public async Task Probes_ask_by_address(string path) =>
        Assert.Equal(HttpStatusCode.OK, (await app.Http.GetAsync(new Uri(path, UriKind.Relative), Ct)).StatusCode);
}
