namespace Balie.Payments.Attempts;

/// <summary>One payment with all that was done and said about it, for staff.</summary>
internal static class SeePayment
{
    /// <param name="What">state, money, ignored or note.</param>
    /// <param name="Answer">The provider's own words, where this step came from them.</param>
    public sealed record Step(
        int Number, DateTimeOffset At, string Actor, string What, string? From, string? To, string Reason, string Answer);

    /// <summary>Something the provider was told, or did by hand of somebody there.</summary>
    /// <param name="Kind">refund, capture or void.</param>
    public sealed record Told(
        Guid Id, string Kind, Guid? RefundId, Money Amount, string Reason, string State, string? ProviderRef, int Tries, string Problem,
        DateTimeOffset CreatedAt);

    public sealed record Seen(PaymentView Payment, IReadOnlyList<Told> Instructions, IReadOnlyList<Step> Log);

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/payments/{attemptId:guid}", Handle).Needs(Permission.OrdersRead);

    public static async Task<Outcome<Seen>> Handle(Guid attemptId, Db db, CancellationToken ct)
    {
        if (await Attempt.Find(db, attemptId, ct) is not { } attempt) return PaymentsRefusals.PaymentNotFound;
        var told = await db.Many<ToldRow>(SelectTold, new { attemptId }, ct);
        var log = await db.Many<Step>(SelectLog, new { attemptId }, ct);
        return new Seen(PaymentView.Of(attempt), [.. told.Select(row => row.Shown)], log);
    }

    private sealed record ToldRow(
        Guid InstructionId, string Kind, Guid? RefundId, long AmountMinor, string Currency, string Reason, string State,
        string? ProviderRef, int Tries, string Problem, DateTimeOffset CreatedAt)
    {
        public Told Shown => new(
            InstructionId, Kind, RefundId, new Money(AmountMinor, Currency), Reason, State, ProviderRef, Tries, Problem, CreatedAt);
    }

    private const string SelectTold = """
        select instruction_id, kind, refund_id, amount_minor, currency, reason, state, provider_ref, tries, problem, created_at
        from payments.instructions
        where org_id = @orgId and attempt_id = @attemptId
        order by created_at, instruction_id
        """;

    private const string SelectLog = """
        select step as number, at, actor, what, from_state as "from", to_state as "to", reason, answer
        from payments.attempt_log
        where org_id = @orgId and attempt_id = @attemptId
        order by step
        """;
}
