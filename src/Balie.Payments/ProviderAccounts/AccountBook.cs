using System.Text.Json;
using Balie.Payments.Providers;

namespace Balie.Payments.ProviderAccounts;

/// <summary>An organisation's accounts at providers, with their settings unsealed for whoever calls a provider.</summary>
internal sealed class AccountBook(Seal seal, SiteAddress site, SystemDb db, IOptions<PaymentsOptions> options)
{
    private static string Purpose(Guid accountId) => $"payments.accounts:{accountId}";

    public byte[] Close(Guid accountId, JsonElement settings) =>
        seal.Close(Purpose(accountId), JsonSerializer.SerializeToUtf8Bytes(settings));

    public JsonElement Open(Guid accountId, byte[] settings) => JsonElement.Parse(seal.Open(Purpose(accountId), settings));

    /// <summary>Also one that is disabled or deleted: payments made with it go on.</summary>
    public async Task<ProviderAccount?> Find(Sql sql, Guid accountId, CancellationToken ct) =>
        await sql.One<Row>(SelectOne, new { accountId }, ct) is { } row ? Whole(row) : null;

    /// <summary>The account behind a webhook's address, which names no organisation.</summary>
    public async Task<ProviderAccount?> FindAnywhere(Guid accountId, CancellationToken ct) =>
        await db.Everywhere.One<Row>(SelectAnywhere, new { accountId }, ct) is { } row ? Whole(row) : null;

    /// <summary>
    /// Where payments may be started now, the first choice first: the enabled live accounts, or, while there is none, those for trying. An
    /// organisation that never had an account has the sandbox.
    /// </summary>
    public async Task<IReadOnlyList<ProviderAccount>> Startable(Db organisation, CancellationToken ct)
    {
        var rows = await organisation.Many<Row>(SelectEnabled, null, ct);
        if (rows.Length == 0 && options.Value.Sandbox)
        {
            await organisation.Transact(tx => EnsureSandbox(tx, ct), ct);
            rows = await organisation.Many<Row>(SelectEnabled, null, ct);
        }
        var usable = rows.Where(row => row.Provider != Sandbox.SandboxProvider.ProviderName || options.Value.Sandbox).ToArray();
        return [.. usable.Where(row => row.IsLive || !usable.Any(other => other.IsLive)).Select(Whole)];
    }

    private async Task EnsureSandbox(Tx tx, CancellationToken ct)
    {
        var accountId = tx.NewId();
        var settings = Close(accountId, Sandbox.SandboxProvider.NewSettings());
        if (await tx.Run(InsertSandbox, new { accountId, settings, tx.Now }, ct) == 0) return;
        await Methods.Replace(tx, accountId, Methods.UsualOf(Sandbox.SandboxProvider.ProviderName), ct);
    }

    private ProviderAccount Whole(Row row) => new(
        row.OrgId, row.AccountId, row.Provider, row.IsLive, Open(row.AccountId, row.Settings), WebhookUrl(row.Provider, row.AccountId));

    // The sandbox calls from this machine; others only where somebody said that we can be reached.
    private string? WebhookUrl(string provider, Guid accountId) =>
        site.IsPublic || provider == Sandbox.SandboxProvider.ProviderName ? WebhookUrlOf(provider, accountId) : null;

    /// <summary>The address to give to the provider.</summary>
    public string WebhookUrlOf(string provider, Guid accountId) => $"{site.Base}{PathOf(provider, accountId)}";

    public static string PathOf(string provider, Guid accountId) => $"/webhooks/{provider}/{accountId}";

    private sealed record Row(Guid OrgId, Guid AccountId, string Provider, bool IsLive, byte[] Settings);

    private const string SelectOne = """
        select org_id, account_id, provider, is_live, settings
        from payments.accounts
        where org_id = @orgId and account_id = @accountId
        """;

    private const string SelectAnywhere = """
        select org_id, account_id, provider, is_live, settings
        from payments.accounts
        where account_id = @accountId
        """;

    private const string SelectEnabled = """
        select org_id, account_id, provider, is_live, settings
        from payments.accounts
        where org_id = @orgId and is_enabled and deleted_at is null
        order by position, created_at, account_id
        """;

    // Not for one that removed or disabled its accounts: that is a decision.
    private const string InsertSandbox = """
        insert into payments.accounts (
            org_id, account_id, provider, name, is_live, is_enabled, position, settings, created_at, updated_at)
        select @orgId, @accountId, 'sandbox', 'Sandbox', false, true, 0, @settings, @now, @now
        where not exists (select from payments.accounts where org_id = @orgId)
        on conflict do nothing
        """;
}
