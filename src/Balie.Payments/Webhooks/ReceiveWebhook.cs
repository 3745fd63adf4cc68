using System.Text;
using System.Text.Json;
using Balie.Payments.Attempts;
using Balie.Payments.ProviderAccounts;
using Balie.Payments.Providers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Balie.Payments.Webhooks;

/// <summary>
/// The door for providers: what comes is verified over its raw bytes, kept, and answered; nothing is done about it here. What is not
/// verified leaves no trace but a line in the log.
/// </summary>
internal static partial class ReceiveWebhook
{
    private const int LargestBodyBytes = 256 * 1024;
    private const int MostEvents = 100;
    private static readonly string[] NotKept = ["Authorization", "Cookie"];

    public static void MapRoot(IEndpointRouteBuilder root) =>
        root.MapPost("/webhooks/{provider}/{accountId:guid}", Handle).TakesUpTo(LargestBodyBytes).CountedForProviders();

    public static async Task Handle(
        string provider, Guid accountId, HttpContext http, AccountBook accounts, ProviderCalls providers, SystemDb db,
        ILogger<PaymentsModule> log, CancellationToken ct)
    {
        if (await accounts.FindAnywhere(accountId, ct) is not { } account || account.Provider != provider
            || providers.Find(provider) is not { } adapter)
        {
            await Answer(http, StatusCodes.Status404NotFound, "", ct);
            return;
        }
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, ct);
        var request = new WebhookRequest(
            http.Request.Headers, body.ToArray(), http.Request.Query.ToDictionary(pair => pair.Key, pair => pair.Value));
        var (status, text) = await Take(account, adapter, request, db, log, ct);
        await Answer(http, status, text, ct);
    }

    /// <summary>
    /// Verifies and keeps; also for a sandbox in a process that listens nowhere. Without the account's secrets nothing can be verified:
    /// then the provider is to send it again.
    /// </summary>
    public static async Task<(int Status, string Answer)> Take(
        ProviderAccount account, IPaymentProvider adapter, WebhookRequest request, SystemDb db, ILogger log, CancellationToken ct)
    {
        if (account.IsSealed) return (StatusCodes.Status503ServiceUnavailable, "");
        var organisation = db.As(account.OrgId);
        var reading = adapter.ReadWebhook(account, request, organisation.Now);
        if (reading.Status >= StatusCodes.Status400BadRequest)
        {
            LogForged(log, account.Provider, account.AccountId, reading.Status);
            return (reading.Status, reading.Answer);
        }
        if (reading.Events.Count is > 0 and <= MostEvents) await organisation.Transact(tx => Keep(tx, account, request, reading, ct), ct);
        return (reading.Status, reading.Answer);
    }

    // In one statement, and one order, so that the same batch twice at once waits instead of standing in its own way.
    private static async Task Keep(Tx tx, ProviderAccount account, WebhookRequest request, WebhookReading reading, CancellationToken ct)
    {
        var events = reading.Events.OrderBy(one => one.DedupeKey, StringComparer.Ordinal).ToArray();
        await tx.Later(Insert, new
        {
            account.AccountId,
            account.Provider,
            headers = Headers(request.Headers),
            body = request.Body.ToArray(),
            tx.Now,
            ids = events.Select(_ => tx.NewId()).ToArray(),
            keys = events.Select(one => one.DedupeKey is { } key ? AttemptLog.Clip(key, 300) : null).ToArray(),
            kinds = events.Select(one => AttemptLog.Clip(one.Kind is "" ? "event" : one.Kind, 100)).ToArray(),
            refs = events.Select(one => one.ProviderRef is { Length: > 0 and <= 200 } reference ? reference : null).ToArray(),
            attempts = events.Select(one => one.AttemptId).ToArray(),
            claims = events.Select(one => one.Claimed is { } claimed ? JsonSerializer.Serialize(claimed, Json.Options) : null).ToArray(),
            moments = events.Select(one => one.OccurredAt?.UtcDateTime).ToArray(),
            raws = events.Select(one => AttemptLog.Clip(one.Raw, 100_000)).ToArray(),
        }, ct);
        tx.Signal(ProcessWebhooks.Channel);
    }

    private static string Headers(IHeaderDictionary headers) => JsonSerializer.Serialize(
        headers.Where(header => !NotKept.Contains(header.Key, StringComparer.OrdinalIgnoreCase))
            .ToDictionary(header => header.Key, header => Clean(header.Value)));

    private static string Clean(StringValues value) => AttemptLog.Clip(value.ToString(), 2_000);

    private static async Task Answer(HttpContext http, int status, string text, CancellationToken ct)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes, ct);
    }

    private const string Insert = """
        insert into payments.webhooks (
            org_id, webhook_id, account_id, provider, dedupe_key, kind, provider_ref, attempt_id, claimed, occurred_at, headers, body,
            event, state, received_at, next_try_at)
        select @orgId, webhook_id, @accountId, @provider, dedupe_key, kind, provider_ref, attempt_id, claimed::jsonb, occurred_at,
            @headers::jsonb, @body, event, 'waiting', @now, @now
        from unnest(
            @ids::uuid[], @keys::text[], @kinds::text[], @refs::text[], @attempts::uuid[], @claims::text[], @moments::timestamptz[],
            @raws::text[]) as row (webhook_id, dedupe_key, kind, provider_ref, attempt_id, claimed, occurred_at, event)
        on conflict on constraint webhooks_once do nothing
        """;

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "Security: a webhook of {Provider} for account {AccountId} was not verified ({Status})")]
    private static partial void LogForged(ILogger log, string provider, Guid accountId, int status);
}
