using System.Net.Http.Json;
using Balie.Contracts.Orders;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Orders.Tests.Remote;

/// <summary>Orders twice, each in a process of its own as far as memory goes: one serves, the other asks it over a real socket.</summary>
public sealed class RemoteApp : OrdersApp
{
    public const string OldKey = "an old key of thirty-two characters";
    public const string NewKey = "a new key of at least thirty-two characters";

    private readonly SemaphoreSlim _once = new(1, 1);
    private WebApplication? _asker;
    private bool _isServing;
    private int _served;

    /// <summary>How many questions came over the wire so far.</summary>
    public int Served => _served;

    public Uri Address =>
        new(Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());

    internal async Task<IOrders> Asker()
    {
        await _once.WaitAsync(Ct);
        try { return (_asker ??= await StartAnother()).Services.GetRequiredService<IOrders>(); }
        finally { _once.Release(); }
    }

    /// <summary>The feature flag, changed at the process that serves; the other hears of it.</summary>
    public async Task Switch(bool remote)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, "/api/v1/policies")
        {
            Content = JsonContent.Create(new { ordersRemote = remote }, options: Json.Options),
        };
        request.Headers.TryAddWithoutValidation("If-Match", "*");
        await (await As(Roles.Owner).SendAsync(request, Ct)).IsOk<object>(Ct);
        var policies = (_asker ?? App).Services.GetRequiredService<PolicyStore>();
        while ((await policies.Of(TestCallers.Default, Ct)).OrdersRemote != remote) await Task.Delay(5, Ct);
    }

    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.WebHost.UseKestrelCore().UseBalieLimits().UseUrls("http://127.0.0.1:0");
        // Both keys are good while one takes the other's place.
        builder.Configuration["Balie:Orders:Key"] = _isServing ? OldKey : $"{NewKey}, {OldKey}";
        if (_isServing) builder.Configuration["Balie:Orders:Remote"] = Address.ToString();
        _isServing = true;
    }

    protected override void Replace(IServiceCollection services)
    {
        base.Replace(services);
        services.AddSingleton<IStartupFilter>(new Counting(() => Interlocked.Increment(ref _served)));
    }

    protected override HttpClient Client() => new() { BaseAddress = Address };

    private sealed class Counting(Action count) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((http, rest) =>
            {
                if (http.Request.Path.StartsWithSegments("/internal")) count();
                return rest(http);
            });
            next(app);
        };
    }
}
