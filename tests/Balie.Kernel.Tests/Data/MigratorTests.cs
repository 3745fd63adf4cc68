using Dapper;
using Npgsql;

namespace Balie.Kernel.Tests.Data;

public sealed class MigratorTests : IAsyncLifetime
{
    private static readonly MigrationScript First =
        new("probe", "0001_first.sql", "create schema probe; create table probe.things (name text)");
    private static readonly MigrationScript Second =
        new("probe", "0002_second.sql", "alter table probe.things add size integer not null default 1");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private readonly string _database = $"migrate_{Guid.CreateVersion7():n}";

    public async ValueTask InitializeAsync() => await TestServer.Admin($"create database {_database}");

    public async ValueTask DisposeAsync() => await TestServer.Admin($"drop database {_database} with (force)");

    [Fact]
    public async Task Each_file_runs_once()
    {
        Assert.Equal(2, await Apply(First, Second));
        Assert.Equal(0, await Apply(First, Second));
    }

    [Fact]
    public async Task Two_processes_at_once_run_each_file_once_also_one_that_waits_for_everybody()
    {
        var index = new MigrationScript("probe", "0003_index.sql",
            "-- no transaction\ncreate index concurrently things_by_name on probe.things (name)");

        var ran = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Apply(First, Second, index)));

        Assert.Equal([0, 0, 0, 3], ran.Order());
        Assert.True(await Scalar<bool>("select indisvalid from pg_index where indexrelid = 'probe.things_by_name'::regclass"));
    }

    [Fact]
    public async Task A_file_that_changed_after_it_ran_is_refused()
    {
        await Apply(First);

        var refused = await Assert.ThrowsAsync<MigrationException>(() => Apply(First with { Text = First.Text + " " }, Second));

        Assert.Contains("probe/0001_first.sql changed", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, await Scalar<long>("select count(*) from kernel.migrations"));
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_refused()
    {
        await Apply(First, Second);

        var refused = await Assert.ThrowsAsync<MigrationException>(() => Apply(First));
        Assert.Contains("newer version", refused.Message, StringComparison.Ordinal);

        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await Assert.ThrowsAsync<MigrationException>(() => new Migrator(ConnectionString, [First]).Missing(source, Ct));
    }

    [Fact]
    public async Task Tables_of_a_module_that_is_left_out_are_no_newer_version()
    {
        await Apply(First, new MigrationScript("absent", "0001_first.sql", "create schema absent"));

        Assert.Equal(1, await Apply(First, Second));
    }

    [Fact]
    public async Task A_file_that_fails_leaves_nothing_and_keeps_what_ran_before_it()
    {
        var broken = new MigrationScript("probe", "0002_broken.sql", "create table probe.half (id int); select 1 / 0");

        await Assert.ThrowsAsync<PostgresException>(() => Apply(First, broken));

        Assert.True(await Scalar<bool>("select to_regclass('probe.half') is null"));
        Assert.Equal("0001_first.sql", await Scalar<string>("select string_agg(name, ',') from kernel.migrations"));
        Assert.Equal(1, await Apply(First, broken with { Text = "create table probe.half (id int)" }));
    }

    [Fact]
    public async Task Todays_files_build_on_yesterdays_rows()
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        var today = new Migrator(ConnectionString, [First, Second]);
        Assert.Equal(2, await today.Missing(source, Ct));
        await Apply(First);
        await Scalar<int>("insert into probe.things (name) values ('yesterday')");

        Assert.Equal(1, await today.Missing(source, Ct));
        Assert.Equal(1, await today.Apply(Ct));

        Assert.Equal(0, await today.Missing(source, Ct));
        Assert.Equal(1, await Scalar<int>("select size from probe.things where name = 'yesterday'"));
    }

    [Fact]
    public async Task The_application_may_use_a_schema_and_owns_none()
    {
        await Apply(First, Second);

        Assert.True(await Scalar<bool>("select has_schema_privilege('balie_app', 'probe', 'usage')"));
        Assert.False(await Scalar<bool>("select has_schema_privilege('balie_app', 'probe', 'create')"));
        Assert.False(await Scalar<bool>("select has_table_privilege('balie_app', 'probe.things', 'select')"));
        Assert.Equal(0, await Scalar<long>(
            "select count(*) from pg_roles where rolname like 'balie\\_%' and rolname <> current_user and (rolsuper or rolbypassrls)"));
    }

    private string ConnectionString =>
        new NpgsqlConnectionStringBuilder(TestServer.Database(_database)) { Pooling = false }.ConnectionString;

    private Task<int> Apply(params MigrationScript[] scripts) => new Migrator(ConnectionString, scripts).Apply(Ct);

    private async Task<T?> Scalar<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        return await connection.ExecuteScalarAsync<T>(sql);
    }
}
