using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Kernel;

/// <summary>
/// <c>/metrics</c>, for this machine and for whoever <see cref="WebOptions.MetricsReaders"/> lists; nobody else learns that it is there.
/// </summary>
internal static class SeeMetrics
{
    public static void Map(IEndpointRouteBuilder root)
    {
        var readers = WebOptions.Networks("Balie:MetricsReaders", root.ServiceProvider.GetRequiredService<WebOptions>().MetricsReaders);
        var metrics = root.ServiceProvider.GetRequiredService<Metrics>();
        RequestDelegate see = http => MaySee(http.Connection.RemoteIpAddress, readers)
            ? Write(http, metrics)
            : Problems.Write(http, KernelRefusals.RouteNotFound);
        root.MapGet("/metrics", see).ExcludeFromDescription().WithMetadata(new AnyHost());
    }

    private static Task Write(HttpContext http, Metrics metrics)
    {
        http.Response.ContentType = Metrics.ContentType;
        return http.Response.WriteAsync(metrics.Write(), http.RequestAborted);
    }

    private static bool MaySee(IPAddress? address, IPNetwork[] readers)
    {
        if (address is null || IPAddress.IsLoopback(address)) return true;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return readers.Any(network => network.Contains(plain));
    }
}
