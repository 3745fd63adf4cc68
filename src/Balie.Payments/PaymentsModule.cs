using Balie.Contracts.Payments;
using Balie.Payments.Ledger;
using Microsoft.Extensions.Configuration;

namespace Balie.Payments;

public sealed class PaymentsModule : IModule
{
    public string Name => "payments";

    public IReadOnlyList<string> Needs => ["identity"];

    public void AddServices(IServiceCollection services, IConfigurationSection config)
    {
        services.AddOptions<PaymentsOptions>().Bind(config)
            .Validate(options => options.ProviderTimeout > TimeSpan.Zero && options.BreakFor > TimeSpan.Zero,
                "Balie:Payments:ProviderTimeout and BreakFor must be positive.")
            .Validate(options => options.AtOnce is >= 1 and <= 100, "Balie:Payments:AtOnce must be 1 to 100.")
            .ValidateOnStart();
        services.AddSingleton<ILedger, LedgerBook>();
        services.AddSingleton<IPayments, AttemptBook>();
    }
}
