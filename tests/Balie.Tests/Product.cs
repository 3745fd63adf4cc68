using Balie.Contracts.Identity;
using Balie.Tests.Routes;
using Balie.Tests.Tickets;
using Balie.Ticketing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Balie.Tests;

/// <summary>All modules together, where only who is asking is made up: a test says it in a word instead of signing somebody in.</summary>
public class Product : ModuleApp<TicketingModule>
{
    protected override IReadOnlyList<IModule> Modules => Balie.Modules.WithHouseChecks(Balie.Modules.All);

    protected override void Replace(IServiceCollection services) => services.Replace(ServiceDescriptor.Singleton<ICallers, TestCallers>());

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The endpoint table.</summary>
    public IReadOnlyList<MappedRoute> Routes => MappedRoute.Of(((IEndpointRouteBuilder)App).DataSources);
}

/// <summary>The product as it is, sign-in included. Hashing is cheap here, attempts are many, and mail becomes files.</summary>
public class WholeProduct : ModuleApp<TicketingModule>
{
    private readonly TempFolder _mail = new();
    private readonly WalletKeys _wallets = new();

    protected override IReadOnlyList<IModule> Modules => Balie.Modules.WithHouseChecks(Balie.Modules.All);

    /// <summary>The endpoint table.</summary>
    public IReadOnlyList<MappedRoute> Routes => MappedRoute.Of(((IEndpointRouteBuilder)App).DataSources);

    public IInstallation Installation => Services.GetRequiredService<IInstallation>();

    /// <summary>A client that names no caller, with headers of its own.</summary>
    public HttpClient Guest() => Client();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _mail.Dispose();
        _wallets.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>All mails to one address so far.</summary>
    public string[] Mails(string to) => [.. Directory.GetFiles(_mail.Path, "*.eml", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal).Select(File.ReadAllText).Where(text => text.Contains($"To: {to}", StringComparison.Ordinal))];

    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Configuration.AddInMemoryCollection(_wallets.Settings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Balie:identity:HashIterations"] = "1000",
            ["Balie:identity:AttemptsPerAccount"] = "1000000",
            ["Balie:identity:AttemptsPerAddress"] = "1000000",
            ["Balie:Mail:Folder"] = _mail.Path,
        });
    }
}

/// <summary>Real Kestrel with the limits of the product in place of the server in memory, for a fixture that needs the wire.</summary>
internal static class Sockets
{
    public static void Listen(WebApplicationBuilder builder) =>
        builder.WebHost.UseKestrelCore().UseBalieLimits().UseUrls("http://127.0.0.1:0");

    public static HttpClient Client(IServiceProvider services)
    {
        var listening = services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>();
        return new HttpClient { BaseAddress = new Uri(listening.Addresses.Single()) };
    }
}
