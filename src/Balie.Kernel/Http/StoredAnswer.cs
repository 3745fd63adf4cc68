using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Balie.Kernel;

/// <summary>A finished success, byte for byte, as it was first given: status and JSON body.</summary>
public sealed record StoredAnswer(int Status, ReadOnlyMemory<byte> Body, bool Replayed = false)
{
    public const string ReplayedHeader = "Idempotent-Replayed";

    /// <summary>Wraps a value in the envelope of its kind: a page's rows with their cursor, a plain value, or only a message.</summary>
    public static StoredAnswer Of<T>(T? value, int status) => new(status, value switch
    {
        IPage page => JsonSerializer.SerializeToUtf8Bytes(new Envelope<object>(true, page.Rows, null, page.Meta), Json.Options),
        Done done => JsonSerializer.SerializeToUtf8Bytes(new Envelope<object>(true, null, done.Message, null), Json.Options),
        _ => JsonSerializer.SerializeToUtf8Bytes(new Envelope<T>(true, value, null, null), Json.Options),
    });

    public Task Write(HttpContext http)
    {
        http.Response.StatusCode = Status;
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = Body.Length;
        if (Replayed) http.Response.Headers[ReplayedHeader] = "true";
        return http.Response.Body.WriteAsync(Body, http.RequestAborted).AsTask();
    }
}
