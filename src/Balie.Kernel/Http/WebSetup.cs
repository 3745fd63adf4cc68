using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Net.Http.Headers;

namespace Balie.Kernel;

/// <summary>The web surface: what stands between a socket and a use case.</summary>
internal static class WebSetup
{
    private static readonly TimeSpan PreflightKept = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestShutdown = TimeSpan.FromSeconds(10);
    private static readonly string[] Asked =
    [
        HeaderNames.Authorization, HeaderNames.ContentType, HeaderNames.IfMatch, Idempotency.KeyHeader, Admission.OrganisationHeader,
        Admission.ApiKeyHeader, RequestIds.Header,
    ];
    private static readonly string[] Shown =
    [
        HeaderNames.ETag, HeaderNames.RetryAfter, HeaderNames.Location, StoredAnswer.ReplayedHeader, RequestIds.Header,
        RateLimits.RemainingHeader, RateLimits.PolicyHeader,
    ];

    public static void AddWeb(this IServiceCollection services, IConfiguration config, IReadOnlyList<IModule> modules)
    {
        var options = WebOptions.Read(config);
        services.AddSingleton(options);
        services.AddSingleton<SiteAddress>();
        services.AddSingleton(config.GetSection("Balie:RateLimits").Get<RateLimitOptions>() ?? new RateLimitOptions());
        services.AddSingleton<RateCounters>();
        services.AddSingleton<RateLimits>();
        services.AddHostedService<RateSharing>();
        services.AddSingleton<Metrics>();
        services.AddSingleton<Readiness>();
        services.AddHostedService<Otlp>();
        services.AddHostedService<Drain>();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = LongestShutdown);
        services.AddOpenApi(ApiDocument.Version, openApi => ApiDocument.Describe(openApi, modules));
        services.AddSingleton<ApiDocument>();
        services.AddSingleton<ProblemPages>();
        services.AddRouting();
        string[] asked = [.. Asked, .. modules.SelectMany(module => module.Headers)];
        services.AddCors(cors => cors.AddDefaultPolicy(policy => AllowListed(policy, options, asked)));
        services.Configure<ForwardedHeadersOptions>(forwarded => BelieveListed(forwarded, options));
        services.ConfigureHttpJsonOptions(json => Json.Configure(json.SerializerOptions));
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
    }

    /// <summary>The way of a request, outermost first, up to who is asking.</summary>
    public static void UseWeb(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<WebOptions>();
        if (options.Proxies.Length > 0) app.UseForwardedHeaders();
        app.UseRouting();
        app.UseMiddleware<RequestIds>();
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<Faults>();
        app.UseMiddleware<RequestShapes>();
        if (options.Cors.Origins.Length > 0) app.UseCors();
        app.UseMiddleware<CrossSite>();
        app.UseMiddleware<Bodies>();
    }

    /// <summary>What every installation has at its root, whatever its modules.</summary>
    public static void MapWeb(this IEndpointRouteBuilder root)
    {
        Health.Map(root);
        SeeMetrics.Map(root);
        SeeApi.Map(root);
    }

    /// <summary>A group in which every GET route also answers HEAD; the server leaves the body out.</summary>
    public static RouteGroupBuilder MapReadable(this IEndpointRouteBuilder routes, string prefix)
    {
        var group = routes.MapGroup(prefix);
        ((IEndpointConventionBuilder)group).Finally(endpoint =>
        {
            var methods = endpoint.Metadata.OfType<IHttpMethodMetadata>().LastOrDefault();
            if (methods?.HttpMethods is [var only] && HttpMethods.IsGet(only))
                endpoint.Metadata.Add(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head], methods.AcceptCorsPreflight));
        });
        return group;
    }

    // Credentials stay off: a foreign page brings its own token, never the visitor's cookie.
    private static void AllowListed(CorsPolicyBuilder policy, WebOptions options, string[] asked) => policy
        .WithOrigins(options.Cors.Origins)
        .WithMethods(HttpMethods.Get, HttpMethods.Head, HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete)
        .WithHeaders(asked)
        .WithExposedHeaders(Shown)
        .SetPreflightMaxAge(PreflightKept);

    // The host name is never taken from a proxy's header: a proxy passes on the Host it was asked for.
    private static void BelieveListed(ForwardedHeadersOptions forwarded, WebOptions options)
    {
        forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        forwarded.ForwardLimit = null;
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in WebOptions.Networks("Balie:Proxies", options.Proxies)) forwarded.KnownIPNetworks.Add(network);
    }
}
