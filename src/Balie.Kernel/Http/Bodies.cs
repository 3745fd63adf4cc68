using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace Balie.Kernel;

/// <summary>
/// What a route takes in that is the API's, or reads JSON: every query parameter once, and a body that is plain UTF-8 JSON of bounded
/// size, unless the route itself says that it accepts something else. Compressed bodies are refused: nobody needs them, and bombs travel in
/// them.
/// </summary>
internal sealed class Bodies(RequestDelegate next)
{
    private const string Json = "application/json";
    private const string JsonInUtf8 = "application/json; charset=utf-8";

    public Task Invoke(HttpContext http)
    {
        var metadata = http.GetEndpoint()?.Metadata;
        if (metadata is null || (metadata.GetMetadata<Access>() is null && !ReadsJson(metadata))) return next(http);
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
        var takesOther = metadata.GetMetadata<IAcceptsMetadata>() is not null && !ReadsJson(metadata);
        return takesOther || IsJson(request.ContentType)
            ? null
            : KernelRefusals.ForStatus(StatusCodes.Status415UnsupportedMediaType);
    }

    private static bool ReadsJson(EndpointMetadataCollection metadata) =>
        metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes.Contains(Json) is true;

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
