using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

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
        services.AddSingleton<Seal>();
        services.AddHostedService(ListeningForPolicies);
        services.AddMail(config);
        services.AddSingleton(modules);
        AddBackground(services, config, modules);
        services.AddHttpContextAccessor();
        services.AddScoped(CallersDb);
        services.AddWeb(config, modules);
        foreach (var module in modules) module.AddServices(services, config.GetSection($"Balie:{module.Name}"));
        return services;
    }

    /// <summary>
    /// Delivers messages and runs jobs in this process: for all modules, or for those named. A process that only serves leaves it out.
    /// </summary>
    public static IServiceCollection AddKernelWork(this IServiceCollection services, IReadOnlyCollection<string>? only = null)
    {
        services.Replace(ServiceDescriptor.Singleton(new WorkFilter(only)));
        services.AddHostedService(provider => provider.GetRequiredService<Relay>());
        services.AddHostedService(provider => provider.GetRequiredService<JobRunner>());
        services.AddHostedService<SpareThreads>();
        return services;
    }

    /// <summary>The way of a request, outermost first, to the ground's own routes and those of these modules. See design.md §3.</summary>
    public static void UseKernel(this WebApplication app, IReadOnlyList<IModule> modules)
    {
        app.UseWeb();
        app.UseMiddleware<Admission>();
        app.UseMiddleware<Idempotency>();
        app.UseEndpoints(_ => { });

        var root = app.MapReadable("");
        root.MapWeb();
        var api = root.MapGroup("/api/v1");
        foreach (var module in (IModule[])[new KernelModule(), .. modules])
        {
            module.Map(api);
            module.MapRoot(root);
        }
        foreach (var asset in modules.SelectMany(module => module.Assets).DistinctBy(asset => asset.Path)) asset.Map(root);
    }

    // Whoever wants signals says so before the host starts to listen.
    private static Signals ListeningForPolicies(IServiceProvider services)
    {
        services.GetRequiredService<PolicyStore>();
        return services.GetRequiredService<Signals>();
    }

    private static void AddBackground(IServiceCollection services, IConfiguration config, IReadOnlyList<IModule> modules)
    {
        services.AddSingleton(new Installation(modules));
        services.TryAddSingleton(new WorkFilter());
        services.AddSingleton<Delivery>();
        services.AddSingleton<Outbox>();
        services.AddSingleton<Rush>();
        services.AddSingleton<JobBook>();
        services.AddSingleton<Verifier>();
        services.AddSingleton<Relay>();
        services.AddSingleton<JobRunner>();
        services.AddSingleton<PolicyStore>();
        services.AddOptions<Policies>().Bind(config.GetSection("Balie:Policies")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<Policies>, PolicyDefaults>();
    }

    private static Db CallersDb(IServiceProvider services)
    {
        var http = services.GetRequiredService<IHttpContextAccessor>().HttpContext
            ?? throw new InvalidOperationException("Outside a request there is no caller: use SystemDb.As(organisation).");
        var databases = services.GetRequiredService<Databases>();
        return new Db(databases.AppPool, databases.News, Caller.Of(http).OrgId, services.GetRequiredService<TimeProvider>(),
            http.Features.Get<IdempotentRequest>());
    }
}
