using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Balie.Kernel;

/// <summary>What pages fetch and everybody may have, such as their styles. It comes with the program and stands at one address.</summary>
public sealed record Asset(string Path, string ContentType, byte[] Content)
{
    public static Asset Embedded(Assembly assembly, string resource, string path, string contentType)
    {
        using var stream = assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"{resource} is not embedded.");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return new Asset(path, contentType, content);
    }

    internal void Map(IEndpointRouteBuilder root) => root.MapGet(Path, (RequestDelegate)(http =>
    {
        http.Response.ContentType = ContentType;
        http.Response.ContentLength = Content.Length;
        http.Response.Headers.CacheControl = "public, max-age=3600";
        return http.Response.Body.WriteAsync(Content, http.RequestAborted).AsTask();
    })).ExcludeFromDescription();
}
