using System.Net;
using System.Net.Http.Headers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Balie.Payments.Providers.Adyen;

/// <summary>
/// Adyen, Checkout v72, by payment links. A link can be asked whether it is open, in use or over, and can be closed; what became of the
/// money is only ever told by signed notifications, whose word counts. See docs/decisions/0013-adyen-payment-links.md.
/// </summary>
internal sealed class AdyenProvider(IOptions<PaymentsOptions> options) : IPaymentProvider, IDisposable
{
    private const int LongestKey = 64;
    private const int LongestReference = 80;
    private const int LongestDescription = 280;
    private const int LongestName = 64;
    private const int LongestNotice = 256 * 1024;
    private const int PspLength = 16;
    private const string TryAgain = "704";
    private const string Accepted = "[accepted]";
    private readonly ProviderLine _line = new("Adyen", options.Value.ProviderTimeout);

    public string Name => "adyen";

    public IReadOnlyList<FieldError> Problems(JsonElement settings)
    {
        AdyenSettings.Read(settings, options.Value, out var problems);
        return problems;
    }

    public async Task<CreatedPayment> CreatePayment(ProviderAccount account, CreatePayment payment, CancellationToken ct)
    {
        var wanted = new NewAdyenLink(
            SettingsOf(account).MerchantAccount, AdyenAmount.Of(payment.Amount), AdyenReference.Of(payment),
            Texts.Cut(payment.Description, LongestDescription), payment.ReturnUrl, LocaleOf(payment.Locale),
            payment.ExpiresAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            payment.Method is { } method ? [method] : null,
            // Said either way: the merchant account's own setting must not decide.
            payment.CaptureLater ? true : null, payment.CaptureLater ? null : 0);
        var reply = await Ask(account, HttpMethod.Post, "paymentLinks", wanted, payment.Key, ct);
        var link = reply.Read<AdyenLink>(Texts.CamelJson);
        return new CreatedPayment(
            link.Id ?? throw reply.NotSensible("has no id"), link.Url ?? throw reply.NotSensible("has no url"), StateOf(link),
            link.ExpiresAt, reply.Body);
    }

    public async Task<PaymentSnapshot?> GetPayment(ProviderAccount account, string providerRef, CancellationToken ct)
    {
        if (IsPayment(providerRef)) return null;
        var reply = await Ask(account, HttpMethod.Get, Link(providerRef), null, null, ct);
        var link = reply.Read<AdyenLink>(Texts.CamelJson);
        var zero = Money.Zero((link.Amount ?? throw reply.NotSensible("has no amount")).ToMoney().Currency);
        return new PaymentSnapshot(StateOf(link), zero, zero, zero, zero, null, null, [], reply.Body);
    }

    public Task<ProviderAnswer> Capture(ProviderAccount account, string providerRef, Money amount, string key, CancellationToken ct) =>
        Modify(account, providerRef, "captures", Reference(account, key) with { Amount = AdyenAmount.Of(amount) }, key, ct);

    public async Task<ProviderAnswer> Void(ProviderAccount account, string providerRef, string key, CancellationToken ct)
    {
        if (IsPayment(providerRef)) return await Modify(account, providerRef, "cancels", Reference(account, key), key, ct);
        var reply = await Ask(account, HttpMethod.Patch, Link(providerRef), new AdyenLinkChange("expired"), null, ct);
        return new ProviderAnswer(providerRef, true, reply.Body);
    }

    public Task<ProviderAnswer> Refund(
        ProviderAccount account, string providerRef, Guid refundId, Money amount, string reason, string key, CancellationToken ct)
    {
        var wanted = new NewAdyenModification(
            SettingsOf(account).MerchantAccount, AdyenReference.Of(refundId), AdyenAmount.Of(amount), "OTHER");
        return Modify(account, providerRef, "refunds", wanted, key, ct);
    }

    public Task<RefundSnapshot?> GetRefund(ProviderAccount account, string providerRef, string refundRef, CancellationToken ct) =>
        Task.FromResult<RefundSnapshot?>(null);

    public WebhookReading ReadWebhook(ProviderAccount account, WebhookRequest request, DateTimeOffset now)
    {
        if (request.Body.Length > LongestNotice) return new WebhookReading(413, "", []);
        var settings = AdyenSettings.Read(account.Settings, options.Value, out _);
        if (!IsAdyen(request.Headers.Authorization.ToString(), settings)) return new WebhookReading(401, "", []);

        AdyenNotification? told;
        try { told = JsonSerializer.Deserialize<AdyenNotification>(request.Body.Span, Texts.CamelJson); }
        catch (JsonException) { told = null; }
        if (told?.NotificationItems is not { Count: > 0 } envelopes) return new WebhookReading(400, "", []);

        // One item that is not ours spoils them all: what else came along is worth no more.
        var items = envelopes.Select(envelope => envelope.NotificationRequestItem).OfType<AdyenItem>().ToList();
        var ours = items.Count == envelopes.Count
            && told.Live == (account.IsLive ? "true" : "false")
            && items.TrueForAll(item =>
                item.MerchantAccountCode == settings.MerchantAccount && AdyenSignature.Holds(item, settings.HmacKeys));
        if (!ours) return new WebhookReading(401, "", []);

        return new WebhookReading(
            200, Accepted, [.. items.Select(item => AdyenEvents.Read(item, JsonSerializer.Serialize(item, Texts.CamelJson)))]);
    }

    public void Dispose() => _line.Dispose();

    // Somebody who came from the link to the end may have paid; how much, and under which name, the notification says.
    private static AttemptState StateOf(AdyenLink link) => link.Status switch
    {
        "active" => AttemptState.Created,
        "paymentPending" or "completed" or "paid" => AttemptState.Pending,
        "expired" => AttemptState.Expired,
        _ => throw new ProviderAwayException($"Adyen gave a link the status {link.Status}."),
    };

    private static bool IsAdyen(string authorization, AdyenSettings settings)
    {
        var holds = false;
        foreach (var password in settings.WebhookPasswords)
            holds |= Texts.Same(
                authorization, $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{settings.WebhookUser}:{password}"))}");
        return holds;
    }

    private NewAdyenModification Reference(ProviderAccount account, string key) =>
        new(SettingsOf(account).MerchantAccount, Texts.Cut(Texts.Reference(key), LongestReference));

    private async Task<ProviderAnswer> Modify(
        ProviderAccount account, string providerRef, string what, NewAdyenModification wanted, string key, CancellationToken ct)
    {
        if (!IsPayment(providerRef))
            throw new ProviderRefusedException(Refused.State, "Adyen has not told of a payment by this link yet.");
        var reply = await Ask(account, HttpMethod.Post, $"payments/{providerRef}/{what}", wanted, key, ct);
        var received = reply.Read<AdyenModification>(Texts.CamelJson);
        return new ProviderAnswer(received.PspReference ?? throw reply.NotSensible("has no pspReference"), false, reply.Body);
    }

    private async Task<ProviderReply> Ask(
        ProviderAccount account, HttpMethod method, string path, object? body, string? key, CancellationToken ct)
    {
        var settings = SettingsOf(account);
        using var request = new HttpRequestMessage(method, new Uri(settings.Address(account.IsLive), path));
        request.Headers.Add("X-API-Key", settings.ApiKey);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (key is not null) request.Headers.Add("Idempotency-Key", Texts.Key(key, LongestKey));
        if (body is not null)
            request.Content = new StringContent(JsonSerializer.Serialize(body, Texts.CamelJson), Encoding.UTF8, "application/json");
        var reply = await _line.Send(request, ct);
        return reply.IsYes ? reply : throw No(reply);
    }

    private AdyenSettings SettingsOf(ProviderAccount account)
    {
        var settings = AdyenSettings.Read(account.Settings, options.Value, out var problems);
        return problems is [var problem, ..]
            ? throw new ProviderRefusedException(Refused.Account, $"{problem.Field}: {problem.Message}")
            : settings;
    }

    private static Exception No(ProviderReply reply)
    {
        var error = reply.TryRead<AdyenError>(Texts.CamelJson);
        // The same key is being worked on at this moment: neither yes nor no.
        var passing = reply.Headers.TryGetValues("transient-error", out var values) && values.Contains("true");
        if (passing || error?.ErrorCode == TryAgain) return new ProviderAwayException("Adyen is still busy with the same request.");
        var code = reply.Status switch
        {
            HttpStatusCode.NotFound => Refused.NotFound,
            HttpStatusCode.Conflict => Refused.Conflict,
            _ => Refused.Invalid,
        };
        return reply.Refusal(code, error is { ErrorCode: { } name } ? $"{error.Message} ({name})" : error?.Message);
    }

    private static string Link(string providerRef) =>
        providerRef.Length is > 0 and <= LongestName
        && providerRef.All(character => char.IsAsciiLetterOrDigit(character) || character == '_')
            ? $"paymentLinks/{providerRef}"
            : throw new ProviderRefusedException(Refused.NotFound, "That is no payment link of Adyen.");

    // A pspReference; links have longer names.
    private static bool IsPayment(string providerRef) => providerRef.Length == PspLength && providerRef.All(char.IsAsciiLetterOrDigit);

    private static string? LocaleOf(string locale) => locale.Split('-', '_') switch
    {
        ["nl", "BE"] => "nl-BE",
        ["nl", ..] => "nl-NL",
        ["de", ..] => "de-DE",
        ["fr", ..] => "fr-FR",
        ["en", "US"] => "en-US",
        ["en", ..] => "en-GB",
        _ => null,
    };
}
