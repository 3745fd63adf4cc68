using System.Net;
using System.Text.Json;
using Xunit;

namespace Balie.Testing;

/// <summary>How tests read answers.</summary>
public static class Answers
{
    /// <summary>
    /// Every refusal must be a problem document and an envelope at once; this checks both faces and returns the document.
    /// </summary>
    public static async Task<JsonElement> IsRefused(
        this HttpResponseMessage answer, HttpStatusCode status, string code, CancellationToken ct)
    {
        var text = await answer.Content.ReadAsStringAsync(ct);
        Assert.True(status == answer.StatusCode, $"Expected {(int)status} {code}, got {(int)answer.StatusCode}: {text}");
        using var body = JsonDocument.Parse(text);
        var root = body.RootElement.Clone();
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(code, root.GetProperty("code").GetString());
        Assert.False(root.GetProperty("success").GetBoolean());
        Assert.Equal(root.GetProperty("detail").GetString(), root.GetProperty("message").GetString());
        return root;
    }

    /// <summary>Checks success and returns <c>data</c> as the slice's own record.</summary>
    public static async Task<T> IsOk<T>(this HttpResponseMessage answer, HttpStatusCode status, CancellationToken ct)
    {
        var text = await answer.Content.ReadAsStringAsync(ct);
        Assert.True(status == answer.StatusCode, $"Expected {(int)status}, got {(int)answer.StatusCode}: {text}");
        var envelope = JsonSerializer.Deserialize<Envelope<T>>(text, Json.Options);
        Assert.NotNull(envelope);
        Assert.True(envelope.Success);
        return envelope.Data is null ? throw new InvalidOperationException("The answer holds no data: " + text) : envelope.Data;
    }

    public static Task<T> IsOk<T>(this HttpResponseMessage answer, CancellationToken ct) => answer.IsOk<T>(HttpStatusCode.OK, ct);

    /// <summary>Posts JSON under a fresh Idempotency-Key, or the one given.</summary>
    public static Task<HttpResponseMessage> Post(this HttpClient http, string url, object body, CancellationToken ct, Guid? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = AsJson(body) };
        request.Headers.Add("Idempotency-Key", (key ?? Guid.NewGuid()).ToString());
        return http.SendAsync(request, ct);
    }

    public static Task<HttpResponseMessage> Put(this HttpClient http, string url, object body, CancellationToken ct) =>
        http.SendAsync(new HttpRequestMessage(HttpMethod.Put, url) { Content = AsJson(body) }, ct);

    public static Task<HttpResponseMessage> Patch(this HttpClient http, string url, object body, CancellationToken ct) =>
        http.SendAsync(new HttpRequestMessage(HttpMethod.Patch, url) { Content = AsJson(body) }, ct);

    private static StringContent AsJson(object body) =>
        new(JsonSerializer.Serialize(body, Json.Options), System.Text.Encoding.UTF8, "application/json");
}
