namespace Balie.Payments.ProviderAccounts;

/// <summary>The organisation's accounts, in the order in which they are tried.</summary>
internal static class ListAccounts
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/payments/accounts", Handle).Needs(Permission.OrganisationRead);
        api.MapGet("/payments/accounts/{accountId:guid}", One).Needs(Permission.OrganisationRead);
    }

    public static async Task<Outcome<Account[]>> Handle(Db db, AccountBook accounts, CancellationToken ct) =>
        await AccountReader.Read(db, accounts, null, ct);

    public static async Task<Outcome<Account>> One(Guid accountId, Db db, AccountBook accounts, CancellationToken ct) =>
        await AccountReader.Find(db, accounts, accountId, ct) is { } found ? found : PaymentsRefusals.AccountNotFound;
}
