using Balie.Ticketing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Balie.Tests;

/// <summary>All modules together, where only who is asking is made up: a test says it in a word instead of signing somebody in.</summary>
public class Product : ModuleApp<TicketingModule>
{
    protected override IReadOnlyList<IModule> Modules => Balie.Modules.WithHouseChecks(Balie.Modules.All);

    protected override void Replace(IServiceCollection services) => services.Replace(ServiceDescriptor.Singleton<ICallers, TestCallers>());

    public static CancellationToken Ct => TestContext.Current.CancellationToken;
}

/// <summary>The product as it is, sign-in included.</summary>
public sealed class WholeProduct : ModuleApp<TicketingModule>
{
    protected override IReadOnlyList<IModule> Modules => Balie.Modules.WithHouseChecks(Balie.Modules.All);
}
