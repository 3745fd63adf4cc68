using Balie.Payments.Providers;

namespace Balie.Payments.Attempts;

/// <summary>One attempt as it stands in the database.</summary>
/// <param name="AccountId">Where it was started; null before.</param>
/// <param name="ProviderRef">Null while nobody knows whether the provider has it.</param>
/// <param name="StoppedAt">The order wants no money from it any more.</param>
/// <param name="Steps">How many rows its log has.</param>
internal sealed record Attempt(
    Guid AttemptId, Guid OrderId, string OrderReference, string Description, string Locale, long AmountMinor, string Currency,
    bool CaptureLater, string State, Guid? AccountId, string Provider, string? ProviderRef, string? PaymentRef, string? RedirectUrl,
    string? Method, string? FailureCode, long AuthorisedMinor, long CapturedMinor, long RefundedMinor, long ChargedBackMinor,
    DateTimeOffset ExpiresAt, DateTimeOffset? StartedAt, DateTimeOffset? StoppedAt, int Polls, int Steps, DateTimeOffset CreatedAt)
{
    public const string Columns = """
        attempt_id, order_id, order_reference, description, locale, amount_minor, currency, capture_later, state, account_id, provider,
            provider_ref, payment_ref, redirect_url, method, failure_code, authorised_minor, captured_minor, refunded_minor,
            charged_back_minor, expires_at, started_at, stopped_at, polls, steps, created_at
        """;

    public Money Amount => new(AmountMinor, Currency);

    /// <summary>What the provider calls it now.</summary>
    public string? NewestRef => PaymentRef ?? ProviderRef;

    public AttemptState Stands => AttemptStates.Read(State);

    public static Task<Attempt?> Find(Sql sql, Guid attemptId, CancellationToken ct) =>
        sql.One<Attempt>(Select, new { attemptId }, ct);

    /// <summary>For whoever changes it; the order's row is locked before, see <c>IPayables.Lock</c>.</summary>
    public static Task<Attempt?> Lock(Tx tx, Guid attemptId, CancellationToken ct) =>
        tx.One<Attempt>(SelectLocked, new { attemptId }, ct);

    /// <summary>The same for <c>@attemptId</c>, beside others.</summary>
    public const string SelectLocked = Select + "for update";

    private const string Select = $"""
        select {Columns}
        from payments.attempts
        where org_id = @orgId and attempt_id = @attemptId

        """;
}
