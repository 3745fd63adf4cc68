using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace Balie.Kernel;

/// <summary>
/// What an API route takes in: every query parameter once, and a body that is plain UTF-8 JSON of bounded size, unless the route
/// itself says that it accepts something else. Compressed bodies are refused: nobody needs them, and bombs travel in them.
/// </summary>
internal sealed class Bodies(RequestDelegate next)
{
    private const string Json = "application/json";
    private const string JsonInUtf8 = "application/json; charset=utf-8";

    public Task Invoke(HttpContext http)
    {
        var metadata = http.GetEndpoint()?.Metadata;
        if (metadata?.GetMetadata<Access>() is null) return next(http);
        return Problem(http.Request, metadata) is { } refusal ? Problems.Write(http, refusal) : next(http);
    }

    private static Refusal? Problem(HttpRequest request, EndpointMetadataCollection metadata)
    {
        if (request.QueryString.HasValue && Repeated(request.Query) is { } name)
            return KernelRefusals.Malformed.At(name, "Send this parameter once.");
        if (request.ContentLength is null or 0 && request.Headers.TransferEncoding.Count == 0) return null;

        if (request.Headers.ContentEncoding.Count > 0) return KernelRefusals.CompressedBody;
        var largest = metadata.GetMetadata<IRequestSizeLimitMetadata>()?.MaxRequestBodySize ?? Limits.LargestJsonBodyBytes;
        if (request.ContentLength > largest) return KernelRefusals.ForStatus(StatusCodes.Status413PayloadTooLarge);
        var takes = metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes;
        return takes is not null && !takes.Contains(Json) || IsJson(request.ContentType)
            ? null
            : KernelRefusals.ForStatus(StatusCodes.Status415UnsupportedMediaType);
    }

    private static string? Repeated(IQueryCollection query)
    {
        foreach (var (name, values) in query)
            if (values.Count > 1) return name;
        return null;
    }

    private static bool IsJson(string? type)
    {
        if (type is null) return false;
        if (type.Equals(Json, StringComparison.OrdinalIgnoreCase) || type.Equals(JsonInUtf8, StringComparison.OrdinalIgnoreCase))
            return true;
        return MediaTypeHeaderValue.TryParse(type, out var parsed)
            && parsed.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase)
            && (!parsed.Charset.HasValue || parsed.Charset.Value.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase));
    }
}
