using System.Text.Json;

namespace Balie.Kernel.Tests.Http;

public sealed class JsonTests
{
    public sealed record Body(
        string Name, int Count = 1, DateTimeOffset? At = null, string? Note = null,
        IReadOnlyList<string>? Tags = null, Money? Price = null);

    [Theory]
    [InlineData("""{"name":"x"}""")]
    [InlineData("""{"name":"x","count":2,"note":null,"tags":["a","b"]}""")]
    [InlineData("""{"name":"two\nlines\tand a tab"}""")]
    [InlineData("""{"name":"\ud83c\udfad"}""")]
    [InlineData("""{"name":"x","at":"2026-07-01T18:00:00+02:00"}""")]
    [InlineData("""{"name":"x","price":{"amount":1250,"currency":"EUR"}}""")]
    public void What_is_well_formed_is_read(string body) => Assert.NotNull(JsonSerializer.Deserialize<Body>(body, Json.Options));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("nul")]
    [InlineData("""{"name":"x",}""")]
    [InlineData("""{"name":"x"} {}""")]
    [InlineData("""{"name":"x"/* why */}""")]
    [InlineData("""{'name':'x'}""")]
    [InlineData("""{}""")]
    [InlineData("""{"name":null}""")]
    [InlineData("""{"name":1}""")]
    [InlineData("""{"name":["x"]}""")]
    [InlineData("""{"Name":"x"}""")]
    [InlineData("""{"name":"x","nombre":"y"}""")]
    [InlineData("""{"name":"x","__proto__":{}}""")]
    [InlineData("""{"name":"x","name":"y"}""")]
    [InlineData("""{"name":"x","count":"2"}""")]
    [InlineData("""{"name":"x","count":2.5}""")]
    [InlineData("""{"name":"x","count":2147483648}""")]
    [InlineData("""{"name":"x","count":1e400}""")]
    [InlineData("""{"name":"x","count":NaN}""")]
    [InlineData("""{"name":"x","count":null}""")]
    [InlineData("""{"name":"x","price":{"amount":12.5,"currency":"EUR"}}""")]
    [InlineData("""{"name":"x","price":{"amount":1250}}""")]
    [InlineData("""{"name":"x","price":{"amount":1250,"currency":"EUR","cents":1}}""")]
    public void What_is_not_exactly_asked_for_is_refused(string body) =>
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize<Body>(body, Json.Options));

    [Theory]
    [InlineData("\\u0000")]
    [InlineData("a\\u0007b")]
    [InlineData("\\u001b[31m")]
    [InlineData("\\u007f")]
    [InlineData("\\u0085")]
    [InlineData("\\ud800")]
    [InlineData("\\udc00 first")]
    [InlineData("\\ud800\\ud800")]
    public void Text_that_PostgreSQL_or_a_person_could_not_read_is_refused_wherever_it_stands(string text)
    {
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize<Body>($$"""{"name":"{{text}}"}""", Json.Options));
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize<Body>($$"""{"name":"x","tags":["{{text}}"]}""", Json.Options));
        Assert.ThrowsAny<JsonException>(() =>
            JsonSerializer.Deserialize<Dictionary<string, string>>($$"""{"{{text}}":"x"}""", Json.Options));
    }

    [Fact]
    public void Invalid_UTF8_is_refused() =>
        Assert.ThrowsAny<JsonException>(() =>
            JsonSerializer.Deserialize<Body>([.. "{\"name\":\""u8, 0xC3, 0x28, .. "\"}"u8], Json.Options));

    [Fact]
    public void Names_that_look_the_same_are_the_same()
    {
        var composed = JsonSerializer.Deserialize<Body>("""{"name":"caf\u00e9"}""", Json.Options);
        var decomposed = JsonSerializer.Deserialize<Body>("""{"name":"cafe\u0301"}""", Json.Options);

        Assert.Equal(composed?.Name, decomposed?.Name);
        Assert.Equal("café", decomposed?.Name);
    }

    [Theory]
    [InlineData("2026-07-01T18:00:00")]
    [InlineData("2026-07-01")]
    [InlineData("18:00:00Z")]
    [InlineData("2026-02-30T18:00:00Z")]
    [InlineData("2026-07-01T25:00:00Z")]
    [InlineData("2026-07-01T18:00:00+99:00")]
    [InlineData("tomorrow")]
    [InlineData("")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    public void A_moment_without_its_offset_is_no_moment(string moment) =>
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize<Body>($$"""{"name":"x","at":"{{moment}}"}""", Json.Options));

    [Fact]
    public void Moments_leave_as_UTC()
    {
        var body = JsonSerializer.Deserialize<Body>("""{"name":"x","at":"2026-07-01T18:00:00+02:00"}""", Json.Options);

        Assert.Contains("\"at\":\"2026-07-01T16:00:00Z\"", JsonSerializer.Serialize(body, Json.Options), StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_has_an_end() => Assert.ThrowsAny<JsonException>(() =>
        JsonSerializer.Deserialize<JsonElement>(new string('[', 33) + new string(']', 33), Json.Options));
}
