using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Balie.Kernel;

/// <summary>The ground under every module: what the executable and the tests of a single module both stand on.</summary>
public static class KernelSetup
{
    /// <summary>Services of the ground and of the modules. <see cref="ICallers"/> comes from Identity, or from a test.</summary>
    public static IServiceCollection AddKernel(this IServiceCollection services, IConfiguration config, IReadOnlyList<IModule> modules)
    {
        DapperSetup.Apply();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(_ => new Databases(
            config.GetConnectionString("Balie") ?? throw new InvalidOperationException("ConnectionStrings:Balie is not set."),
            config.GetConnectionString("App"), config.GetConnectionString("System"), config.GetConnectionString("Reader")));
        services.AddSingleton<SystemDb>();
        services.AddSingleton<Signals>();
        services.AddHostedService(provider => provider.GetRequiredService<Signals>());
        services.AddSingleton(modules);
        services.AddHttpContextAccessor();
        services.AddScoped(CallersDb);
        services.ConfigureHttpJsonOptions(options => Json.Configure(options.SerializerOptions));
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        foreach (var module in modules) module.AddServices(services, config.GetSection($"Balie:{module.Name}"));
        return services;
    }

    /// <summary>The way of a request, outermost first. See design.md §3.</summary>
    public static void UseKernel(this WebApplication app, IReadOnlyList<IModule> modules)
    {
        app.UseMiddleware<Faults>();
        app.UseRouting();
        app.UseMiddleware<Admission>();
        app.UseMiddleware<Idempotency>();
        app.UseEndpoints(_ => { });

        var api = app.MapGroup("/api/v1");
        foreach (var module in modules)
        {
            module.Map(api);
            module.MapRoot(app);
        }
    }

    private static Db CallersDb(IServiceProvider services)
    {
        var http = services.GetRequiredService<IHttpContextAccessor>().HttpContext
            ?? throw new InvalidOperationException("Outside a request there is no caller: use SystemDb.As(organisation).");
        return new Db(services.GetRequiredService<Databases>().App, Caller.Of(http).OrgId, services.GetRequiredService<TimeProvider>(), http.Features.Get<IdempotentRequest>());
    }
}
