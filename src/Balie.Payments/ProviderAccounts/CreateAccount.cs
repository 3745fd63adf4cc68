using System.Text.Json;
using Balie.Payments.Providers;
using Balie.Payments.Sandbox;
using Npgsql;
using static Balie.Payments.PaymentsRefusals;

namespace Balie.Payments.ProviderAccounts;

/// <summary>Adds an account at a provider. Its settings are kept sealed and shown to nobody again.</summary>
internal static class CreateAccount
{
    private const string OneSandboxIndex = "accounts_one_sandbox";

    /// <param name="Provider">mollie, adyen, stripe or sandbox.</param>
    public sealed record NewAccount(
        string Provider, string Name, bool IsLive, bool IsEnabled = true, int Position = 0, JsonElement? Settings = null,
        IReadOnlyList<PaymentMethod>? Methods = null)
    {
        public AccountDetails Details => new(Name, IsLive, IsEnabled, Position, Settings, Methods);
    }

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/payments/accounts", Handle).Needs(Permission.OrganisationWrite).Creates();

    public static async Task<Outcome<Account>> Handle(
        NewAccount body, Db db, AccountBook accounts, ProviderCalls providers, CancellationToken ct)
    {
        try { return await Insert(body, db, accounts, providers, ct); }
        catch (PostgresException twin) when (twin.ConstraintName == OneSandboxIndex) { return OneSandbox; }
    }

    private static Task<Outcome<Account>> Insert(
        NewAccount body, Db db, AccountBook accounts, ProviderCalls providers, CancellationToken ct) =>
        accounts.Change<Account>(db, async tx =>
        {
            if (providers.Find(body.Provider) is not { } provider)
                return ProviderUnknown.At("provider", $"Choose from {string.Join(", ", providers.Names)}.");
            // The sandbox makes its own secrets for whoever gives none.
            var details = body.Details;
            if (provider.Name == SandboxProvider.ProviderName && details.Settings is null)
                details = details with { Settings = SandboxProvider.NewSettings() };
            if (details.Wrong(provider, isNew: true) is { } wrong) return wrong;

            var accountId = tx.NewId();
            var settings = accounts.Close(accountId, details.Settings ?? default);
            await tx.Run(InsertOne, new
            {
                accountId,
                body.Provider,
                name = body.Name.Trim(),
                body.IsLive,
                body.IsEnabled,
                body.Position,
                settings,
                tx.Now,
            }, ct);
            await Methods.Replace(tx, accountId, body.Methods ?? Methods.UsualOf(body.Provider), ct);
            return await AccountReader.Find(tx, accounts, accountId, ct)
                ?? throw new InvalidOperationException($"Account {accountId} has gone.");
        }, ct);

    private const string InsertOne = """
        insert into payments.accounts (
            org_id, account_id, provider, name, is_live, is_enabled, position, settings, created_at, updated_at)
        values (@orgId, @accountId, @provider, @name, @isLive, @isEnabled, @position, @settings, @now, @now)
        """;
}
