using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Kernel.Tests.Http;

/// <summary>Real Kestrel that loses patience after two seconds instead of five and ten.</summary>
public sealed class ImpatientApp : SocketApp<ProbeModule>
{
    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Services.PostConfigure<KestrelServerOptions>(server =>
        {
            server.Limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(2));
            server.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(2);
        });
    }
}

/// <summary>Requests that no decent client sends, byte for byte over a real socket.</summary>
public sealed class RawRequestTests(ImpatientApp app) : IClassFixture<ImpatientApp>
{
    private const string Host = "Host: localhost\r\n";
    private const string Json = "Content-Type: application/json\r\n";
    private const string Close = "Connection: close\r\n";
    private const string Key = "Idempotency-Key: 01900000-0000-7000-8000-0000000000aa\r\n";
    private const string Chunked = "c\r\n{\"text\":\"a\"}\r\n0\r\n\r\n";
    private const string Smuggled = "GET /api/v1/secrets HTTP/1.1\r\n" + Host + "\r\n";
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Smuggling => new()
    {
        { "length and chunks", Post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", Chunked + Smuggled) },
        { "chunks and length", Post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", Chunked + Smuggled) },
        { "signed length", Post("Content-Length: +5\r\n", "12345" + Smuggled) },
        { "signed length, other case, no space", Post("content-LENGTH:+5\r\n", "12345" + Smuggled) },
        { "signed length, tab", Post("Content-Length:\t +5\r\n", "12345" + Smuggled) },
        { "negative length", Post("Content-Length: -5\r\n", "12345") },
        { "two lengths", Post("Content-Length: 5\r\nContent-Length: 6\r\n", "12345") },
        { "two equal lengths", Post("Content-Length: 5\r\nContent-Length: 5\r\n", "12345") },
        { "list of lengths", Post("Content-Length: 5, 5\r\n", "12345") },
        { "length in hexadecimal", Post("Content-Length: 0x5\r\n", "12345") },
        { "length that overflows", Post("Content-Length: 99999999999999999999\r\n", "12345") },
        { "folded header", Post("X-Folded: a\r\n b\r\nContent-Length: 0\r\n", "") },
        { "space before the colon", Post("Content-Length : 5\r\n", "12345") },
        { "unknown transfer coding", Post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n") },
        { "coding after chunked", Post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n") },
        { "chunk size that overflows", Post("Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFFFF\r\nx\r\n0\r\n\r\n") },
        { "chunk size that is none", Post("Transfer-Encoding: chunked\r\n", "zz\r\nx\r\n0\r\n\r\n") },
        { "chunk longer than said", Post("Transfer-Encoding: chunked\r\n", "1\r\nxyz\r\n0\r\n\r\n") },
        { "bare line feed in the request line", "GET /api/v1/search HTTP/1.1\n" + Host + "\r\n" + Smuggled },
        { "bare line feed after a header", "GET /api/v1/search HTTP/1.1\r\n" + Host + "X-Bare: a\nContent-Length: 5\r\n\r\n" + Smuggled },
        { "no host", "GET /api/v1/search HTTP/1.1\r\n" + Close + "\r\n" },
        { "two hosts", "GET /api/v1/search HTTP/1.1\r\n" + Host + Host + Close + "\r\n" },
        { "host that is none", "GET /api/v1/search HTTP/1.1\r\nHost: a b\r\n" + Close + "\r\n" },
        { "nul in a header", Post("X-Nul: a\0b\r\nContent-Length: 0\r\n", "") },
        { "nul in the address", "GET /api/v1/search?text=%00 HTTP/1.1\r\n" + Host + "\r\n" },
        { "nul in the path", "GET /api/v1/a%00b HTTP/1.1\r\n" + Host + "\r\n" },
        { "raw bytes in the address", "GET /api/v1/search?text=\u00ff HTTP/1.1\r\n" + Host + "\r\n" },
    };

    [Theory]
    [MemberData(nameof(Smuggling))]
    public async Task A_request_that_two_readers_could_read_differently_is_refused_and_the_connection_closed(string shape, string request)
    {
        var answer = await app.Raw(request, Ct);

        Assert.True(answer.StartsWith("HTTP/1.1 400 ", StringComparison.Ordinal), $"{shape}: {answer}");
        Assert.Equal(1, Count(answer, "HTTP/1.1 "));
    }

    [Fact]
    public async Task A_plus_elsewhere_is_only_a_plus()
    {
        var body = """{"text":"+31 20 content-length: +5"}""";
        var request = "POST /api/v1/notes HTTP/1.1\r\n" + Host + Json + Close + Key + "X-Plus: content-length: +5\r\n"
            + string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n{body}");

        var answer = await app.Raw(request, Ct);

        Assert.StartsWith("HTTP/1.1 201 ", answer, StringComparison.Ordinal);
        Assert.Contains("+31 20 content-length: +5", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("414", "GET /api/v1/search?text={0} HTTP/1.1\r\n" + Host + "\r\n", 9_000)]
    [InlineData("431", "GET /api/v1/search HTTP/1.1\r\n" + Host + "X-Bomb: {0}\r\n\r\n", 40_000)]
    [InlineData("413", "POST /api/v1/notes HTTP/1.1\r\n" + Host + Json + Close + Key + "Content-Length: 70000\r\n\r\n{0}", 70_000)]
    [InlineData("413",
        "POST /api/v1/notes HTTP/1.1\r\n" + Host + Json + Close + Key + "Transfer-Encoding: chunked\r\n\r\n11170\r\n{0}\r\n0\r\n\r\n",
        70_000)]
    public async Task What_is_too_long_is_refused_with_the_status_that_says_so(string status, string shape, int length)
    {
        var answer = await app.Raw(shape.Replace("{0}", new string('a', length), StringComparison.Ordinal), Ct);

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_many_headers_are_refused()
    {
        var bomb = new StringBuilder("GET /api/v1/search HTTP/1.1\r\n" + Host);
        for (var number = 0; number < 150; number++) bomb.Append(CultureInfo.InvariantCulture, $"X-{number}: a\r\n");

        Assert.StartsWith("HTTP/1.1 431 ", await app.Raw(bomb + "\r\n", Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_route_may_take_a_larger_body()
    {
        var upload = "POST /api/v1/uploads HTTP/1.1\r\n" + Host + Close
            + "Content-Type: application/octet-stream\r\nContent-Length: 70000\r\n\r\n" + new string('a', 70_000);

        var answer = await app.Raw(upload, Ct);

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.Contains("70000", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_does_not_arrive_in_time_is_given_up()
    {
        var answer = await app.Raw("POST /api/v1/notes HTTP/1.1\r\n" + Host + Json + Key + "Content-Length: 50\r\n\r\n{", Ct);

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_that_do_not_arrive_in_time_are_given_up()
    {
        var answer = await app.Raw("GET /api/v1/programme HTTP/1.1\r\n" + Host + "X-Slow: ", Ct);

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TRACE")]
    [InlineData("PROPFIND")]
    [InlineData("get")]
    public async Task Methods_that_nobody_uses_are_refused(string method)
    {
        var answer = await app.Raw($"{method} /api/v1/search HTTP/1.1\r\n{Host}\r\n", Ct);

        Assert.StartsWith("HTTP/1.1 405 ", answer, StringComparison.Ordinal);
        Assert.Contains("Allow: ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HEAD_answers_like_GET_without_a_body()
    {
        var answer = await app.Raw("HEAD /api/v1/programme HTTP/1.1\r\n" + Host + Close + "\r\n", Ct);

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.Contains("Content-Length: ", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_learns_what_serves_here()
    {
        var answer = await app.Raw("GET /api/v1/programme HTTP/1.1\r\n" + Host + Close + "\r\n", Ct);

        Assert.DoesNotContain("Server:", answer, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Kestrel", answer, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("X-Powered-By", answer, StringComparison.OrdinalIgnoreCase);
    }

    private static string Post(string headers, string body) =>
        "POST /api/v1/notes HTTP/1.1\r\n" + Host + Json + Key + headers + "\r\n" + body;

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
