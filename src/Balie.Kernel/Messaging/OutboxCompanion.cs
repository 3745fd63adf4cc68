using NpgsqlTypes;

namespace Balie.Kernel;

/// <summary>
/// Messages that are put in the outbox together with many others: the companion's counterpart of <see cref="Tx.Publish{TMessage}"/>.
/// </summary>
public static class OutboxCompanion
{
    private sealed record Row(Guid OrgId, Guid MessageId, string Kind, string Body, DateTimeOffset Now);

    private static readonly Companion<Row> Insert = new("outbox", CompanionPhase.Effect, """
        insert into kernel.outbox (org_id, message_id, kind, body, created_at)
        select org_id, message_id, kind, body::json, created_at
        from rows
        where request <> all ((select kernel.refused())::integer[])
        """,
        Column<Row>.Of("org_id", NpgsqlDbType.Uuid, row => row.OrgId),
        Column<Row>.Of("message_id", NpgsqlDbType.Uuid, row => row.MessageId),
        Column<Row>.Of("kind", NpgsqlDbType.Text, row => row.Kind),
        Column<Row>.Of("body", NpgsqlDbType.Text, row => row.Body),
        Column<Row>.Of("created_at", NpgsqlDbType.TimestampTz, row => row.Now.UtcDateTime));

    public static CompanionRow Of<TMessage>(Guid orgId, TMessage message, DateTimeOffset now) =>
        Insert.Row(new Row(orgId, Ids.New(now), MessageKind.Of<TMessage>(), MessageKind.Write(message), now));
}
