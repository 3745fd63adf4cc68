using Balie.Contracts.Inventory;

namespace Balie.Inventory.Tests;

public sealed class PoolTests(InventoryApp app) : IClassFixture<InventoryApp>
{
    private static CancellationToken Ct => InventoryApp.Ct;
    private static readonly TimeSpan FifteenMinutes = TimeSpan.FromMinutes(15);

    [Fact]
    public async Task A_larger_capacity_sells_more_and_a_smaller_one_less()
    {
        var pool = await app.Pool(capacity: 2);
        await app.Claim(pool, 2);

        Assert.Equal(2, (await Change(pool, 4)).Value?.Available);
        Assert.IsType<ClaimResult.Claimed>(await app.Claim(pool, 1));
        Assert.Equal(0, (await Change(pool, 3)).Value?.Available);
        Assert.IsType<ClaimResult.SoldOut>(await app.Claim(pool, 1));
    }

    [Fact]
    public async Task A_capacity_below_what_is_live_is_refused_and_changes_nothing()
    {
        var pool = await app.Pool(capacity: 5);
        await app.Claim(pool, 2);
        await app.Claim(pool, 1, FifteenMinutes);

        var refused = await Change(pool, 2);

        Assert.Equal("inventory.capacity_below_live", refused.Refusal?.Code);
        Assert.Equal(3, refused.Refusal?.Facts["live"]);
        Assert.Equal(2, await app.Available(pool));
        Assert.Empty(await Changes(pool));
    }

    [Fact]
    public async Task A_forced_capacity_is_recorded_with_who_and_why_and_nothing_is_sold_until_there_is_room()
    {
        var pool = await app.Pool(capacity: 5);
        var holder = Guid.CreateVersion7();
        await app.Claim(pool, 4, holder: holder);

        await Change(pool, 2, force: true);

        Assert.IsType<ClaimResult.SoldOut>(await app.Claim(pool, 1));
        Assert.Equal([(5, 2, true, "user:1", "De zaal is kleiner.")], await Changes(pool));
        await app.Db.Transact(tx => app.Inventory.Release(tx, holder, Ct), Ct);
        Assert.IsType<ClaimResult.Claimed>(await app.Claim(pool, 2));
        Assert.IsType<ClaimResult.SoldOut>(await app.Claim(pool, 1));
    }

    [Fact]
    public async Task Units_above_a_lower_capacity_move_below_it()
    {
        var pool = await app.Pool(capacity: 100);
        await app.Claim([new Demand(pool, 2, [98, 99])]);

        await Change(pool, 10);

        var moved = await app.Db.Many<int>("select unit from inventory.claims where pool_id = @pool order by unit", new { pool }, Ct);
        Assert.Equal([1, 2], moved);
        Assert.IsType<ClaimResult.Claimed>(await app.Claim(pool, 8));
        Assert.IsType<ClaimResult.SoldOut>(await app.Claim(pool, 1));
    }

    [Fact]
    public async Task A_change_of_capacity_waits_for_the_batch_that_may_still_take_the_last_unit()
    {
        var pool = await app.Pool(capacity: 3);
        await app.Claim(pool, 2);
        await using var rival = await app.Rival();
        await rival.Run("select pg_advisory_xact_lock_shared(4712000001)");
        await rival.Run("insert into inventory.claims (org_id, pool_id, unit, holder) "
            + "select @orgId, @pool, unit, @pool from generate_series(1, 3) unit "
            + "where not exists (select from inventory.claims where pool_id = @pool and claims.unit = unit.unit)",
            new { orgId = app.Db.OrgId, pool });

        var change = Change(pool, 2);
        await rival.UntilSomeoneWaits();
        await rival.Commit();

        Assert.Equal("inventory.capacity_below_live", (await change).Refusal?.Code);
    }

    [Fact]
    public async Task A_confirmed_hold_never_lapses()
    {
        var pool = await app.Pool(capacity: 1);
        var holder = Guid.CreateVersion7();
        await app.Claim(pool, 1, FifteenMinutes, holder);

        Assert.True(await Confirm(holder, new Demand(pool, 1)));
        await app.Lapse(pool);

        Assert.IsType<ClaimResult.SoldOut>(await app.Claim(pool));
    }

    [Fact]
    public async Task A_lapsed_hold_is_confirmed_with_another_unit_when_its_own_went_to_somebody_else()
    {
        var pool = await app.Pool(capacity: 2);
        var late = Guid.CreateVersion7();
        await app.Claim([new Demand(pool, 1, [1])], FifteenMinutes, late);
        await app.Lapse(pool);
        Assert.IsType<ClaimResult.Claimed>(await app.Claim([new Demand(pool, 1, [1])]));

        Assert.True(await Confirm(late, new Demand(pool, 1)));

        var kept = await app.Db.Many<int>("select unit from inventory.claims where holder = @late", new { late }, Ct);
        Assert.Equal([2], kept);
    }

    [Fact]
    public async Task A_chosen_unit_that_went_to_somebody_else_cannot_be_confirmed_and_the_holder_keeps_nothing()
    {
        var (seats, other) = (await app.Pool(capacity: 10), await app.Pool(capacity: 10));
        var late = Guid.CreateVersion7();
        await app.Claim([new Demand(other, 1), new Demand(seats, 1, [7])], FifteenMinutes, late);
        await app.Lapse(seats);
        Assert.IsType<ClaimResult.Claimed>(await app.Claim([new Demand(seats, 1, [7])]));

        Assert.False(await Confirm(late, new Demand(other, 1), new Demand(seats, 1, [7])));

        Assert.Equal(0, await app.Db.One<long>("select count(*) from inventory.claims where holder = @late", new { late }, Ct));
    }

    [Fact]
    public async Task A_pool_that_its_first_claim_makes_holds_its_limit_from_then_on()
    {
        var limit = Guid.CreateVersion7();
        Task<ClaimResult> Take(int quantity) => app.Claim([new Demand(limit, quantity, Capacity: 3)]);

        Assert.IsType<ClaimResult.Claimed>(await Take(2));
        Assert.IsType<ClaimResult.SoldOut>(await Take(2));
        Assert.IsType<ClaimResult.Claimed>(await Take(1));
        Assert.IsType<ClaimResult.SoldOut>(await Take(1));
    }

    [Fact]
    public async Task A_row_that_the_database_refuses_fails_alone()
    {
        var pool = await app.Pool(capacity: 100);
        var poison = new Companion<string>("poison", CompanionPhase.Effect,
            "insert into inventory.pools (org_id, pool_id, capacity) select @orgs[1], @orgs[1], value::integer "
                + "from unnest(@values) as w (value) where @request is not null",
            Column<string>.Of("orgs", NpgsqlTypes.NpgsqlDbType.Uuid, _ => app.Db.OrgId),
            Column<string>.Of("values", NpgsqlTypes.NpgsqlDbType.Text, value => value));

        var claims = Enumerable.Range(0, 20).Select(i => app.Inventory.Claim(
            new ClaimRequest(app.Db.OrgId, Guid.CreateVersion7(), null, [new Demand(pool, 1)],
                i == 7 ? [poison.Row("not a number")] : []), Ct)).ToArray();
        await Task.WhenAll(claims.Select(claim => claim.ContinueWith(_ => { }, TaskScheduler.Default)));

        Assert.Equal([7], Enumerable.Range(0, 20).Where(i => claims[i].IsFaulted));
        Assert.Equal(19, await app.Live(pool));
    }

    [Fact]
    public async Task What_a_pool_of_another_organisation_has_is_not_to_be_seen_or_taken()
    {
        var pool = await app.Pool(capacity: 5);
        var stranger = Guid.CreateVersion7();

        Assert.Empty(await app.Inventory.See(stranger, [pool], Ct));
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            app.Inventory.Claim(new ClaimRequest(stranger, Guid.CreateVersion7(), null, [new Demand(pool, 1)], []), Ct));
    }

    private Task<Outcome<PoolView>> Change(Guid pool, int capacity, bool force = false) =>
        app.Db.Transact<PoolView>(tx => app.Inventory.ChangeCapacity(tx, pool, capacity, force, "user:1", "De zaal is kleiner.", Ct), Ct);

    private Task<(int, int, bool, string, string)[]> Changes(Guid pool) => app.Db.Many<(int, int, bool, string, string)>(
        "select was, became, forced, actor, reason from inventory.capacity_changes where pool_id = @pool order by changed_at",
        new { pool }, Ct);

    private async Task<bool> Confirm(Guid holder, params Demand[] demands)
    {
        var confirmed = false;
        await app.Db.Transact(async tx => confirmed = await app.Inventory.Confirm(tx, holder, demands, Ct), Ct);
        return confirmed;
    }
}
