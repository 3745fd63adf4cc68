using System.Text.Json;

namespace Balie.Identity;

/// <summary>The trail of what happened to accounts, members and keys: added to in the transaction of the fact, changed by nobody.</summary>
internal static class AuditTrail
{
    /// <param name="subject">Whom or what it happened to.</param>
    public static Task Audit(this Tx tx, string actor, string action, Guid? subject, string address, object facts, CancellationToken ct) =>
        tx.Run(Insert, new
        {
            auditId = tx.NewId(),
            tx.Now,
            actor,
            action,
            subject,
            address,
            facts = JsonSerializer.Serialize(facts, Json.Options),
        }, ct);

    private const string Insert = """
        insert into identity.audit (org_id, audit_id, made_at, actor, action, subject, address, facts)
        values (@orgId, @auditId, @now, @actor, @action, @subject, @address, @facts::jsonb)
        """;
}
