using System.Text.Json;
using System.Text.Json.Nodes;
using Balie.Payments.Providers;

namespace Balie.Payments.ProviderAccounts;

/// <summary>A provider account as staff see it.</summary>
/// <param name="Settings">
/// As they were given, every text masked but its last characters: what is secret is never shown again. Null when they cannot be opened.
/// </param>
/// <param name="Problem">What keeps it from being used, and what to do; null when nothing does.</param>
/// <param name="WebhookUrl">To enter at the provider, where that wants it.</param>
/// <param name="Position">Payments are started at the first that can.</param>
internal sealed record Account(
    Guid Id, string Provider, string Name, bool IsLive, bool IsEnabled, int Position, JsonElement? Settings, string? Problem,
    string WebhookUrl, IReadOnlyList<PaymentMethod> Methods, int Version) : IVersioned;

/// <summary>Reads accounts for staff.</summary>
internal static class AccountReader
{
    private const int Shown = 4;
    private const int ShortestPartlyShown = 12;

    private sealed record Row(
        Guid AccountId, string Provider, string Name, bool IsLive, bool IsEnabled, int Position, byte[] Settings, int Version);

    public static async Task<Account?> Find(Sql sql, AccountBook accounts, Guid accountId, CancellationToken ct) =>
        (await Read(sql, accounts, accountId, ct)) is [var only] ? only : null;

    public static async Task<Account[]> Read(Sql sql, AccountBook accounts, Guid? accountId, CancellationToken ct)
    {
        var found = new List<Account>();
        foreach (var row in await sql.Many<Row>(Select, new { accountId }, ct))
        {
            var settings = accounts.Open(row.AccountId, row.Settings);
            var isSealed = settings.ValueKind == JsonValueKind.Undefined;
            found.Add(new Account(
                row.AccountId, row.Provider, row.Name, row.IsLive, row.IsEnabled, row.Position, isSealed ? null : Masked(settings),
                isSealed ? AccountSealedException.What : null, accounts.WebhookUrlOf(row.Provider, row.AccountId),
                await Methods.Of(sql, row.AccountId, ct), row.Version));
        }
        return [.. found];
    }

    /// <summary>The same shape, with texts that tell one secret from another and nothing more.</summary>
    private static JsonElement Masked(JsonElement settings) => JsonSerializer.SerializeToElement(Mask(settings));

    private static JsonNode? Mask(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => new JsonObject(
            value.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, Mask(member.Value)))),
        JsonValueKind.Array => new JsonArray([.. value.EnumerateArray().Select(Mask)]),
        JsonValueKind.String when value.GetString() is { } text =>
            JsonValue.Create(text.Length < ShortestPartlyShown ? "••••" : "••••" + text[^Shown..]),
        _ => JsonNode.Parse(value.GetRawText()),
    };

    private const string Select = """
        select account_id, provider, name, is_live, is_enabled, position, settings, version
        from payments.accounts
        where org_id = @orgId and deleted_at is null and (@accountId::uuid is null or account_id = @accountId)
        order by position, created_at, account_id
        """;
}
