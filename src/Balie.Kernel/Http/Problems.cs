using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Balie.Kernel;

/// <summary>
/// Every error leaves through here: an RFC 9457 problem that is also a valid envelope, or, where a person looks, the page's own words.
/// </summary>
public static class Problems
{
    public const string ContentType = "application/problem+json; charset=utf-8";

    public static async Task Write(HttpContext http, Refusal refusal)
    {
        http.Response.StatusCode = refusal.Status;
        http.Response.Headers.CacheControl = "no-store";
        if (refusal.RetryAfter is { } wait)
            http.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        if (refusal.Status == StatusCodes.Status401Unauthorized) http.Response.Headers.WWWAuthenticate = "Bearer";
        if (http.GetEndpoint()?.Metadata.GetMetadata<ShownInBrowser>()?.Refuse is { } page)
        {
            await page(http, refusal);
            return;
        }

        http.Response.ContentType = ContentType;
        using var body = new MemoryStream(512);
        using (var writer = new Utf8JsonWriter(body, new JsonWriterOptions { Encoder = Json.Options.Encoder }))
            WriteBody(writer, http, refusal);
        http.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.Body.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length), http.RequestAborted);
    }

    private static void WriteBody(Utf8JsonWriter writer, HttpContext http, Refusal refusal)
    {
        writer.WriteStartObject();
        writer.WriteString("type", $"/problems/{refusal.Code}");
        writer.WriteString("title", refusal.Title);
        writer.WriteNumber("status", refusal.Status);
        writer.WriteString("detail", refusal.Message);
        writer.WriteString("instance", http.Request.Path.Value);
        writer.WriteString("code", refusal.Code);
        writer.WriteString("traceId", Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier);
        writer.WriteBoolean("success", false);
        writer.WriteString("message", refusal.Message);
        writer.WritePropertyName("errors");
        JsonSerializer.Serialize(writer, refusal.Errors, Json.Options);
        foreach (var (name, fact) in refusal.Facts)
        {
            writer.WritePropertyName(name);
            JsonSerializer.Serialize(writer, fact, Json.Options);
        }
        if (refusal.RetryAfter is { } wait) writer.WriteNumber("retryAfter", Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)));
        writer.WriteEndObject();
    }
}
