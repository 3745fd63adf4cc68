namespace Balie.Notifications.Webhooks;

/// <summary>The organisation's webhooks, newest first.</summary>
internal static class ListWebhooks
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/webhooks", Handle).Needs(Permission.WebhooksWrite);

    public static async Task<Outcome<Page<Webhook>>> Handle(Paging paging, Db db, CancellationToken ct)
    {
        if (paging.Problem is { } problem) return problem;
        var rows = await db.Many<Webhook>(Select, new { paging.After, paging.AfterId, paging.Take }, ct);
        return Page<Webhook>.Of(rows, paging, row => (row.CreatedAt, row.Id));
    }

    private const string Select = $"""
        select {Webhook.Columns}
        from notifications.webhooks
        where org_id = @orgId and (@after::timestamptz is null or (created_at, webhook_id) < (@after, @afterId))
        order by created_at desc, webhook_id desc
        limit @take
        """;
}
