using System.Collections.Concurrent;
using Dapper;
using Npgsql;

namespace Balie.Kernel.Tests.Data;

/// <summary>The pitfalls of row security behind a pool, each shown next to the rule that avoids it.</summary>
public sealed class PooledTenancyTests(ModuleApp<ProbeModule> app) : IClassFixture<ModuleApp<ProbeModule>>
{
    private const int Organisations = 20;
    private const int Requests = 10_000;
    private const int AtOnce = 16;
    private const int SmallPool = 4;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ten_thousand_requests_on_four_connections_never_show_another_organisation()
    {
        var sightings = await Storm(app.ConnectionString);

        Assert.Empty(sightings.Foreign);
        Assert.True(sightings.Own > Requests, $"Only {sightings.Own} own rows were seen: the storm proves nothing.");
        Assert.True(sightings.Broken > Requests / 20, $"Only {sightings.Broken} requests broke off.");
    }

    [Fact]
    public async Task The_same_storm_without_the_policy_shows_others()
    {
        var leaking = $"leak_{Guid.CreateVersion7():n}";
        await TestServer.Admin($"create database {leaking}");
        try
        {
            var connectionString = TestServer.Database(leaking);
            await new Migrator(connectionString,
                [.. MigrationScript.Of("kernel", typeof(IModule).Assembly), .. MigrationScript.Of("probe", typeof(ProbeModule).Assembly)])
                    .Apply(Ct);
            await AsOwner(connectionString,
                "drop policy tenant on probe.notes; create policy tenant on probe.notes to balie_app using (true)");

            Assert.NotEmpty((await Storm(connectionString)).Foreign);
        }
        finally { await TestServer.Admin($"drop database {leaking} with (force)"); }
    }

    [Fact]
    public async Task After_a_transaction_the_setting_is_empty_text_and_that_is_nobody_rather_than_an_error()
    {
        await Note(Guid.CreateVersion7());
        await using var source = OnePooledConnection();
        await using (var used = await source.App.OpenConnectionAsync(Ct))
        {
            await used.ExecuteAsync("begin; select set_config('app.org', gen_random_uuid()::text, true); commit");
        }
        await using var again = await source.App.OpenConnectionAsync(Ct);

        Assert.Equal("", await again.ExecuteScalarAsync<string>("select current_setting('app.org', true)"));
        Assert.Equal(0, await again.ExecuteScalarAsync<long>("select count(*) from probe.notes"));
        // The cast that the policy does not make: this is the 500 that waits in the naive spelling.
        var naive = await Assert.ThrowsAsync<PostgresException>(() =>
            again.ExecuteScalarAsync<Guid>("select current_setting('app.org', true)::uuid"));
        Assert.Equal(PostgresErrorCodes.InvalidTextRepresentation, naive.SqlState);
    }

    [Fact]
    public async Task On_a_fresh_connection_there_is_no_setting_and_that_is_nobody_too()
    {
        await Note(Guid.CreateVersion7());
        await using var source = OnePooledConnection();
        await using var fresh = await source.App.OpenConnectionAsync(Ct);

        Assert.Null(await fresh.ExecuteScalarAsync<string>("select current_setting('app.org', true)"));
        Assert.Equal(0, await fresh.ExecuteScalarAsync<long>("select count(*) from probe.notes"));
        Assert.Equal(0, await fresh.ExecuteAsync("update probe.notes set text = 'mine now'"));
    }

    [Fact]
    public async Task Nobody_writes_into_another_organisation()
    {
        var (mine, theirs) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        var refused = await Assert.ThrowsAsync<PostgresException>(() => app.SystemDb.As(mine).Run(
            "insert into probe.notes (org_id, note_id, text) values (@theirs, @noteId, 'planted')",
            new { theirs, noteId = Guid.CreateVersion7() }, Ct));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public async Task Even_the_owner_of_a_table_is_walled_in_until_force_is_lifted()
    {
        await Note(Guid.CreateVersion7());
        await using var owner = new NpgsqlConnection(app.ConnectionString);
        await owner.OpenAsync(Ct);
        // As if a migration had left the table to the role that serves people.
        await owner.ExecuteAsync(
            "begin; grant create on schema probe to balie_app; alter table probe.notes owner to balie_app; set local role balie_app");

        Assert.Equal(0, await owner.ExecuteScalarAsync<long>("select count(*) from probe.notes"));
        await owner.ExecuteAsync("alter table probe.notes no force row level security");
        Assert.NotEqual(0, await owner.ExecuteScalarAsync<long>("select count(*) from probe.notes"));

        await owner.ExecuteAsync("rollback");
    }

    [Fact]
    public async Task A_reference_into_another_organisation_is_refused_only_when_it_carries_the_organisation()
    {
        var (mine, theirs) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var noteId = await Note(theirs);
        await AsOwner(app.ConnectionString,
            """
            create unique index notes_alone on probe.notes (note_id);
            create table probe.replies (
                org_id uuid not null, note_id uuid not null, foreign key (org_id, note_id) references probe.notes (org_id, note_id));
            create table probe.naive (org_id uuid not null, note_id uuid not null references probe.notes (note_id));
            call kernel.protect('probe.replies');
            call kernel.protect('probe.naive');
            """);

        var refused = await Assert.ThrowsAsync<PostgresException>(() =>
            app.SystemDb.As(mine).Run("insert into probe.replies (org_id, note_id) values (@orgId, @noteId)", new { noteId }, Ct));
        Assert.Equal(PostgresErrorCodes.ForeignKeyViolation, refused.SqlState);
        Assert.Equal(1, await app.SystemDb.As(mine).Run(
            "insert into probe.naive (org_id, note_id) values (@orgId, @noteId)", new { noteId }, Ct));

        await AsOwner(app.ConnectionString, "drop table probe.naive, probe.replies; drop index probe.notes_alone");
    }

    [Fact]
    public async Task A_unique_key_that_begins_with_the_organisation_tells_nothing_about_others()
    {
        await AsOwner(app.ConnectionString,
            "create table probe.slugs (org_id uuid not null, slug text not null, unique (org_id, slug)); "
                + "call kernel.protect('probe.slugs')");

        foreach (var orgId in (Guid[])[Guid.CreateVersion7(), Guid.CreateVersion7()])
            Assert.Equal(1, await app.SystemDb.As(orgId).Run("insert into probe.slugs (org_id, slug) values (@orgId, 'winter')", null, Ct));

        await AsOwner(app.ConnectionString, "drop table probe.slugs");
    }

    [Fact]
    public async Task A_view_that_looks_with_the_rights_of_its_caller_shows_the_callers_rows()
    {
        var (mine, theirs) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var (own, foreign) = (await Note(mine), await Note(theirs));
        await AsOwner(app.ConnectionString,
            "create view probe.all_notes with (security_invoker = true) as select * from probe.notes; "
                + "grant select on probe.all_notes to balie_app");

        var seen = await app.SystemDb.As(mine).Many<Guid>("select note_id from probe.all_notes", null, Ct);

        Assert.Contains(own, seen);
        Assert.DoesNotContain(foreign, seen);
        await AsOwner(app.ConnectionString, "drop view probe.all_notes");
    }

    private sealed record Sightings(int Own, int Broken, ConcurrentBag<string> Foreign);

    /// <summary>Reads, writes, refusals, exceptions and callers who hang up, all over a few connections.</summary>
    private static async Task<Sightings> Storm(string connectionString)
    {
        await using var databases = new Databases(connectionString, poolSize: SmallPool);
        var db = new SystemDb(databases, TimeProvider.System);
        var organisations = Enumerable.Range(0, Organisations).Select(_ => Guid.CreateVersion7()).ToArray();
        foreach (var orgId in organisations) await Write(db.As(orgId), Ct);

        var foreign = new ConcurrentBag<string>();
        var (own, broken) = (0, 0);
        await Parallel.ForEachAsync(Enumerable.Range(0, Requests), new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (number, _) =>
        {
            var dice = new Random(number);
            var orgId = organisations[dice.Next(Organisations)];
            using var caller = new CancellationTokenSource();
            if (dice.Next(20) == 0) caller.CancelAfter(TimeSpan.FromMicroseconds(dice.Next(2_000)));
            try
            {
                foreach (var text in await Ask(db.As(orgId), dice, caller.Token))
                {
                    if (text == orgId.ToString()) Interlocked.Increment(ref own);
                    else foreign.Add(text);
                }
            }
            catch (Exception broke) when (broke is OperationCanceledException or NpgsqlException or InvalidOperationException)
            {
                Interlocked.Increment(ref broken);
            }
        });
        return new Sightings(own, broken, foreign);
    }

    private static async Task<string[]> Ask(Db db, Random dice, CancellationToken ct)
    {
        const string Everything = "select text from probe.notes limit 50";
        switch (dice.Next(10))
        {
            case 0:
                await Write(db, ct);
                return [];
            case 1:
                await db.Transact(async tx =>
                {
                    await tx.Many<string>(Everything, null, ct);
                    throw new InvalidOperationException("As asked.");
                }, ct);
                return [];
            case 2:
                string[] seen = [];
                await db.Transact<bool>(async tx =>
                {
                    seen = await tx.Many<string>(Everything, null, ct);
                    return Refusal.Conflict("probe.refused", "As asked.");
                }, ct);
                return seen;
            case 3:
                await db.Run("select 1 / 0", null, ct);
                return [];
            default:
                return await db.Many<string>(Everything, null, ct);
        }
    }

    private static Task<int> Write(Db db, CancellationToken ct) => db.Run(
        "insert into probe.notes (org_id, note_id, text) values (@orgId, @noteId, @orgId::text)", new { noteId = db.NewId() }, ct);

    private async Task<Guid> Note(Guid orgId)
    {
        var noteId = Guid.CreateVersion7();
        await app.SystemDb.As(orgId)
            .Run("insert into probe.notes (org_id, note_id, text) values (@orgId, @noteId, 'note')", new { noteId }, Ct);
        return noteId;
    }

    private Databases OnePooledConnection() => new(app.ConnectionString, poolSize: 1);

    private static async Task AsOwner(string connectionString, string sql)
    {
        await using var owner =
            new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await owner.ExecuteAsync(sql);
    }
}
