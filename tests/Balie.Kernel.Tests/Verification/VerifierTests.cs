using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Balie.Kernel.Tests.Verification;

public sealed class VerifierTests(ModuleApp<ProbeModule> app) : IClassFixture<ModuleApp<ProbeModule>>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_healthy_database_holds_every_invariant()
    {
        var heard = new List<Verdict>();
        var verdicts = await app.Services.GetRequiredService<Verifier>().Run(heard.Add, Ct);

        Assert.Equal(9, verdicts.Count(verdict => verdict.Module == "kernel"));
        Assert.All(verdicts, verdict => Assert.Empty(verdict.Violations));
        Assert.Equal(verdicts, heard);
    }

    [Theory]
    [InlineData("I6 every table",
        "create table probe.broken (org_id uuid, text text); grant select on probe.broken to balie_app", "probe.broken")]
    [InlineData("I6 every table",
        "create table probe.broken (org_id uuid, text text); call kernel.protect('probe.broken'); "
        + "alter table probe.broken no force row level security", "probe.broken")]
    [InlineData("I6 every table",
        "create table probe.broken (org_id uuid, text text); call kernel.protect('probe.broken'); "
        + "drop policy tenant on probe.broken", "probe.broken")]
    [InlineData("I6 every table",
        "create table probe.broken (org_id uuid, text text); call kernel.protect('probe.broken'); "
        + "create policy leak on probe.broken using (true)", "probe.broken")]
    [InlineData("I6 a table without", "create table probe.broken (text text); grant select on probe.broken to balie_app", "probe.broken")]
    [InlineData("I6 views",
        "create view probe.broken as select * from probe.notes; grant select on probe.broken to balie_app", "probe.broken")]
    [InlineData("I6 references",
        "create table probe.broken (org_id uuid, id uuid primary key, parent uuid references probe.broken (id)); "
        + "call kernel.protect('probe.broken')", "broken_parent_fkey")]
    [InlineData("I6 unique keys",
        "create table probe.broken (org_id uuid, slug text unique); call kernel.protect('probe.broken')", "broken_slug_key")]
    [InlineData("I5 no module",
        "set role balie_system; insert into kernel.outbox_cursors values ('broken', '99999999999', 1, null, now())", "broken")]
    [InlineData("I5 every message", """
        set role balie_system;
        insert into kernel.outbox_cursors values ('broken', pg_current_xact_id(), 9223372036854775807, null, now());
        insert into kernel.outbox_subscriptions values ('broken', 'Lost', 'probe.happened', '0', 0);
        insert into kernel.outbox (org_id, message_id, kind, body, created_at)
        values (gen_random_uuid(), gen_random_uuid(), 'probe.happened', '{}', now())
        """, "Lost")]
    [InlineData("I4 every Idempotency-Key", """
        set role balie_system;
        insert into kernel.idempotency
        values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'POST /broken', decode(repeat('00', 32), 'hex'),
            gen_random_uuid(), 0, '', now())
        """, "POST /broken")]
    [InlineData("I4 no effect", """
        set role balie_system;
        insert into kernel.idempotency
        select '01900000-0000-7000-8000-00000000000b', gen_random_uuid(), gen_random_uuid(), 'POST /broken',
            decode(repeat('00', 32), 'hex'), '01900000-0000-7000-8000-00000000000a', 200, '', now()
        from generate_series(1, 2)
        """, "01900000-0000-7000-8000-00000000000a under 2 keys")]
    public async Task A_broken_invariant_is_found_and_named(string check, string broken, string named)
    {
        await using var owner = new NpgsqlConnection(app.ConnectionString);
        await owner.OpenAsync(Ct);
        await owner.ExecuteAsync(broken + "; reset role");
        try
        {
            var verdicts = await app.Services.GetRequiredService<Verifier>().Run(null, Ct);

            var verdict = Assert.Single(verdicts, verdict => !verdict.Holds && verdict.Check.StartsWith(check, StringComparison.Ordinal));
            Assert.Contains(named, Assert.Single(verdict.Violations), StringComparison.Ordinal);
        }
        finally
        {
            await owner.ExecuteAsync(
                """
                do $$ begin
                    if (select relkind from pg_class where oid = to_regclass('probe.broken')) = 'v' then drop view probe.broken;
                    else drop table if exists probe.broken; end if;
                end $$;
                set role balie_system;
                delete from kernel.outbox_cursors;
                delete from kernel.outbox;
                delete from kernel.idempotency;
                reset role;
                """);
        }
    }

    [Fact]
    public async Task A_table_of_everyone_says_so_where_it_is_made()
    {
        await using var owner = new NpgsqlConnection(app.ConnectionString);
        await owner.OpenAsync(Ct);
        await owner.ExecuteAsync(
            "create table probe.countries (code text); grant select on probe.countries to balie_app; "
                + "comment on table probe.countries is 'For everyone: ISO 3166.'");

        var verdicts = await app.Services.GetRequiredService<Verifier>().Run(null, Ct);
        await owner.ExecuteAsync("drop table probe.countries");

        Assert.All(verdicts, verdict => Assert.Empty(verdict.Violations));
    }

    [Fact]
    public async Task A_check_that_cannot_be_made_has_not_held_and_stops_no_other()
    {
        var verdicts = await new Verifier(new Installation([new UnreadyModule()]), app.Databases).Run(null, Ct);

        Assert.False(verdicts.Single(verdict => verdict.Check == "cannot be made").Holds);
        Assert.Equal(Verifier.MostViolations, verdicts.Single(verdict => verdict.Check == "breaks often").Violations.Count);
        Assert.True(verdicts.Single(verdict => verdict.Check == "holds").Holds);
    }

    private sealed class UnreadyModule : IModule
    {
        public string Name => "unready";

        public void Verify(Checks that)
        {
            that.Holds("cannot be made", "select text from unready.nothing");
            that.Holds("breaks often", "select number::text from generate_series(1, 1000) as number");
            that.Holds("holds", "select text from probe.notes where false");
        }
    }
}
