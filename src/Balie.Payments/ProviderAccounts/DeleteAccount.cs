using static Balie.Payments.PaymentsRefusals;

namespace Balie.Payments.ProviderAccounts;

/// <summary>Removes an account from sight. What was paid through it keeps it: refunds and chargebacks may come for years.</summary>
internal static class DeleteAccount
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapDelete("/payments/accounts/{accountId:guid}", Handle).Needs(Permission.OrganisationWrite);

    public static Task<Outcome<Done>> Handle(Guid accountId, Db db, AccountBook accounts, CancellationToken ct) =>
        accounts.Change<Done>(db, async tx =>
        {
            if (await tx.One<Guid?>(Lock, new { accountId }, ct) is null) return AccountNotFound;
            if (await tx.One<bool>(IsInUse, new { accountId }, ct)) return AccountInUse;
            await tx.Run(Delete, new { accountId, tx.Now }, ct);
            return new Done("The account was removed.");
        }, ct);

    private const string Lock = """
        select account_id
        from payments.accounts
        where org_id = @orgId and account_id = @accountId and deleted_at is null
        for update
        """;

    private const string IsInUse = """
        select exists (
            select from payments.attempts
            where org_id = @orgId and account_id = @accountId and state in ('created', 'pending', 'authorised'))
        """;

    private const string Delete = """
        update payments.accounts
        set deleted_at = @now, updated_at = @now, is_enabled = false, version = version + 1
        where org_id = @orgId and account_id = @accountId
        """;
}
