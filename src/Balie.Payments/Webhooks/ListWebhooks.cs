namespace Balie.Payments.Webhooks;

/// <summary>What providers told us, the newest first, and what came of it: <c>waiting</c>, <c>done</c> or <c>parked</c>.</summary>
internal static class ListWebhooks
{
    private static readonly string[] States = ["waiting", "done", "parked"];

    /// <param name="Event">The provider's own words.</param>
    public sealed record Received(
        Guid Id, string Provider, string Kind, string? ProviderRef, string State, int Tries, string Problem, DateTimeOffset ReceivedAt,
        DateTimeOffset? ProcessedAt, DateTimeOffset? NextTryAt, string Event);

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/payments/webhooks", Handle).Needs(Permission.OrdersRead);

    public static async Task<Outcome<Page<Received>>> Handle(string? state, Paging paging, Db db, CancellationToken ct)
    {
        if (paging.Problem is { } problem) return problem;
        if (state is not null && !States.Contains(state)) return PaymentsRefusals.StateUnknown;
        var rows = await db.Many<Received>(Select, new { state, paging.After, paging.AfterId, paging.Take }, ct);
        return Page<Received>.Of(rows, paging, row => (row.ReceivedAt, row.Id));
    }

    private const string Select = """
        select webhook_id as id, provider, kind, provider_ref, state, tries, problem, received_at, processed_at, next_try_at, event
        from payments.webhooks
        where org_id = @orgId and (@state::text is null or state = @state)
            and (@after::timestamptz is null or (received_at, webhook_id) < (@after, @afterId::uuid))
        order by received_at desc, webhook_id desc
        limit @take
        """;
}
