using Balie.Contracts.Payments;
using Balie.Payments.Attempts;
using Balie.Payments.Instructions;
using Balie.Payments.Ledger;
using Balie.Payments.Pages;
using Balie.Payments.ProviderAccounts;
using Balie.Payments.Providers;
using Balie.Payments.Providers.Adyen;
using Balie.Payments.Providers.Mollie;
using Balie.Payments.Providers.Stripe;
using Balie.Payments.Sandbox;
using Balie.Payments.Webhooks;
using Balie.Ui;
using Microsoft.Extensions.Configuration;

namespace Balie.Payments;

public sealed class PaymentsModule : IModule
{
    private static readonly TimeSpan OneMinute = TimeSpan.FromMinutes(1);

    public string Name => "payments";

    public IReadOnlyList<string> Needs => ["identity"];

    public void AddServices(IServiceCollection services, IConfigurationSection config)
    {
        services.AddOptions<PaymentsOptions>().Bind(config)
            .Validate(options => options.ProviderTimeout > TimeSpan.Zero, "Balie:Payments:ProviderTimeout must be positive.")
            .Validate(options => options.BreakFor >= ProviderCalls.ShortestBreak && options.BreakFor <= ProviderCalls.LongestBreak,
                "Balie:Payments:BreakFor must be half a second to a day.")
            .Validate(options => options.AtOnce is >= 1 and <= 100, "Balie:Payments:AtOnce must be 1 to 100.")
            .ValidateOnStart();

        services.AddSingleton<SandboxProvider>();
        services.AddSingleton<IPaymentProvider>(provider => provider.GetRequiredService<SandboxProvider>());
        services.AddSingleton<IPaymentProvider, MollieProvider>();
        services.AddSingleton<IPaymentProvider, AdyenProvider>();
        services.AddSingleton<IPaymentProvider, StripeProvider>();
        services.AddSingleton<ProviderCalls>();
        services.AddSingleton<AccountBook>();

        services.AddSingleton<PayLinks>();
        services.AddSingleton<ILedger, LedgerBook>();
        services.AddSingleton<IPayments, AttemptBook>();
        services.AddSingleton<StartPayment>();
        services.AddSingleton<SyncAttempt>();
        services.AddSingleton<ProcessWebhooks>();
        services.AddSingleton<CarryOut>();
        services.AddSingleton<DeliverWebhooks>();
        services.AddSingleton<Workers>();
        services.AddHostedService(provider => provider.GetRequiredService<Workers>());
    }

    public void Map(IEndpointRouteBuilder api)
    {
        ListMethods.Map(api);
        StartPayment.Map(api);

        ListPayments.Map(api);
        ListChargebacks.Map(api);
        SeePayment.Map(api);
        SyncPayment.Map(api);
        ListWebhooks.Map(api);
        ReplayWebhook.Map(api);

        CreateAccount.Map(api);
        ListAccounts.Map(api);
        UpdateAccount.Map(api);
        DeleteAccount.Map(api);
        TestAccount.Map(api);

        ListEntries.Map(api);
        SeeDays.Map(api);
        ExportLedger.Map(api);
        BookPayout.Map(api);
        ListPayouts.Map(api);
    }

    public IReadOnlyList<Asset> Assets => [Sheet.Style];

    public void MapRoot(IEndpointRouteBuilder root)
    {
        PayPage.MapRoot(root);
        ReturnPage.MapRoot(root);
        ReceiveWebhook.MapRoot(root);
        SandboxPages.MapRoot(root);
    }

    public void Verify(Checks that)
    {
        that.Holds("I3 every ledger entry has lines and balances per currency", LedgerChecks.Balanced);
        that.Holds("I3 what providers hold by the ledger is what the payments say", LedgerChecks.SameAsAttempts);
        that.Holds("I3 nothing is refunded that was not captured", LedgerChecks.NoMoreThanCaptured);
        that.Holds("I3 the refunds of a payment add up to what is refunded", LedgerChecks.RefundsAddUp);
        that.Holds("I4 every payment's log ends where the payment stands", LedgerChecks.LogsEndWherePaymentsStand);
    }

    public void Schedule(Timetable at) => at.Every(OneMinute, ReconcilePayments.Run);
}
