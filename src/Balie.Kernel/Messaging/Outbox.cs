namespace Balie.Kernel;

/// <summary>
/// <c>kernel.outbox</c>: messages that committed with what they tell of. A reader orders by <c>(xid, position)</c> and stops at the oldest
/// transaction still running, so it never skips one that commits late.
/// </summary>
internal static class Outbox
{
    public const string Insert = """
        insert into kernel.outbox (org_id, message_id, kind, body, created_at)
        values (@forOrgId, @messageId, @kind, @body::json, @now)
        """;
}
