using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Balie.Payments.Providers;

namespace Balie.Payments.ProviderAccounts;

/// <summary>
/// An organisation's accounts at providers, with their settings unsealed for whoever calls a provider. They are kept in memory, because a
/// payment asks for its account five times.
/// </summary>
internal sealed partial class AccountBook
{
    /// <summary>Payload: the organisation.</summary>
    public const string Channel = "payments_accounts";
    private const int MostHomes = 100_000;

    private readonly Remembered<Guid, Entry[]> _known;
    private readonly ConcurrentDictionary<Guid, Guid> _homes = new();
    private readonly Seal _seal;
    private readonly SiteAddress _site;
    private readonly SystemDb _db;
    private readonly IOptions<PaymentsOptions> _options;
    private readonly ILogger<AccountBook> _log;

    public AccountBook(
        Seal seal, SiteAddress site, SystemDb db, IOptions<PaymentsOptions> options, Signals signals, TimeProvider clock,
        ILogger<AccountBook> log)
    {
        (_seal, _site, _db, _options, _log) = (seal, site, db, options, log);
        _known = new(signals, clock, Channel, Guid.TryParse, Read);
    }

    public byte[] Close(Guid accountId, JsonElement settings) =>
        _seal.Close(Purpose(accountId), JsonSerializer.SerializeToUtf8Bytes(settings));

    /// <summary>Undefined where they were sealed with a key that this installation does not have.</summary>
    public JsonElement Open(Guid accountId, byte[] settings)
    {
        try { return JsonElement.Parse(_seal.Open(Purpose(accountId), settings)); }
        catch (CryptographicException)
        {
            LogSealed(_log, accountId);
            return default;
        }
    }

    /// <summary>Also one that is disabled or deleted: payments made with it go on.</summary>
    public async ValueTask<ProviderAccount?> Find(Guid orgId, Guid accountId, CancellationToken ct)
    {
        var entry = (await _known.Of(orgId, ct)).FirstOrDefault(one => one.Row.AccountId == accountId)
            // Perhaps another process made it a moment ago.
            ?? (await _known.Of(orgId, TimeSpan.Zero, ct)).FirstOrDefault(one => one.Row.AccountId == accountId);
        return entry is null ? null : Whole(entry);
    }

    /// <summary>The account behind a webhook's address, which names no organisation.</summary>
    public async ValueTask<ProviderAccount?> FindAnywhere(Guid accountId, CancellationToken ct)
    {
        if (!_homes.TryGetValue(accountId, out var orgId))
        {
            if (await _db.Everywhere.One<Guid?>(SelectHome, new { accountId }, ct) is not { } home) return null;
            if (_homes.Count >= MostHomes) _homes.Clear();
            _homes[accountId] = orgId = home;
        }
        return await Find(orgId, accountId, ct);
    }

    /// <summary>
    /// Where payments may be started now, the first choice first: the enabled live accounts, or, while there is none, those for trying. An
    /// organisation that never had an account has the sandbox. Those whose settings cannot be opened come last, and a live one among them
    /// is no reason to send anybody to one for trying.
    /// </summary>
    public async ValueTask<IReadOnlyList<ProviderAccount>> Startable(Guid orgId, CancellationToken ct)
    {
        var enabled = Enabled(await _known.Of(orgId, ct));
        if (enabled.Length == 0 && _options.Value.Sandbox)
        {
            await Change<bool>(_db.As(orgId), async tx => { await EnsureSandbox(tx, ct); return true; }, ct);
            enabled = Enabled(await _known.Of(orgId, ct));
        }
        var usable = enabled
            .Where(entry => entry.Row.Provider != Sandbox.SandboxProvider.ProviderName || _options.Value.Sandbox).ToArray();
        return
        [
            .. usable.Where(entry => entry.Row.IsLive || !usable.Any(other => other.Row.IsLive)).Select(Whole)
                .OrderBy(account => account.IsSealed),
        ];
    }

    /// <summary>Changes accounts so that every process hears of it.</summary>
    public async Task<Outcome<T>> Change<T>(Db db, Func<Tx, Task<Outcome<T>>> change, CancellationToken ct)
    {
        var outcome = await db.Transact<T>(async tx =>
        {
            var changed = await change(tx);
            if (changed.Ok) await tx.Run(Signals.Send, new { channel = Channel, payload = tx.OrgId.ToString() }, ct);
            return changed;
        }, ct);
        Forget(db.OrgId);
        return outcome;
    }

    public void Forget(Guid orgId) => _known.Forget(orgId);

    private async Task<Entry[]> Read(Guid orgId) =>
    [
        .. (await _db.Aside(orgId).Many<Row>(SelectAll, null, CancellationToken.None)).Select(row =>
            new Entry(row, new Lazy<JsonElement>(() => Open(row.AccountId, row.Settings), LazyThreadSafetyMode.PublicationOnly))),
    ];

    private async Task EnsureSandbox(Tx tx, CancellationToken ct)
    {
        var accountId = tx.NewId();
        var settings = Close(accountId, Sandbox.SandboxProvider.NewSettings());
        if (await tx.Run(InsertSandbox, new { accountId, settings, tx.Now }, ct) == 0) return;
        await Methods.Replace(tx, accountId, Methods.UsualOf(Sandbox.SandboxProvider.ProviderName), ct);
    }

    private static Entry[] Enabled(Entry[] entries) => [.. entries.Where(entry => entry.Row.IsEnabled)];

    private static string Purpose(Guid accountId) => $"payments.accounts:{accountId}";

    private ProviderAccount Whole(Entry entry) => new(
        entry.Row.OrgId, entry.Row.AccountId, entry.Row.Provider, entry.Row.IsLive, entry.Settings.Value,
        WebhookUrl(entry.Row.Provider, entry.Row.AccountId));

    // The sandbox calls from this machine; others only where somebody said that we can be reached.
    private string? WebhookUrl(string provider, Guid accountId) =>
        _site.IsPublic || provider == Sandbox.SandboxProvider.ProviderName ? WebhookUrlOf(provider, accountId) : null;

    /// <summary>The address to give to the provider.</summary>
    public string WebhookUrlOf(string provider, Guid accountId) => $"{_site.Base}{PathOf(provider, accountId)}";

    public static string PathOf(string provider, Guid accountId) => $"/webhooks/{provider}/{accountId}";

    // What is secret is opened when somebody calls the provider, and goes with the entry.
    private sealed record Entry(Row Row, Lazy<JsonElement> Settings);

    private sealed record Row(Guid OrgId, Guid AccountId, string Provider, bool IsLive, bool IsEnabled, byte[] Settings);

    private const string SelectAll = """
        select org_id, account_id, provider, is_live, is_enabled and deleted_at is null as is_enabled, settings
        from payments.accounts
        where org_id = @orgId
        order by position, created_at, account_id
        """;

    private const string SelectHome = "select org_id from payments.accounts where account_id = @accountId";

    // Not for one that removed or disabled its accounts: that is a decision.
    private const string InsertSandbox = """
        insert into payments.accounts (
            org_id, account_id, provider, name, is_live, is_enabled, position, settings, created_at, updated_at)
        select @orgId, @accountId, 'sandbox', 'Sandbox', false, true, 0, @settings, @now, @now
        where not exists (select from payments.accounts where org_id = @orgId)
        on conflict do nothing
        """;

    [LoggerMessage(Level = LogLevel.Error, Message =
        "The settings of account {AccountId} were sealed with another key: restore seal.key, or enter them again")]
    private static partial void LogSealed(ILogger log, Guid accountId);
}
