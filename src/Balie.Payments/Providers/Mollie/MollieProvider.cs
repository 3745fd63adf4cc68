using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace Balie.Payments.Providers.Mollie;

/// <summary>
/// Mollie, Payments API v2. Its classic webhook names a payment and nothing else, unsigned, so that it can only ever make us ask; the
/// signed ones of the next generation are taken as well and mean the same.
/// </summary>
internal sealed class MollieProvider(IOptions<PaymentsOptions> options) : IPaymentProvider, IDisposable
{
    private const int LongestDescription = 255;
    private const int LongestId = 64;
    private const int LongestNotice = 64 * 1024;
    private const string PaymentPrefix = "tr_";
    private readonly ProviderLine _line = new("Mollie", options.Value.ProviderTimeout);

    public string Name => "mollie";

    public IReadOnlyList<FieldError> Problems(JsonElement settings)
    {
        MollieSettings.Read(settings, options.Value, out var problems);
        return problems;
    }

    public async Task<CreatedPayment> CreatePayment(ProviderAccount account, CreatePayment payment, CancellationToken ct)
    {
        var wanted = new NewMolliePayment(
            MollieAmount.Of(payment.Amount), Texts.Cut(payment.Description, LongestDescription), payment.ReturnUrl, payment.CancelUrl,
            account.WebhookUrl, payment.Method, LocaleOf(payment.Locale), payment.CaptureLater ? "manual" : null,
            new MollieMetadata(Attempt: payment.AttemptId, Order: payment.OrderReference));
        var reply = await Ask(account, HttpMethod.Post, "payments", wanted, payment.Key, ct);
        var created = reply.Read<MolliePayment>(Texts.CamelJson);
        return new CreatedPayment(
            created.Id ?? throw MollieTruth.Incomplete("id"),
            created._links?.Checkout?.Href ?? throw MollieTruth.Incomplete("checkout"),
            MollieTruth.Read(created, reply.Body).State,
            created.ExpiresAt,
            reply.Body);
    }

    public async Task<PaymentSnapshot?> GetPayment(ProviderAccount account, string providerRef, CancellationToken ct)
    {
        var reply = await Ask(account, HttpMethod.Get, $"{Path(providerRef)}?embed=refunds,captures,chargebacks", null, null, ct);
        return MollieTruth.Read(reply.Read<MolliePayment>(Texts.CamelJson), reply.Body);
    }

    public async Task<ProviderAnswer> Capture(ProviderAccount account, string providerRef, Money amount, string key, CancellationToken ct)
    {
        var path = $"{Path(providerRef)}/captures";
        if (await Earlier(account, path, its => its.Key == key, ct) is { } earlier) return Answer(earlier.Movement, earlier.Raw);

        var wanted = new NewMollieMovement(MollieAmount.Of(amount), key, new MollieMetadata(Key: key));
        var reply = await Ask(account, HttpMethod.Post, path, wanted, key, ct);
        return Answer(reply.Read<MollieMovement>(Texts.CamelJson), reply.Body);
    }

    public async Task<ProviderAnswer> Void(ProviderAccount account, string providerRef, string key, CancellationToken ct)
    {
        var found = await Ask(account, HttpMethod.Get, Path(providerRef), null, null, ct);
        var payment = found.Read<MolliePayment>(Texts.CamelJson);
        switch (payment.Status)
        {
            case "canceled" or "expired" or "failed":
                return new ProviderAnswer(providerRef, true, found.Body);
            case "authorized":
                // The buyer's bank decides; the webhook tells.
                var released = await Ask(account, HttpMethod.Post, $"{Path(providerRef)}/release-authorization", null, key, ct);
                return new ProviderAnswer(providerRef, false, released.Body);
            case "open" or "pending" when payment.IsCancelable == true:
                var cancelled = await Ask(account, HttpMethod.Delete, Path(providerRef), null, key, ct);
                return new ProviderAnswer(providerRef, true, cancelled.Body);
            default:
                throw new ProviderRefusedException(Refused.State, $"The payment is {payment.Status} and cannot be cancelled.");
        }
    }

    public async Task<ProviderAnswer> Refund(
        ProviderAccount account, string providerRef, Guid refundId, Money amount, string reason, string key, CancellationToken ct)
    {
        var path = $"{Path(providerRef)}/refunds";
        if (await Earlier(account, path, its => its.Refund == refundId, ct) is { } earlier) return Answer(earlier.Movement, earlier.Raw);

        var wanted = new NewMollieMovement(
            MollieAmount.Of(amount), Texts.Cut(reason, LongestDescription), new MollieMetadata(Refund: refundId));
        var reply = await Ask(account, HttpMethod.Post, path, wanted, key, ct);
        return Answer(reply.Read<MollieMovement>(Texts.CamelJson), reply.Body);
    }

    public async Task<RefundSnapshot?> GetRefund(ProviderAccount account, string providerRef, string refundRef, CancellationToken ct)
    {
        var reply = await Ask(account, HttpMethod.Get, $"{Path(providerRef)}/refunds/{Uri.EscapeDataString(refundRef)}", null, null, ct);
        return MollieTruth.Refund(reply.Read<MollieMovement>(Texts.CamelJson), reply.Body);
    }

    public WebhookReading ReadWebhook(ProviderAccount account, WebhookRequest request, DateTimeOffset now)
    {
        if (request.Body.Length > LongestNotice) return new WebhookReading(413, "", []);
        return request.Headers.TryGetValue(MollieSignature.Header, out var signatures)
            ? ReadSigned(account, request, signatures)
            : ReadClassic(request);
    }

    public void Dispose() => _line.Dispose();

    // Unknown ids are answered with 200 like known ones, so that nobody can try ids out.
    private static WebhookReading ReadClassic(WebhookRequest request)
    {
        var raw = Encoding.UTF8.GetString(request.Body.Span);
        var form = QueryHelpers.ParseQuery(raw);
        return form.TryGetValue("id", out var ids) && ids is [{ } id] && IsId(id)
            ? new WebhookReading(200, "", [new WebhookEvent(null, "payment", id, null, null, null, raw)])
            : new WebhookReading(400, "", []);
    }

    private WebhookReading ReadSigned(ProviderAccount account, WebhookRequest request, StringValues signatures)
    {
        var settings = MollieSettings.Read(account.Settings, options.Value, out _);
        if (!MollieSignature.Holds(signatures, request.Body.Span, settings.WebhookSecrets)) return new WebhookReading(401, "", []);
        MollieEvent? told;
        try { told = JsonSerializer.Deserialize<MollieEvent>(request.Body.Span, Texts.CamelJson); }
        catch (JsonException) { told = null; }
        if (told is not { Resource: "event", Id: { Length: > 0 and <= LongestId } id, Type: { Length: > 0 } type })
            return new WebhookReading(400, "", []);

        // A refund or capture is told of under its own id, beside the payment's.
        var payment = new[] { told.EntityId, told._embedded?.Entity?.PaymentId }.FirstOrDefault(its => its is not null && IsId(its));
        var raw = Encoding.UTF8.GetString(request.Body.Span);
        return new WebhookReading(200, "", [new WebhookEvent(id, type, payment, null, told.CreatedAt, null, raw)]);
    }

    /// <summary>
    /// What an earlier try of ours left behind. Mollie remembers keys for an hour; a worker that tries again tomorrow asks first.
    /// </summary>
    private async Task<(MollieMovement Movement, string Raw)?> Earlier(
        ProviderAccount account, string path, Func<MollieMetadata, bool> isOurs, CancellationToken ct)
    {
        var reply = await Ask(account, HttpMethod.Get, path, null, null, ct);
        var embedded = reply.Read<MollieMovements>(Texts.CamelJson)._embedded;
        var ours = (embedded?.Refunds ?? embedded?.Captures ?? []).FirstOrDefault(its =>
            its.Status is not ("failed" or "canceled") && isOurs(its.Ours()));
        return ours is null ? null : (ours, JsonSerializer.Serialize(ours, Texts.CamelJson));
    }

    private static ProviderAnswer Answer(MollieMovement movement, string raw) => new(
        movement.Id ?? throw MollieTruth.Incomplete("id"),
        movement.Status switch
        {
            "succeeded" or "refunded" => true,
            "failed" or "canceled" => throw new ProviderRefusedException(Refused.State, $"Mollie gave it the status {movement.Status}."),
            _ => false,
        },
        raw);

    private async Task<ProviderReply> Ask(
        ProviderAccount account, HttpMethod method, string path, object? body, string? key, CancellationToken ct)
    {
        var settings = MollieSettings.Read(account.Settings, options.Value, out var problems);
        if (problems is [var problem, ..]) throw new ProviderRefusedException(Refused.Account, $"{problem.Field}: {problem.Message}");
        if (settings.ApiKey.StartsWith(MollieSettings.LivePrefix, StringComparison.Ordinal) != account.IsLive)
            throw new ProviderRefusedException(Refused.Account, "The account and its key are not both live, or not both for tests.");

        using var request = new HttpRequestMessage(method, new Uri(settings.BaseAddress, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", settings.ApiKey);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        if (body is not null)
            request.Content = new StringContent(JsonSerializer.Serialize(body, Texts.CamelJson), Encoding.UTF8, "application/json");
        var reply = await _line.Send(request, ct);
        return reply.IsYes ? reply : throw No(reply);
    }

    private static ProviderRefusedException No(ProviderReply reply)
    {
        var error = reply.TryRead<MollieError>(Texts.CamelJson);
        var reason = error is { Field: { } field } ? $"{field}: {error.Detail}" : error?.Detail ?? error?.Title;
        return reply.Refusal(
            reply.Status switch
            {
                HttpStatusCode.NotFound or HttpStatusCode.Gone => Refused.NotFound,
                HttpStatusCode.Conflict => Refused.Conflict,
                _ => Refused.Invalid,
            },
            reason);
    }

    private static string Path(string providerRef) =>
        IsId(providerRef)
            ? $"payments/{providerRef}"
            : throw new ProviderRefusedException(Refused.NotFound, "That is no payment of Mollie.");

    private static bool IsId(string id) =>
        id.Length is > 3 and <= LongestId
        && id.StartsWith(PaymentPrefix, StringComparison.Ordinal)
        && id.All(character => char.IsAsciiLetterOrDigit(character) || character == '_');

    private static string? LocaleOf(string locale) => locale.Split('-', '_') switch
    {
        ["nl", "BE"] => "nl_BE",
        ["nl", ..] => "nl_NL",
        ["de", ..] => "de_DE",
        ["fr", ..] => "fr_FR",
        ["en", "US"] => "en_US",
        ["en", ..] => "en_GB",
        _ => null,
    };
}
