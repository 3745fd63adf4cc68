namespace Balie.Kernel;

/// <summary>
/// The ground's own invariants. A table or index of everyone's, without an organisation, says why in a comment that begins with
/// "For everyone:", next to where it is made.
/// </summary>
internal static class KernelChecks
{
    public static void Add(Checks that)
    {
        that.Holds("I4 every Idempotency-Key that was taken has the answer of a success", AnswerMissing);
        that.Holds("I4 no effect stands under two Idempotency-Keys", EffectTwice);
        that.Holds("I5 no module has read further than the database has come", CursorAhead);
        that.Holds("I5 every message is handled, set aside or waiting", MessageLost);
        that.Holds("I6 every table with an organisation is guarded by row security", TableUnguarded);
        that.Holds("I6 a table without an organisation is closed to the application", TableOpen);
        that.Holds("I6 views look with the rights of whoever asks", ViewBypassing);
        that.Holds("I6 references stay within one organisation", ReferenceCrossing);
        that.Holds("I6 unique keys begin with the organisation", KeyTelling);
    }

    private const string AnswerMissing = """
        select format('organisation %s, key %s, route %s: status %s', org_id, key, route, status)
        from kernel.idempotency
        where status not between 200 and 299
        """;

    private const string EffectTwice = """
        select format('effect %s under %s keys', effect_id, count(*))
        from kernel.idempotency
        group by org_id, effect_id
        having count(*) > 1
        """;

    private const string CursorAhead = """
        select format('module %s stands at transaction %s, the database at %s', module, xid, pg_snapshot_xmax(pg_current_snapshot()))
        from kernel.outbox_cursors
        where xid > pg_snapshot_xmax(pg_current_snapshot())
        """;

    private const string MessageLost = """
        select format('message %s (%s) of organisation %s never reached %s',
            message.message_id, message.kind, message.org_id, heard.consumer)
        from kernel.outbox_subscriptions as heard
        join kernel.outbox_cursors as cursor using (module)
        join kernel.outbox as message
            on message.kind = heard.kind
            and (message.xid, message.position) > (heard.since_xid, heard.since_position)
            and (message.xid, message.position) <= (cursor.xid, cursor.position)
        where not exists (
                select from kernel.inbox as receipt
                where receipt.org_id = message.org_id and receipt.consumer = heard.consumer and receipt.message_id = message.message_id)
            and not exists (
                select from kernel.undelivered as failed
                where failed.org_id = message.org_id and failed.consumer = heard.consumer and failed.message_id = message.message_id)
        """;

    // Every ordinary or partitioned table outside PostgreSQL's own schemas, with or without org_id.
    private const string Tables = """
        with tables as (
            select relation.oid, relation.oid::regclass as name, relation.relrowsecurity, relation.relforcerowsecurity,
                (select attnum from pg_attribute
                 where attrelid = relation.oid and attname = 'org_id' and not attisdropped) as organisation
            from pg_class as relation
            where relation.relkind in ('r', 'p')
                and relation.relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema', 'pg_toast')
                and relation.relnamespace::regnamespace::text !~ '^pg_'
        )

        """;

    private const string TableUnguarded = Tables + """
        select format('table %s', name)
        from tables
        where organisation is not null
            and (has_table_privilege('balie_app', oid, 'select, insert, update, delete')
                or has_table_privilege('balie_reader', oid, 'select'))
            and not (relrowsecurity and relforcerowsecurity
                and exists (
                    select from pg_policies as policy
                    where format('%I.%I', policy.schemaname, policy.tablename)::regclass = tables.oid
                        and 'balie_app' = any(policy.roles)
                        and coalesce(policy.qual, policy.with_check) like '%org_id = kernel.current_org()%')
                and not exists (
                    select from pg_policies as policy
                    where format('%I.%I', policy.schemaname, policy.tablename)::regclass = tables.oid
                        and policy.roles && array['balie_app', 'balie_reader', 'public']::name[]
                        and policy.permissive = 'PERMISSIVE'
                        and coalesce(policy.qual, policy.with_check) not like '%org_id = kernel.current_org()%'))
        """;

    private const string TableOpen = Tables + """
        select format('table %s may be read by balie_app', name)
        from tables
        where organisation is null
            and has_table_privilege('balie_app', oid, 'select, insert, update, delete')
            and coalesce(obj_description(oid, 'pg_class'), '') not like 'For everyone:%'
        """;

    private const string ViewBypassing = """
        select format('view %s', oid::regclass)
        from pg_class
        where relkind in ('v', 'm')
            and relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
            and has_table_privilege('balie_app', oid, 'select')
            and not exists (select from pg_depend where objid = pg_class.oid and deptype = 'e')
            and (relkind = 'm'
                or not coalesce(reloptions, '{}') && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1'])
        """;

    // PostgreSQL checks foreign keys past row security, so a reference without the organisation could name another one's row.
    private const string ReferenceCrossing = Tables + """
        select format('%s of %s', reference.conname, mine.name)
        from pg_constraint as reference
        join tables as mine on mine.oid = reference.conrelid and mine.organisation is not null
        join tables as theirs on theirs.oid = reference.confrelid and theirs.organisation is not null
        where reference.contype = 'f'
            and not exists (
                select from unnest(reference.conkey, reference.confkey) as pair (ours, other)
                where pair.ours = mine.organisation and pair.other = theirs.organisation)
        """;

    // A violation of a key without the organisation would tell that somebody else has such a row.
    private const string KeyTelling = Tables + """
        select format('%s of %s', key.indexrelid::regclass, tables.name)
        from pg_index as key
        join tables on tables.oid = key.indrelid and tables.organisation is not null
        where key.indisunique
            and key.indkey[0] <> tables.organisation
            and has_table_privilege('balie_app', tables.oid, 'insert, update')
            and coalesce(obj_description(key.indexrelid, 'pg_class'), '') not like 'For everyone:%'
        """;
}
