using Npgsql;

namespace Balie.Kernel.Tests.Data;

/// <summary>Nobody waits for a connection that can only come free when they go on.</summary>
public sealed class PoolTests(ModuleApp<ProbeModule> app) : IClassFixture<ModuleApp<ProbeModule>>
{
    private const int PoolSize = 2;
    private static readonly Guid OrgId = Guid.CreateVersion7();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Transactions_that_hold_every_connection_can_still_ask_aside()
    {
        await using var databases = new Databases(app.ConnectionString, poolSize: PoolSize);
        var db = new SystemDb(databases, TimeProvider.System).As(OrgId);

        var answers = await InTransactions(db, () => db.One<int>("select 7", null, Ct));

        Assert.Equal([7, 7], answers);
    }

    [Fact]
    public async Task So_they_can_begin_another_one_within()
    {
        await using var databases = new Databases(app.ConnectionString, poolSize: PoolSize);
        var db = new SystemDb(databases, TimeProvider.System).As(OrgId);

        var answers = await InTransactions(
            db, async () => (await db.Transact<int>(async tx => await tx.One<int>("select 8", null, Ct), Ct)).Value);

        Assert.Equal([8, 8], answers);
    }

    [Fact]
    public async Task They_can_wait_for_what_somebody_else_reads_who_holds_none()
    {
        await using var databases = new Databases(app.ConnectionString, poolSize: PoolSize);
        var system = new SystemDb(databases, TimeProvider.System);
        var asked = new TaskCompletionSource();
        var read = Read();

        var answers = await InTransactions(system.As(OrgId), () =>
        {
            asked.TrySetResult();
            return read;
        });

        Assert.Equal([7, 7], answers);

        async Task<int> Read()
        {
            await asked.Task;
            return await system.Aside(OrgId).One<int>("select 7", null, Ct);
        }
    }

    [Fact]
    public async Task Without_connections_aside_they_wait_for_each_other_in_vain()
    {
        await using var databases = new Databases(app.ConnectionString, poolSize: PoolSize);
        var same = new Pool(databases.App, databases.App);
        var db = new Db(same, databases.News, OrgId, TimeProvider.System);

        await Assert.ThrowsAsync<NpgsqlException>(() => InTransactions(db, () => db.One<int>("select 7", null, Ct)));
    }

    [Fact]
    public async Task What_a_transaction_left_running_is_not_aside_any_more()
    {
        await using var databases = new Databases(app.ConnectionString, poolSize: PoolSize);
        // Whoever asks aside here fails at once.
        await using var nowhere = NpgsqlDataSource.Create("Host=/nowhere");
        var db = new Db(new Pool(databases.App, nowhere), databases.News, OrgId, TimeProvider.System);
        var isOver = new TaskCompletionSource();
        Task<int>? left = null;

        await db.Transact(async tx =>
        {
            await tx.One<int>("select 1", null, Ct);
            left = LeftRunning();
        }, Ct);
        isOver.SetResult();

        Assert.Equal(7, await (left ?? Task.FromResult(0)));

        async Task<int> LeftRunning()
        {
            await isOver.Task;
            return await db.One<int>("select 7", null, Ct);
        }
    }

    // As many transactions as there are connections; each asks when all of them are under way.
    private static async Task<int[]> InTransactions(Db db, Func<Task<int>> ask)
    {
        using var all = new CountdownEvent(PoolSize);
        var under = new TaskCompletionSource();
        return await Task.WhenAll(Enumerable.Range(0, PoolSize).Select(async _ => (await db.Transact<int>(async tx =>
        {
            await tx.One<int>("select 1", null, Ct);
            if (all.Signal()) under.SetResult();
            await under.Task;
            return await ask();
        }, Ct)).Value));
    }
}
