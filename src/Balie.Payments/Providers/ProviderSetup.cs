using Balie.Payments.Providers.Adyen;
using Balie.Payments.Providers.Mollie;
using Balie.Payments.Providers.Stripe;
using Microsoft.Extensions.Configuration;

namespace Balie.Payments.Providers;

/// <summary>The providers we speak to over the network.</summary>
internal static class ProviderSetup
{
    public static IServiceCollection AddProviders(this IServiceCollection services, IConfigurationSection config)
    {
        services.AddOptions<ProviderOptions>().Bind(config)
            .Validate(options => options.Timeout > TimeSpan.Zero && options.Timeout <= ProviderOptions.LongestTimeout,
                "Balie:Payments:Providers:Timeout must be positive and at most a minute.")
            .ValidateOnStart();
        return services
            .AddSingleton<IPaymentProvider, MollieProvider>()
            .AddSingleton<IPaymentProvider, AdyenProvider>()
            .AddSingleton<IPaymentProvider, StripeProvider>();
    }
}
