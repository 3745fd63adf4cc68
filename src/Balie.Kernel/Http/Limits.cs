using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Balie.Kernel;

/// <summary>What one connection and one request may take. Whatever exceeds it is refused with the status that says so.</summary>
public static class Limits
{
    public const int LargestJsonBodyBytes = 64 * 1024;
    private const string StrictLineEnds = "Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators";
    private const int LongestRequestLineBytes = 8 * 1024;
    private const int LargestHeadersBytes = 16 * 1024;
    private const int MostHeaders = 64;
    private const int MostConnections = 12_000;
    private const int MostStreamsPerConnection = 100;
    private const double SlowestBytesPerSecond = 240;
    private static readonly TimeSpan SlowestHeaders = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan IdleConnection = TimeSpan.FromSeconds(75);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>The limits of the server itself; the host calls this before it builds.</summary>
    public static IWebHostBuilder UseBalieLimits(this IWebHostBuilder host) => host.UseSockets(Sockets).ConfigureKestrel(server =>
    {
        // A line that ends for us and not for the proxy before us is how a request is smuggled.
        AppContext.SetSwitch(StrictLineEnds, true);
        server.AddServerHeader = false;
        server.AllowSynchronousIO = false;
        server.Limits.MaxRequestBodySize = LargestJsonBodyBytes;
        server.Limits.MaxRequestLineSize = LongestRequestLineBytes;
        server.Limits.MaxRequestHeadersTotalSize = LargestHeadersBytes;
        server.Limits.MaxRequestHeaderCount = MostHeaders;
        server.Limits.RequestHeadersTimeout = SlowestHeaders;
        server.Limits.KeepAliveTimeout = IdleConnection;
        server.Limits.MinRequestBodyDataRate = new MinDataRate(SlowestBytesPerSecond, Grace);
        server.Limits.MinResponseDataRate = new MinDataRate(SlowestBytesPerSecond, Grace);
        server.Limits.MaxConcurrentConnections = MostConnections;
        server.Limits.MaxConcurrentUpgradedConnections = MostConnections;
        server.Limits.Http2.MaxStreamsPerConnection = MostStreamsPerConnection;
        server.Limits.Http2.KeepAlivePingDelay = IdleConnection;
        server.ConfigureEndpointDefaults(SignedLengths.Refuse);
    });

    // A request is handled on the thread that read it instead of being handed to another one: our handlers wait, they never block, and
    // passwords are hashed on a thread of their own.
    private static void Sockets(SocketTransportOptions sockets) => sockets.UnsafePreferInlineScheduling = true;

    /// <summary>This route takes larger bodies than <see cref="LargestJsonBodyBytes"/>.</summary>
    public static TBuilder TakesUpTo<TBuilder>(this TBuilder route, long bytes) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new BodyLimit(bytes));

    private sealed record BodyLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
}
