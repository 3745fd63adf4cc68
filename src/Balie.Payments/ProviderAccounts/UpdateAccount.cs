using Balie.Payments.Providers;
using static Balie.Payments.PaymentsRefusals;

namespace Balie.Payments.ProviderAccounts;

/// <summary>
/// Changes an account. Settings that are left out stay, and so do methods. Payments that were begun go on under the new settings, so a
/// replaced secret stays listed until the provider uses the new one.
/// </summary>
internal static class UpdateAccount
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPut("/payments/accounts/{accountId:guid}", Handle).Needs(Permission.OrganisationWrite);

    public static Task<Outcome<Account>> Handle(
        Guid accountId, AccountDetails body, IfMatch ifMatch, Db db, AccountBook accounts, ProviderCalls providers, CancellationToken ct) =>
        accounts.Change<Account>(db, async tx =>
        {
            if (ifMatch.Problem is { } problem) return problem;
            if (await AccountReader.Find(tx, accounts, accountId, ct) is not { } account) return AccountNotFound;
            if (providers.Find(account.Provider) is not { } provider) return ProviderUnknown;
            if (body.Wrong(provider, isNew: false) is { } wrong) return wrong;

            var changed = await tx.Run(Update, new
            {
                accountId,
                ifMatch.Version,
                name = body.Name.Trim(),
                body.IsLive,
                body.IsEnabled,
                body.Position,
                settings = body.Settings is { } settings ? accounts.Close(accountId, settings) : null,
                tx.Now,
            }, ct);
            if (changed == 0) return KernelRefusals.VersionChanged;
            if (body.Methods is not null) await Methods.Replace(tx, accountId, body.Methods, ct);
            return await AccountReader.Find(tx, accounts, accountId, ct) is { } updated ? updated : AccountNotFound;
        }, ct);

    private const string Update = """
        update payments.accounts
        set name = @name, is_live = @isLive, is_enabled = @isEnabled, position = @position, settings = coalesce(@settings, settings),
            version = version + 1, updated_at = @now
        where org_id = @orgId and account_id = @accountId and deleted_at is null and (@version::int is null or version = @version)
        """;
}
