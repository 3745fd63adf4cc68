using Dapper;
using Npgsql;

namespace Balie.Tests.Tenancy;

/// <summary>
/// The wall behind the services: the database itself, asked with every filter of ours out of the way, over every table it has.
/// </summary>
public sealed class SecondWallTests(TwoEstates estates) : IClassFixture<TwoEstates>, IAsyncLifetime
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private readonly Databases _silent = new(estates.ConnectionString, poolSize: 1);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _silent.DisposeAsync();

    [Fact]
    public async Task No_table_shows_changes_or_takes_a_row_of_another_organisation()
    {
        await using var owner = await Owner();
        await AddWhatNoRouteMakes();
        var tables = await Tables.OfTenants(owner, Ct);
        var holes = new List<string>();
        foreach (var table in tables) holes.AddRange(await Holes(table));

        Assert.True(tables.Length > 20);
        Assert.Empty(holes);
    }

    [Theory]
    [InlineData("nothing at all", "select 1")]
    [InlineData("a policy that lets everything through",
        "alter table {0} enable row level security; create policy tenant on {0} using (true)")]
    [InlineData("a policy that guards only what is read",
        "alter table {0} enable row level security; create policy tenant on {0} using (org_id = kernel.current_org()) with check (true)")]
    [InlineData("a second policy that lets rows in",
        "alter table {0} enable row level security; create policy tenant on {0} for select using (org_id = kernel.current_org()); "
        + "create policy more on {0} for insert with check (true)")]
    public async Task A_table_with_a_hole_is_seen(string hole, string protection)
    {
        var table = $"ticketing.hole_{Guid.CreateVersion7():n}";
        await using var owner = await Owner();
        await MakeTable(owner, table);
        await owner.ExecuteAsync($"grant all on {table} to balie_app, balie_system, balie_reader");
        await owner.ExecuteAsync(protection.Replace("{0}", table, StringComparison.Ordinal));
        await owner.ExecuteAsync($"create policy everything on {table} to balie_system using (true)");

        var holes = await Holes(table);
        await owner.ExecuteAsync($"drop table {table}");

        Assert.True(holes.Count > 0, hole);
    }

    [Fact]
    public async Task A_table_that_is_protected_as_migrations_do_it_has_no_hole()
    {
        const string Table = "ticketing.walled";
        await using var owner = await Owner();
        await MakeTable(owner, Table);
        await owner.ExecuteAsync($"call kernel.protect('{Table}')");

        var holes = await Holes(Table);
        await owner.ExecuteAsync($"drop table {Table}");

        Assert.Empty(holes);
    }

    [Fact]
    public async Task A_table_without_an_organisation_is_closed_to_people()
    {
        await using var owner = await Owner();
        var open = await owner.QueryAsync<string>(new CommandDefinition("""
            select relnamespace::regnamespace || '.' || relname || ' for ' || grantee::regrole || ': ' || privilege_type
            from pg_class, aclexplode(relacl)
            where relkind in ('r', 'p', 'v', 'm') and relnamespace::regnamespace::text = any(@schemas)
              and grantee::regrole::text in ('balie_app', 'balie_reader')
              and not exists (select from pg_attribute where attrelid = pg_class.oid and attname = 'org_id')
            order by 1
            """, new { schemas = (string[])["kernel", .. Modules.All.Select(module => module.Name)] }, cancellationToken: Ct));

        // Whether the tables fit is asked by every process; reports also show how the background gets on. Neither tells of anybody.
        Assert.Equal([
            "kernel.jobs for balie_reader: SELECT", "kernel.migrations for balie_app: SELECT", "kernel.migrations for balie_reader: SELECT",
            "kernel.outbox_cursors for balie_reader: SELECT", "kernel.outbox_subscriptions for balie_reader: SELECT",
        ], open);
    }

    private Task<IReadOnlyList<string>> Holes(string table) => new SecondWall(estates.Databases, _silent)
        .Holes(table, Guid.Parse(estates.Ours.OrganisationId), Guid.Parse(estates.Theirs.OrganisationId), Ct);

    /// <summary>A table with one row of each.</summary>
    private async Task MakeTable(NpgsqlConnection owner, string name)
    {
        await owner.ExecuteAsync($"create table {name} (org_id uuid)");
        await owner.ExecuteAsync($"insert into {name} values ('{estates.Ours.OrganisationId}'), ('{estates.Theirs.OrganisationId}')");
    }

    private async Task<NpgsqlConnection> Owner()
    {
        var connection = new NpgsqlConnection(estates.ConnectionString);
        await connection.OpenAsync(Ct);
        return connection;
    }

    /// <summary>Receipts of messages, messages that failed, mail and host names come from the background and the operator.</summary>
    private async Task AddWhatNoRouteMakes()
    {
        foreach (var estate in (Routes.Estate[])[estates.Ours, estates.Theirs])
        {
            var slug = estate.Marker.ToLowerInvariant();
            Assert.Null((await estates.Installation.SetHosts(slug, [$"{slug}.example.org"], Ct)).Refusal);
            var orgId = Guid.Parse(estate.OrganisationId);
            await estates.SystemDb.Everywhere.Transact(async tx =>
            {
                await tx.Run("insert into kernel.inbox (org_id, consumer, message_id, handled_at) values (@ofOrgId, 'Tests', @id, @Now)",
                    new { ofOrgId = orgId, id = tx.NewId(), tx.Now }, Ct);
                await tx.Run("""
                    insert into kernel.undelivered (org_id, consumer, message_id, kind, body, published_at, tries, failed_at, reason)
                    values (@ofOrgId, 'Tests', @id, 'test.failed', '{}', @Now, 5, @Now, 'No reason.')
                    """, new { ofOrgId = orgId, id = tx.NewId(), tx.Now }, Ct);
                await tx.Run("""
                    insert into kernel.mails (org_id, mail_id, recipient, subject, body, due_at, created_at)
                    values (@ofOrgId, @id, 'gast@example.org', @Marker, @Marker, @later, @Now)
                    """, new { ofOrgId = orgId, id = tx.NewId(), estate.Marker, later = tx.Now.AddYears(1), tx.Now }, Ct);
            }, Ct);
        }
    }
}
