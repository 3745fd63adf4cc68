using System.Net;
using Microsoft.AspNetCore.Builder;

namespace Balie.Kernel.Tests.Http;

/// <summary>A test server that believes one proxy and lets one foreign page in.</summary>
public sealed class FrontedApp : SocketApp<ProbeModule>
{
    public const string Page = "https://www.example.org";

    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Configuration["Balie:Proxies:0"] = "127.0.0.0/8";
        builder.Configuration["Balie:Cors:Origins:0"] = Page;
    }
}

public sealed class HeaderTests(FrontedApp app) : IClassFixture<FrontedApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/api/v1/programme", 200)]
    [InlineData("/api/v1/nowhere", 404)]
    [InlineData("/api/v1/broken", 500)]
    [InlineData("/api/v1/unavailable", 503)]
    [InlineData("/api/v1/secrets", 401)]
    public async Task Every_answer_tells_browsers_to_do_nothing_with_it(string path, int status)
    {
        var answer = await Get(path);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
        Assert.Equal("no-referrer", Header(answer, "Referrer-Policy"));
        Assert.StartsWith("default-src 'none'; frame-ancestors 'none'", Header(answer, "Content-Security-Policy"),
            StringComparison.Ordinal);
        Assert.Equal("same-origin", Header(answer, "Cross-Origin-Resource-Policy"));
        Assert.Null(Header(answer, "Strict-Transport-Security"));
    }

    [Fact]
    public async Task Only_what_is_the_same_for_every_guest_may_be_kept()
    {
        Assert.Equal("public, max-age=300", Header(await Get("/api/v1/programme"), "Cache-Control"));
        Assert.Equal("no-store", Header(await Get("/api/v1/programme", ("Authorization", "Bearer customer")), "Cache-Control"));
        Assert.Equal("no-store", Header(await Get("/api/v1/search"), "Cache-Control"));
        Assert.Equal("no-store", Header(await Get("/api/v1/broken"), "Cache-Control"));
    }

    [Fact]
    public async Task A_failure_says_when_to_come_back_only_if_that_helps()
    {
        Assert.Equal("1", Header(await Get("/api/v1/unavailable"), "Retry-After"));
        Assert.Null(Header(await Get("/api/v1/broken"), "Retry-After"));
    }

    [Fact]
    public async Task Https_is_remembered_when_the_listed_proxy_says_it_was_used() =>
        Assert.Equal("max-age=31536000; includeSubDomains",
            Header(await Get("/api/v1/programme", ("X-Forwarded-Proto", "https")), "Strict-Transport-Security"));

    [Theory]
    [InlineData("abc-DEF_1.2", true)]
    [InlineData("a b", false)]
    [InlineData("a\u007fb", false)]
    [InlineData("{\"a\":1}", false)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    public async Task A_callers_own_request_id_is_kept_when_it_is_plain(string sent, bool kept)
    {
        var shown = Header(await Get("/api/v1/programme", ("X-Request-Id", sent)), "X-Request-Id");

        Assert.False(string.IsNullOrEmpty(shown));
        Assert.Equal(kept, shown == sent);
    }

    [Theory]
    [InlineData(FrontedApp.Page, true)]
    [InlineData("https://www.example.org.evil.example", false)]
    [InlineData("http://www.example.org", false)]
    [InlineData("null", false)]
    public async Task Pages_of_listed_origins_may_read_answers_and_no_others(string origin, bool may)
    {
        var answer = await Get("/api/v1/search", ("Origin", origin));

        Assert.Equal(may ? origin : null, Header(answer, "Access-Control-Allow-Origin"));
        Assert.Null(Header(answer, "Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task A_listed_page_can_read_why_something_failed() =>
        Assert.Equal(FrontedApp.Page, Header(await Get("/api/v1/broken", ("Origin", FrontedApp.Page)), "Access-Control-Allow-Origin"));

    [Fact]
    public async Task A_preflight_names_the_headers_that_an_integrator_needs()
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/api/v1/notes");
        request.Headers.Add("Origin", FrontedApp.Page);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "idempotency-key,content-type,authorization,x-probe");

        var answer = await app.Http.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Contains("POST", Header(answer, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Contains("Idempotency-Key", Header(answer, "Access-Control-Allow-Headers"), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("X-Probe", Header(answer, "Access-Control-Allow-Headers"), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("POST", "__Host-balie=customer", "Sec-Fetch-Site", "cross-site", true)]
    [InlineData("POST", "__Host-balie=customer", "Sec-Fetch-Site", "same-site", true)]
    [InlineData("POST", "__Host-balie=customer", "Sec-Fetch-Site", "same-origin", false)]
    [InlineData("POST", "__Host-balie=customer", "Origin", "https://evil.example", true)]
    [InlineData("POST", "__Host-balie=customer", "Origin", "null", true)]
    [InlineData("POST", "a=b", "Authorization", "Bearer customer", false)]
    [InlineData("GET", "__Host-balie=customer", "Sec-Fetch-Site", "cross-site", false)]
    public async Task A_cookie_alone_changes_nothing_for_another_web_site(
        string method, string cookie, string header, string value, bool refused)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), method == "GET" ? "/api/v1/search" : "/api/v1/notes");
        request.Headers.Add("Cookie", cookie);
        request.Headers.TryAddWithoutValidation(header, value);

        var answer = await app.Http.SendAsync(request, Ct);

        Assert.Equal(refused, answer.StatusCode == HttpStatusCode.Forbidden);
        if (refused) await answer.IsRefused(HttpStatusCode.Forbidden, "kernel.cross_site", Ct);
    }

    private async Task<HttpResponseMessage> Get(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await app.Http.SendAsync(request, Ct);
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;
}

/// <summary>Without a list of proxies, nobody may speak for another.</summary>
public sealed class UnfrontedTests(SocketApp<ProbeModule> app) : IClassFixture<SocketApp<ProbeModule>>
{
    [Fact]
    public async Task What_strangers_say_was_forwarded_is_ignored()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/programme");
        request.Headers.Add("X-Forwarded-Proto", "https");

        var answer = await app.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
    }
}
