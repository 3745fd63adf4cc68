namespace Balie.Payments.Webhooks;

/// <summary>
/// Does again what a webhook asks for: one that was parked, or one that staff do not trust. Looking twice is harmless; a claim of a
/// provider that cannot be asked was applied when it was done, and is not applied again.
/// </summary>
internal static class ReplayWebhook
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/payments/webhooks/{webhookId:guid}/replay", Handle).Needs(Permission.OrdersWrite);

    public static Task<Outcome<Done>> Handle(Guid webhookId, Db db, CancellationToken ct) => db.Transact<Done>(async tx =>
    {
        if (await tx.One<string>(Lock, new { webhookId }, ct) is null) return PaymentsRefusals.WebhookNotFound;
        if (await tx.Run(Wake, new { webhookId, tx.Now }, ct) == 0) return new Done("This claim was applied already.");
        tx.Signal(ProcessWebhooks.Channel);
        return new Done("It is being looked at again.");
    }, ct);

    private const string Lock = "select state from payments.webhooks where org_id = @orgId and webhook_id = @webhookId for update";

    // Its day of patience begins anew.
    private const string Wake = """
        update payments.webhooks
        set state = 'waiting', next_try_at = @now, received_at = @now, processed_at = null, tries = 0
        where org_id = @orgId and webhook_id = @webhookId and not (state = 'done' and claimed is not null)
        """;
}
