using Balie.Payments.Providers;
using static Balie.Payments.PaymentsRefusals;

namespace Balie.Payments.ProviderAccounts;

/// <summary>
/// Asks the provider about a payment that it cannot have: "no such payment" means that the way there and the key are good. Nothing is made.
/// </summary>
internal static class TestAccount
{
    private const string NobodysPayment = "tr_balie0connection0test";

    /// <param name="Works">The provider answered and knows the account.</param>
    /// <param name="Message">What it said, for staff.</param>
    /// <param name="WebhookUrl">Where it must be able to reach us; null while <c>Balie:PublicAddress</c> is not set, and polling must
    /// do.</param>
    public sealed record Tested(bool Works, string Message, string? WebhookUrl);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/payments/accounts/{accountId:guid}/test", Handle).Needs(Permission.OrganisationWrite);

    public static async Task<Outcome<Tested>> Handle(
        Guid accountId, Db db, AccountBook accounts, ProviderCalls providers, CancellationToken ct)
    {
        if (await AccountReader.Find(db, accounts, accountId, ct) is null) return AccountNotFound;
        if (await accounts.Find(db.OrgId, accountId, ct) is not { } account) return AccountNotFound;
        Tested Says(bool works, string message) => new(works, message, account.WebhookUrl);
        try
        {
            var found = await providers.Call(account, (provider, token) => provider.GetPayment(account, NobodysPayment, token), ct);
            return found is null
                ? Says(true, "This provider cannot be asked about payments; its first webhook will show that all is well.")
                : Says(true, "The provider answered.");
        }
        catch (ProviderRefusedException no) when (no.Code != Refused.Account) { return Says(true, "The provider answered and knows us."); }
        catch (ProviderRefusedException no) { return Says(false, no.Message); }
        catch (ProviderAwayException away) { return Says(false, away.Message); }
    }
}
