using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Balie.Payments.Providers.Stripe;

/// <summary>
/// Stripe, by Checkout Sessions. A session is the page; its PaymentIntent, there once the buyer pays, is the payment. Events are signed and
/// still only make us ask: they come twice and in any order.
/// </summary>
internal sealed class StripeProvider(IOptions<PaymentsOptions> options, TimeProvider clock) : IPaymentProvider, IDisposable
{
    public const string AttemptMark = "attempt";
    public const string RefundMark = "refund";

    /// <summary>What our shapes were written for; another version of the account's own makes no difference.</summary>
    private const string Version = "2026-09-30.endive";
    private const int LongestKey = 255;
    private const int LongestName = 250;
    private const int LongestId = 255;
    private const int LongestNotice = 256 * 1024;
    private const string IntentPrefix = "pi_";
    private static readonly TimeSpan ShortestLife = TimeSpan.FromMinutes(31);
    private static readonly TimeSpan LongestLife = TimeSpan.FromHours(24) - TimeSpan.FromMinutes(1);
    private readonly ProviderLine _line = new("Stripe", options.Value.ProviderTimeout);

    public string Name => "stripe";

    public IReadOnlyList<FieldError> Problems(JsonElement settings)
    {
        StripeSettings.Read(settings, options.Value, out var problems);
        return problems;
    }

    public async Task<CreatedPayment> CreatePayment(ProviderAccount account, CreatePayment payment, CancellationToken ct)
    {
        var attempt = payment.AttemptId.ToString();
        var form = new StripeForm()
            .Add("mode", "payment")
            .Add("line_items[0][quantity]", 1)
            .Add("line_items[0][price_data][currency]", StripeForm.Currency(payment.Amount))
            .Add("line_items[0][price_data][unit_amount]", StripeMoney.To(payment.Amount))
            .Add("line_items[0][price_data][product_data][name]", Texts.Cut(payment.Description, LongestName))
            .Add("success_url", payment.ReturnUrl)
            .Add("cancel_url", payment.CancelUrl)
            .Add("client_reference_id", attempt)
            .Add("expires_at", ExpiryOf(payment))
            .Add("locale", LocaleOf(payment.Locale))
            .Add("payment_method_types[0]", payment.Method)
            .Add("payment_intent_data[capture_method]", payment.CaptureLater ? "manual" : null)
            .Add($"payment_intent_data[metadata][{AttemptMark}]", attempt)
            .Add($"metadata[{AttemptMark}]", attempt)
            .Add("metadata[order]", Texts.Reference(payment.OrderReference));
        var reply = await Ask(account, HttpMethod.Post, "checkout/sessions", form, payment.Key, ct);
        var session = reply.Read<StripeSession>(Texts.SnakeJson);
        return new CreatedPayment(
            session.Id ?? throw reply.NotSensible("has no id"), session.Url ?? throw reply.NotSensible("has no url"),
            StripeTruth.Read(new StripePayment(session, null, null), [], reply.Body).State,
            session.ExpiresAt is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null, reply.Body);
    }

    public async Task<PaymentSnapshot?> GetPayment(ProviderAccount account, string providerRef, CancellationToken ct)
    {
        var (payment, raw) = await Find(account, providerRef, ct);
        if (payment is not { Charge.Disputed: true, Intent.Id: { } id }) return StripeTruth.Read(payment, [], raw);
        var reply = await Ask(account, HttpMethod.Get, $"disputes?payment_intent={id}&limit=100", null, null, ct);
        var disputes = reply.Read<StripeList<StripeDispute>>(Texts.SnakeJson).Data ?? [];
        return StripeTruth.Read(payment, disputes, $$"""{"payment":{{raw}},"disputes":{{reply.Body}}}""");
    }

    public async Task<ProviderAnswer> Capture(ProviderAccount account, string providerRef, Money amount, string key, CancellationToken ct)
    {
        var form = new StripeForm().Add("amount_to_capture", StripeMoney.To(amount));
        var path = $"payment_intents/{await IntentOf(account, providerRef, ct)}/capture";
        var reply = await Ask(account, HttpMethod.Post, path, form, key, ct);
        var intent = reply.Read<StripeIntent>(Texts.SnakeJson);
        return new ProviderAnswer(intent.Id ?? throw reply.NotSensible("has no id"), intent.Status == "succeeded", reply.Body);
    }

    public async Task<ProviderAnswer> Void(ProviderAccount account, string providerRef, string key, CancellationToken ct)
    {
        var ((session, intent, _), raw) = await Find(account, providerRef, ct);
        // What nobody pays any more is over already.
        if (session is { Status: "expired" } || intent is { Status: "canceled" }) return new ProviderAnswer(providerRef, true, raw);
        var (path, form) = (session, intent) switch
        {
            ({ Status: "open", Id: { } id }, _) => ($"checkout/sessions/{id}/expire", new StripeForm()),
            (_, { Id: { } id }) => ($"payment_intents/{id}/cancel", new StripeForm().Add("cancellation_reason", "requested_by_customer")),
            _ => throw new ProviderRefusedException(Refused.State, "Stripe has no payment that could be cancelled."),
        };
        var reply = await Ask(account, HttpMethod.Post, path, form, key, ct);
        return new ProviderAnswer(providerRef, true, reply.Body);
    }

    public async Task<ProviderAnswer> Refund(
        ProviderAccount account, string providerRef, Guid refundId, Money amount, string reason, string key, CancellationToken ct)
    {
        var intent = await IntentOf(account, providerRef, ct);
        if (await Earlier(account, intent, refundId, ct) is { } earlier) return Answer(earlier);

        var form = new StripeForm()
            .Add("payment_intent", intent)
            .Add("amount", StripeMoney.To(amount))
            .Add("reason", "requested_by_customer")
            .Add($"metadata[{RefundMark}]", refundId.ToString());
        var reply = await Ask(account, HttpMethod.Post, "refunds", form, key, ct);
        return Answer(StripeTruth.Refund(reply.Read<StripeRefund>(Texts.SnakeJson), reply.Body));
    }

    public async Task<RefundSnapshot?> GetRefund(ProviderAccount account, string providerRef, string refundRef, CancellationToken ct)
    {
        var reply = await Ask(account, HttpMethod.Get, $"refunds/{Uri.EscapeDataString(refundRef)}", null, null, ct);
        return StripeTruth.Refund(reply.Read<StripeRefund>(Texts.SnakeJson), reply.Body);
    }

    public WebhookReading ReadWebhook(ProviderAccount account, WebhookRequest request, DateTimeOffset now)
    {
        if (request.Body.Length > LongestNotice) return new WebhookReading(413, "", []);
        var settings = StripeSettings.Read(account.Settings, options.Value, out _);
        var signature = request.Headers[StripeSignature.Header].ToString();
        if (!StripeSignature.Holds(signature, request.Body.Span, settings.WebhookSecrets, now)) return new WebhookReading(400, "", []);

        StripeEvent? told;
        try { told = JsonSerializer.Deserialize<StripeEvent>(request.Body.Span, Texts.SnakeJson); }
        catch (JsonException) { told = null; }
        if (told is not { Object: "event", Id: { Length: > 0 and <= LongestId } id, Type: { Length: > 0 } type, Data.Object: { } about }
            || told.Livemode != account.IsLive)
            return new WebhookReading(400, "", []);

        Guid? attempt = about.Metadata?.TryGetValue(AttemptMark, out var mark) == true && Guid.TryParse(mark, out var ours) ? ours : null;
        var happened = told.Created is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : (DateTimeOffset?)null;
        var raw = Encoding.UTF8.GetString(request.Body.Span);
        return new WebhookReading(200, "", [new WebhookEvent(id, type, PaymentOf(about), attempt, happened, null, raw)]);
    }

    public void Dispose() => _line.Dispose();

    private static ProviderAnswer Answer(RefundSnapshot refund) =>
        refund.State is RefundState.Failed or RefundState.Cancelled
            ? throw new ProviderRefusedException(Refused.State, $"The refund is {refund.State}: {refund.Reason}.")
            : new ProviderAnswer(refund.RefundRef, refund.State == RefundState.Succeeded, refund.Raw);

    private static string? PaymentOf(StripeEventObject about) => about switch
    {
        { Object: "checkout.session" or "payment_intent", Id: { } id } => id,
        // Charges, refunds and disputes name their payment.
        { PaymentIntent: { ValueKind: JsonValueKind.String } intent } => intent.GetString(),
        _ => null,
    };

    /// <summary>
    /// Stripe takes between half an hour and a day. A session for less lives a day by itself and is ended by us, when its order is.
    /// </summary>
    private long? ExpiryOf(CreatePayment payment)
    {
        var life = payment.ExpiresAt - clock.GetUtcNow();
        return life > ShortestLife && life < LongestLife ? payment.ExpiresAt.ToUnixTimeSeconds() : null;
    }

    private async Task<(StripePayment Payment, string Raw)> Find(ProviderAccount account, string providerRef, CancellationToken ct)
    {
        if (!IsName(providerRef)) throw new ProviderRefusedException(Refused.NotFound, "That is no payment of Stripe.");
        var isIntent = providerRef.StartsWith(IntentPrefix, StringComparison.Ordinal);
        var path = isIntent
            ? $"payment_intents/{providerRef}?expand[]=latest_charge.refunds"
            : $"checkout/sessions/{providerRef}?expand[]=payment_intent.latest_charge.refunds";
        var reply = await Ask(account, HttpMethod.Get, path, null, null, ct);
        var session = isIntent ? null : reply.Read<StripeSession>(Texts.SnakeJson);
        try
        {
            var intent = session is null ? reply.Read<StripeIntent>(Texts.SnakeJson) : session.Intent();
            return (new StripePayment(session, intent, intent?.Charge()), reply.Body);
        }
        catch (JsonException)
        {
            throw reply.NotSensible("has no payment that could be read");
        }
    }

    /// <summary>
    /// What an earlier try of ours left behind. Stripe remembers keys for a day; a worker that tries again next week asks first.
    /// </summary>
    private async Task<RefundSnapshot?> Earlier(ProviderAccount account, string intent, Guid refundId, CancellationToken ct)
    {
        var reply = await Ask(account, HttpMethod.Get, $"refunds?payment_intent={intent}&limit=100", null, null, ct);
        return (reply.Read<StripeList<StripeRefund>>(Texts.SnakeJson).Data ?? []).Select(refund => StripeTruth.Refund(refund))
            .FirstOrDefault(refund => refund.RefundId == refundId && refund.State is (RefundState.Submitted or RefundState.Succeeded));
    }

    private async Task<string> IntentOf(ProviderAccount account, string providerRef, CancellationToken ct)
    {
        if (IsName(providerRef) && providerRef.StartsWith(IntentPrefix, StringComparison.Ordinal)) return providerRef;
        var (payment, _) = await Find(account, providerRef, ct);
        return payment.Intent?.Id ?? throw new ProviderRefusedException(Refused.State, "Nobody has paid by this session yet.");
    }

    private async Task<ProviderReply> Ask(
        ProviderAccount account, HttpMethod method, string path, StripeForm? form, string? key, CancellationToken ct)
    {
        var settings = StripeSettings.Read(account.Settings, options.Value, out var problems);
        if (problems is [var problem, ..]) throw new ProviderRefusedException(Refused.Account, $"{problem.Field}: {problem.Message}");
        if (settings.IsLive != account.IsLive)
            throw new ProviderRefusedException(Refused.Account, "The account and its key are not both live, or not both for tests.");

        using var request = new HttpRequestMessage(method, new Uri(settings.BaseAddress, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", settings.ApiKey);
        request.Headers.Add("Stripe-Version", Version);
        if (key is not null) request.Headers.Add("Idempotency-Key", Texts.Key(key, LongestKey));
        if (form is not null) request.Content = new FormUrlEncodedContent(form.Fields);
        var reply = await _line.Send(request, ct);
        return reply.IsYes ? reply : throw No(reply);
    }

    private static Exception No(ProviderReply reply)
    {
        var error = reply.TryRead<StripeFailure>(Texts.SnakeJson)?.Error;
        // Our own earlier try under the same key is still running.
        if (reply.Status == HttpStatusCode.Conflict && error?.Code == "idempotency_key_in_use")
            return new ProviderAwayException("Stripe is still busy with the same request.");
        var code = (reply.Status, error?.Type) switch
        {
            (_, "idempotency_error") => Refused.Key,
            (HttpStatusCode.PaymentRequired, _) => Refused.Declined,
            (HttpStatusCode.NotFound, _) => Refused.NotFound,
            (HttpStatusCode.Conflict, _) => Refused.Conflict,
            _ => error?.Code is "payment_intent_unexpected_state" ? Refused.State : Refused.Invalid,
        };
        return reply.Refusal(code, error is { Param: { } param } ? $"{param}: {error.Message}" : error?.Message);
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= LongestId && name.All(character => char.IsAsciiLetterOrDigit(character) || character == '_');

    private static string LocaleOf(string locale) => locale.Split('-', '_')[0] switch
    {
        "nl" => "nl",
        "en" => "en",
        "de" => "de",
        "fr" => "fr",
        _ => "auto",
    };
}
