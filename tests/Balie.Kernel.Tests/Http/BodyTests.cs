using System.Net;
using System.Text;

namespace Balie.Kernel.Tests.Http;

/// <summary>Bodies that are not what a route takes: 400, 413, 415 or 422, never a 5xx.</summary>
public sealed class BodyTests(SocketApp<ProbeModule> app) : IClassFixture<SocketApp<ProbeModule>>
{
    private static readonly string Deep = $"{{\"text\":{new string('[', 200)}{new string(']', 200)}}}";
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Malformed => new()
    {
        { "nothing", "" },
        { "not JSON", "text=a" },
        { "cut off", """{"text":"a" """ },
        { "twice", """{"text":"a"}{"text":"b"}""" },
        { "another kind", "[]" },
        { "null", "null" },
        { "no member", "{}" },
        { "null member", """{"text":null}""" },
        { "number for text", """{"text":1}""" },
        { "unknown member", """{"text":"a","role":"owner"}""" },
        { "duplicate member", """{"text":"a","text":"b"}""" },
        { "other case", """{"Text":"a"}""" },
        { "comment", """{"text":"a"/**/}""" },
        { "trailing comma", """{"text":"a",}""" },
        { "escaped nul", """{"text":"a\u0000"}""" },
        { "escaped control", """{"text":"a\u0007"}""" },
        { "lone surrogate", """{"text":"\ud800"}""" },
        { "byte order mark twice", "\ufeff\ufeff{}" },
        { "NaN", """{"text":NaN}""" },
        { "deep", Deep },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task A_body_that_is_not_the_routes_own_JSON_is_malformed(string what, string body)
    {
        var answer = await Send(Text(body, "application/json"));

        Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{what}: {answer.StatusCode}");
        await answer.IsRefused(HttpStatusCode.BadRequest, "kernel.malformed", Ct);
    }

    [Theory]
    [InlineData(0xff)]
    [InlineData(0xc0, 0x80)]
    [InlineData(0xed, 0xa0, 0x80)]
    public async Task Broken_UTF_8_is_malformed(params int[] bytes)
    {
        var content = new ByteArrayContent([.. "{\"text\":\""u8, .. bytes.Select(value => (byte)value), .. "\"}"u8]);
        content.Headers.ContentType = new("application/json");

        await (await Send(content)).IsRefused(HttpStatusCode.BadRequest, "kernel.malformed", Ct);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/jsonp")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=klingon")]
    public async Task A_body_that_is_not_UTF_8_JSON_by_its_own_word_is_refused(string type)
    {
        var content = new ByteArrayContent("""{"text":"a"}"""u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        await (await Send(content)).IsRefused(HttpStatusCode.UnsupportedMediaType, "kernel.unsupported_media_type", Ct);
    }

    [Fact]
    public async Task A_body_without_a_type_is_refused() =>
        await (await Send(new ByteArrayContent("""{"text":"a"}"""u8.ToArray())))
            .IsRefused(HttpStatusCode.UnsupportedMediaType, "kernel.unsupported_media_type", Ct);

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("identity, gzip")]
    public async Task A_compressed_body_is_refused_unread(string encoding)
    {
        var content = Text("""{"text":"a"}""", "application/json");
        content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);

        await (await Send(content)).IsRefused(HttpStatusCode.UnsupportedMediaType, "kernel.unsupported_encoding", Ct);
    }

    [Fact]
    public async Task Any_Accept_is_fine()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/programme");
        request.Headers.TryAddWithoutValidation("Accept", "image/png");

        Assert.Equal(HttpStatusCode.OK, (await app.Http.SendAsync(request, Ct)).StatusCode);
    }

    private static StringContent Text(string body, string type) => new(body, Encoding.UTF8, type);

    private Task<HttpResponseMessage> Send(HttpContent content)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/notes") { Content = content };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        return app.Http.SendAsync(request, Ct);
    }
}
