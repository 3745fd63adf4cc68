using System.Text.Json;
using Balie.Payments.Providers;

namespace Balie.Payments.Sandbox;

/// <summary>
/// The provider that is built in. It moves no money and behaves like those that do: a hosted page, idempotency keys, signed webhooks that
/// come late or twice, refunds that take their time. It keeps its own books in tables that nobody else here reads.
/// </summary>
internal sealed class SandboxProvider(SystemDb db, SiteAddress site) : IPaymentProvider
{
    public const string ProviderName = "sandbox";
    public const string SignatureHeader = "Sandbox-Signature";
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    public string Name => ProviderName;

    public static JsonElement NewSettings() => SandboxSettings.New().Write();

    public IReadOnlyList<FieldError> Problems(JsonElement settings)
    {
        try { return [.. SandboxSettings.Read(settings).Problems()]; }
        catch (JsonException wrong) { return [new FieldError("", wrong.Message)]; }
    }

    public async Task<CreatedPayment> CreatePayment(ProviderAccount account, CreatePayment payment, CancellationToken ct)
    {
        var reference = SandboxPayment.NewRef("sp_");
        await db.As(account.OrgId).Transact(async tx =>
        {
            var known = await Under(tx, account, payment.Key, reference, ct);
            if (known != reference)
            {
                reference = known;
                return;
            }
            await tx.Later(Insert, new
            {
                reference,
                account.AccountId,
                payment.AttemptId,
                payment.OrderReference,
                payment.Description,
                payment.Locale,
                amountMinor = payment.Amount.Amount,
                payment.Amount.Currency,
                payment.CaptureLater,
                payment.Method,
                payment.ReturnUrl,
                payment.CancelUrl,
                payment.ExpiresAt,
                tx.Now,
            }, ct);
        }, ct);
        return new CreatedPayment(
            reference, $"{site.Base}/sandbox/payments/{reference}", AttemptState.Created, payment.ExpiresAt,
            JsonSerializer.Serialize(new { id = reference, status = "open" }));
    }

    public async Task<PaymentSnapshot?> GetPayment(ProviderAccount account, string providerRef, CancellationToken ct)
    {
        var organisation = db.As(account.OrgId);
        var (payments, refunds) = await organisation.Both<SandboxPayment, RefundRow>(
            SelectWithRefunds, new { paymentRef = providerRef, providerRef, organisation.Now }, ct);
        if (payments is not [var found] || found.AccountId != account.AccountId)
            throw new ProviderRefusedException(Refused.NotFound, "The sandbox has no such payment.");
        var payment = found.At(organisation.Now);
        var told = refunds.Select(row => Snapshot(row, payment.Currency)).ToArray();
        Money Of(long minor) => new(minor, payment.Currency);
        return new PaymentSnapshot(
            StateOf(payment.Status), Of(payment.Status == "authorised" || payment.CaptureLater && payment.CapturedMinor > 0
                ? payment.AmountMinor : 0),
            Of(payment.CapturedMinor),
            Of(refunds.Where(row => row.Status == "refunded").Sum(row => row.AmountMinor)), Of(payment.ChargedBackMinor), payment.Method,
            payment.Status == "failed" ? "declined" : null, told,
            JsonSerializer.Serialize(
                new { id = payment.PaymentRef, payment.Status, payment.CapturedMinor, payment.ChargedBackMinor, refunds }));
    }

    public async Task<ProviderAnswer> Capture(
        ProviderAccount account, string providerRef, Money amount, string key, CancellationToken ct)
    {
        var reference = SandboxPayment.NewRef("sc_");
        await Change(account, providerRef, async (tx, payment) =>
        {
            var known = await Under(tx, account, key, reference, ct);
            if (known != reference)
            {
                reference = known;
                return;
            }
            if (payment.Status is not ("authorised" or "paid"))
                throw new ProviderRefusedException(Refused.State, $"The payment is {payment.Status}.");
            if (payment.CapturedMinor + amount.Amount > payment.AmountMinor)
                throw new ProviderRefusedException(Refused.Invalid, "More than was authorised.");
            var captured = payment with { Status = "paid", CapturedMinor = payment.CapturedMinor + amount.Amount };
            await captured.Write(tx, ct);
            await captured.Announce(tx, SandboxSettings.Read(account.Settings), "payment.captured", ct);
        }, ct);
        return new ProviderAnswer(reference, true, JsonSerializer.Serialize(new { id = reference, status = "succeeded" }));
    }

    public async Task<ProviderAnswer> Void(ProviderAccount account, string providerRef, string key, CancellationToken ct)
    {
        await Change(account, providerRef, async (tx, payment) =>
        {
            var to = payment.Status switch
            {
                "authorised" => "voided",
                "open" or "pending" or "failed" => "cancelled",
                "voided" or "cancelled" or "expired" => payment.Status,
                _ => throw new ProviderRefusedException(Refused.State, $"The payment is {payment.Status}."),
            };
            if (to == payment.Status) return;
            var voided = payment with { Status = to, SettlesAt = null };
            await voided.Write(tx, ct);
            await voided.Announce(tx, SandboxSettings.Read(account.Settings), $"payment.{to}", ct);
        }, ct);
        return new ProviderAnswer(providerRef, true, JsonSerializer.Serialize(new { id = providerRef, key }));
    }

    public async Task<ProviderAnswer> Refund(
        ProviderAccount account, string providerRef, Guid refundId, Money amount, string reason, string key, CancellationToken ct)
    {
        var settings = SandboxSettings.Read(account.Settings);
        if (settings.Refunds == SandboxSettings.Fail)
            throw new ProviderRefusedException(Refused.Declined, "This sandbox account refuses refunds.");
        var reference = SandboxPayment.NewRef("sr_");
        await Change(account, providerRef, async (tx, payment) =>
        {
            var known = await Under(tx, account, key, reference, ct);
            if (known != reference)
            {
                reference = known;
                return;
            }
            var left = payment.CapturedMinor - payment.ChargedBackMinor - await payment.RefundedMinor(tx, ct);
            if (amount.Amount > left) throw new ProviderRefusedException(Refused.Invalid, $"Only {left} {payment.Currency} are left.");
            var slow = settings.Refunds == SandboxSettings.Slow;
            var settlesAt = slow ? tx.Now + SandboxPayment.SlowFor : (DateTimeOffset?)null;
            await tx.Later(InsertRefund, new
            {
                reference,
                payment.PaymentRef,
                refundId,
                amountMinor = amount.Amount,
                status = slow ? "pending" : "refunded",
                settlesAt,
                tx.Now,
            }, ct);
            // An answer that is final needs no webhook after it, and real providers mostly send none either.
            if (slow) await (payment with { SettlesAt = settlesAt }).Announce(tx, settings, "refund.refunded", ct);
        }, ct);
        var final = settings.Refunds == SandboxSettings.Instant;
        var raw = JsonSerializer.Serialize(new { id = reference, status = final ? "refunded" : "pending" });
        return new ProviderAnswer(reference, final, raw);
    }

    public async Task<RefundSnapshot?> GetRefund(ProviderAccount account, string providerRef, string refundRef, CancellationToken ct)
    {
        var organisation = db.As(account.OrgId);
        var rows = await organisation.Many<RefundRow>(SelectRefunds, new { providerRef, organisation.Now }, ct);
        if (rows.FirstOrDefault(row => row.RefundRef == refundRef) is not { } found)
            throw new ProviderRefusedException(Refused.NotFound, "The sandbox has no such refund.");
        return Snapshot(found, found.Currency);
    }

    public WebhookReading ReadWebhook(ProviderAccount account, WebhookRequest request, DateTimeOffset now)
    {
        var signature = request.Headers[SignatureHeader];
        if (signature.Count != 1
            || !SandboxSettings.Read(account.Settings).Verify(signature[0], request.Body.Span, now, Tolerance))
            return new WebhookReading(401, "", []);
        SandboxEvent? told;
        try { told = JsonSerializer.Deserialize<SandboxEvent>(request.Body.Span, Json.Options); }
        catch (JsonException) { told = null; }
        if (told is null) return new WebhookReading(400, "", []);
        var raw = JsonSerializer.Serialize(told, Json.Options);
        return new WebhookReading(
            200, "ok", [new WebhookEvent(told.Id, told.Type, told.Payment, told.Attempt, told.CreatedAt, null, raw)]);
    }

    private Task Change(
        ProviderAccount account, string providerRef, Func<Tx, SandboxPayment, Task> change, CancellationToken ct) =>
        db.As(account.OrgId).Transact(async tx =>
        {
            if (await SandboxPayment.Find(tx, providerRef, true, ct) is not { } payment || payment.AccountId != account.AccountId)
                throw new ProviderRefusedException(Refused.NotFound, "The sandbox has no such payment.");
            await change(tx, payment.At(tx.Now));
        }, ct);

    /// <summary>The name given under this key the first time; the one offered, when this is it.</summary>
    private static async Task<string> Under(Tx tx, ProviderAccount account, string key, string offered, CancellationToken ct) =>
        await tx.Run(KeepAnswer, new { account.AccountId, key, offered, tx.Now }, ct) == 1
            ? offered
            : await tx.One<string>(SelectAnswer, new { account.AccountId, key }, ct) ?? offered;

    private static AttemptState StateOf(string status) => status switch
    {
        "open" => AttemptState.Created,
        "pending" => AttemptState.Pending,
        "authorised" => AttemptState.Authorised,
        "paid" => AttemptState.Captured,
        "failed" => AttemptState.Failed,
        "cancelled" => AttemptState.Cancelled,
        "expired" => AttemptState.Expired,
        "voided" => AttemptState.Voided,
        "charged_back" => AttemptState.ChargedBack,
        _ => throw new InvalidOperationException($"Unknown status {status}."),
    };

    private static RefundSnapshot Snapshot(RefundRow row, string currency) => new(
        row.RefundRef, row.RefundId, row.Status switch
        {
            "pending" => RefundState.Submitted,
            "refunded" => RefundState.Succeeded,
            "failed" => RefundState.Failed,
            _ => throw new InvalidOperationException($"Unknown status {row.Status}."),
        },
        new Money(row.AmountMinor, currency), null, JsonSerializer.Serialize(row));

    private sealed record RefundRow(string RefundRef, Guid RefundId, long AmountMinor, string Currency, string Status);

    private const string Insert = """
        insert into payments.sandbox_payments (
            org_id, payment_ref, account_id, attempt_id, order_reference, description, locale, amount_minor, currency, capture_later,
            status, method, return_url, cancel_url, expires_at, created_at)
        values (
            @orgId, @reference, @accountId, @attemptId, @orderReference, @description, @locale, @amountMinor, @currency, @captureLater,
            'open', @method, @returnUrl, @cancelUrl, @expiresAt, @now)
        """;

    private const string KeepAnswer = """
        insert into payments.sandbox_answers (org_id, account_id, key, reference, created_at)
        values (@orgId, @accountId, @key, @offered, @now)
        on conflict do nothing
        """;

    private const string SelectAnswer = """
        select reference from payments.sandbox_answers where org_id = @orgId and account_id = @accountId and key = @key
        """;

    private const string SelectRefunds = """
        select refund_ref, refund_id, sandbox_refunds.amount_minor, currency,
            case when sandbox_refunds.status = 'pending' and sandbox_refunds.settles_at <= @now then 'refunded'
                else sandbox_refunds.status end as status
        from payments.sandbox_refunds
        join payments.sandbox_payments using (org_id, payment_ref)
        where org_id = @orgId and payment_ref = @providerRef
        order by sandbox_refunds.created_at, refund_ref
        """;

    private const string SelectWithRefunds = $"""
        {SandboxPayment.Select};
        {SelectRefunds}
        """;

    private const string InsertRefund = """
        insert into payments.sandbox_refunds (org_id, refund_ref, payment_ref, refund_id, amount_minor, status, settles_at, created_at)
        values (@orgId, @reference, @paymentRef, @refundId, @amountMinor, @status, @settlesAt, @now)
        """;
}
