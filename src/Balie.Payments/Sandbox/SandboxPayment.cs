using System.Security.Cryptography;
using System.Text.Json;

namespace Balie.Payments.Sandbox;

/// <summary>A payment at the sandbox, as the sandbox itself keeps it, and what can become of it.</summary>
internal sealed record SandboxPayment(
    Guid OrgId, string PaymentRef, Guid AccountId, Guid AttemptId, string OrderReference, string Description, string Locale,
    long AmountMinor, string Currency, bool CaptureLater, string Status, string? Method, long CapturedMinor, long ChargedBackMinor,
    DateTimeOffset? SettlesAt, string ReturnUrl, string CancelUrl, DateTimeOffset ExpiresAt)
{
    public const string Columns = """
        org_id, payment_ref, account_id, attempt_id, order_reference, description, locale, amount_minor, currency, capture_later, status,
            method, captured_minor, charged_back_minor, settles_at, return_url, cancel_url, expires_at
        """;

    /// <summary>How long a slow bank takes.</summary>
    public static readonly TimeSpan SlowFor = TimeSpan.FromSeconds(10);

    private const string Letters = "abcdefghijklmnopqrstuvwxyz0123456789";

    public static string NewRef(string prefix) => prefix + RandomNumberGenerator.GetString(Letters, 24);

    public Money Amount => new(AmountMinor, Currency);

    /// <summary>As it is at this moment: what a slow bank was to do, it has done.</summary>
    public SandboxPayment At(DateTimeOffset now) =>
        Status == "pending" && SettlesAt <= now ? Paid() : Status == "open" && ExpiresAt <= now ? this with { Status = "expired" } : this;

    /// <summary>
    /// What it becomes by this outcome; null when it cannot. Like real ones it can be paid late, after a failure, and a card holder's bank
    /// takes back what was not given back already.
    /// </summary>
    public SandboxPayment? After(string outcome, long refundedMinor, DateTimeOffset now) => (Status, outcome) switch
    {
        ("open" or "pending" or "failed" or "cancelled" or "expired", "paid" or "authorised") =>
            CaptureLater ? this with { Status = "authorised", Method = "card", SettlesAt = null } : outcome == "paid" ? Paid() : null,
        ("open" or "pending" or "failed", "failed") => this with { Status = "failed", SettlesAt = null },
        ("open" or "pending" or "failed", "cancelled") => this with { Status = "cancelled", SettlesAt = null },
        ("open" or "pending" or "failed", "expired") => this with { Status = "expired", SettlesAt = null },
        ("open" or "failed", "pending") => this with { Status = "pending", SettlesAt = null },
        ("open" or "failed", "slow") => this with { Status = "pending", SettlesAt = now + SlowFor },
        ("paid", "charged_back") when CapturedMinor > refundedMinor =>
            this with { Status = "charged_back", ChargedBackMinor = CapturedMinor - refundedMinor },
        ("charged_back", "chargeback_reversed") => this with { Status = "paid", ChargedBackMinor = 0 },
        _ => null,
    };

    public static Task<SandboxPayment?> Find(Sql sql, string paymentRef, bool forUpdate, CancellationToken ct) =>
        sql.One<SandboxPayment>(forUpdate ? Select + "\nfor update" : Select, new { paymentRef }, ct);

    /// <summary>The page's address names the payment alone.</summary>
    public static Task<Guid?> OrganisationOf(SystemDb db, string paymentRef, CancellationToken ct) =>
        db.Everywhere.One<Guid?>(SelectOrganisation, new { paymentRef }, ct);

    /// <summary>What went back, or is on its way.</summary>
    public Task<long> RefundedMinor(Tx tx, CancellationToken ct) => tx.One<long>(SumRefunds, new { PaymentRef }, ct);

    public Task Write(Tx tx, CancellationToken ct) =>
        tx.Later(Update, new { PaymentRef, Status, Method, CapturedMinor, ChargedBackMinor, SettlesAt }, ct);

    /// <summary>Puts what happened in the post: once, or twice where the account wants to see how that is borne.</summary>
    public async Task Announce(Tx tx, SandboxSettings settings, string type, CancellationToken ct)
    {
        var body = JsonSerializer.Serialize(
            new SandboxEvent($"evt_{tx.NewId():n}", type, PaymentRef, AttemptId, tx.Now), Json.Options);
        var due = (SettlesAt ?? tx.Now) + TimeSpan.FromSeconds(settings.WebhookDelaySeconds);
        for (var copy = 0; copy < (settings.DuplicateWebhooks ? 2 : 1); copy++)
            await tx.Later(InsertDelivery, new { deliveryId = tx.NewId(), AccountId, body, due, tx.Now }, ct);
        tx.Signal(DeliverWebhooks.Channel);
    }

    private SandboxPayment Paid() => this with
    {
        Status = CaptureLater ? "authorised" : "paid",
        CapturedMinor = CaptureLater ? 0 : AmountMinor,
        Method = Method ?? "ideal",
        SettlesAt = null,
    };

    /// <summary>For <c>@paymentRef</c>.</summary>
    public const string Select = $"""
        select {Columns}
        from payments.sandbox_payments
        where org_id = @orgId and payment_ref = @paymentRef
        """;

    private const string SelectOrganisation = "select org_id from payments.sandbox_payments where payment_ref = @paymentRef";

    private const string Update = """
        update payments.sandbox_payments
        set status = @status, method = @method, captured_minor = @capturedMinor, charged_back_minor = @chargedBackMinor,
            settles_at = @settlesAt
        where org_id = @orgId and payment_ref = @paymentRef
        """;

    private const string SumRefunds = """
        select coalesce(sum(amount_minor), 0)::bigint
        from payments.sandbox_refunds
        where org_id = @orgId and payment_ref = @paymentRef and status <> 'failed'
        """;

    private const string InsertDelivery = """
        insert into payments.sandbox_deliveries (org_id, delivery_id, account_id, body, due_at, created_at)
        values (@orgId, @deliveryId, @accountId, @body, @due, @now)
        """;
}

/// <summary>The body of a webhook: that something happened, never what; whoever wants to know asks.</summary>
internal sealed record SandboxEvent(string Id, string Type, string Payment, Guid Attempt, DateTimeOffset CreatedAt);
