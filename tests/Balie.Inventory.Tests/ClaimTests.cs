using Balie.Contracts.Inventory;

namespace Balie.Inventory.Tests;

public sealed class ClaimTests(InventoryApp app) : IClassFixture<InventoryApp>
{
    private static CancellationToken Ct => InventoryApp.Ct;
    private static readonly TimeSpan FifteenMinutes = TimeSpan.FromMinutes(15);

    [Fact]
    public async Task A_claim_takes_different_units_until_none_are_left()
    {
        var pool = await app.Pool(capacity: 5);

        var first = Assert.IsType<ClaimResult.Claimed>(await app.Claim(pool, 3));
        var second = Assert.IsType<ClaimResult.Claimed>(await app.Claim(pool, 2));
        var third = Assert.IsType<ClaimResult.SoldOut>(await app.Claim(pool, 1));

        Assert.Equal([1, 2, 3, 4, 5], first.Units[0].Concat(second.Units[0]).Order());
        Assert.Equal((1, 0), (third.Requested, third.Available));
        Assert.Equal(0, await app.Available(pool));
    }

    [Fact]
    public async Task A_claim_for_more_than_is_left_takes_nothing_and_tells_what_is_left()
    {
        var pool = await app.Pool(capacity: 5);
        await app.Claim(pool, 3);

        var refused = Assert.IsType<ClaimResult.SoldOut>(await app.Claim(pool, 3));

        Assert.Equal((3, 2), (refused.Requested, refused.Available));
        Assert.Equal(3, await app.Live(pool));
    }

    [Fact]
    public async Task Two_thousand_at_once_for_five_hundred_places_sell_exactly_five_hundred()
    {
        var pool = await app.Pool(capacity: 500);

        var results = await Task.WhenAll(Enumerable.Range(0, 2_000).Select(_ => app.Claim(pool)));

        Assert.Equal(500, results.OfType<ClaimResult.Claimed>().Count());
        Assert.Equal(1_500, results.OfType<ClaimResult.SoldOut>().Count());
        Assert.Equal(500, await app.Live(pool));
    }

    [Fact]
    public async Task Several_pools_are_taken_together_or_not_at_all()
    {
        var (slot, type) = (await app.Pool(capacity: 10), await app.Pool(capacity: 1));
        await app.Claim(type);

        var refused = Assert.IsType<ClaimResult.SoldOut>(await app.Claim([new Demand(slot, 1), new Demand(type, 1)]));

        Assert.Equal(type, refused.PoolId);
        Assert.Equal(0, await app.Live(slot));
        Assert.Equal(10, await app.Available(slot));
    }

    [Fact]
    public async Task Demands_on_one_pool_are_added_up_before_anything_is_decided()
    {
        var pool = await app.Pool(capacity: 3);

        var refused = Assert.IsType<ClaimResult.SoldOut>(await app.Claim([new Demand(pool, 2), new Demand(pool, 2)]));

        Assert.Equal((4, 3), (refused.Requested, refused.Available));
    }

    [Fact]
    public async Task Pools_taken_in_opposite_orders_do_not_wait_for_each_other_in_a_circle()
    {
        var (left, right) = (await app.Pool(capacity: 1_000), await app.Pool(capacity: 1_000));

        var results = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => app.Claim(i % 2 == 0
            ? [new Demand(left, 1), new Demand(right, 1)]
            : [new Demand(right, 1), new Demand(left, 1)])));

        Assert.Equal(1_000, results.OfType<ClaimResult.Claimed>().Count());
    }

    [Fact]
    public async Task A_chosen_unit_goes_to_one_of_fifty()
    {
        var pool = await app.Pool(capacity: 100);

        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => app.Claim([new Demand(pool, 2, [41, 42])])));

        Assert.Single(results.OfType<ClaimResult.Claimed>());
        Assert.All(results.OfType<ClaimResult.UnitsTaken>(), taken => Assert.Equal([41, 42], taken.Units));
        Assert.Equal(49, results.OfType<ClaimResult.UnitsTaken>().Count());
    }

    [Fact]
    public async Task A_hold_that_lapsed_is_free_without_any_job()
    {
        var pool = await app.Pool(capacity: 2);
        await app.Claim(pool, 2, FifteenMinutes);
        Assert.IsType<ClaimResult.SoldOut>(await app.Claim(pool));

        await app.Lapse(pool);

        Assert.IsType<ClaimResult.Claimed>(await app.Claim(pool));
        Assert.Equal(1, await app.Live(pool));
    }

    [Fact]
    public async Task A_hold_that_is_extended_lasts_until_its_new_end_also_in_memory()
    {
        var pool = await app.Pool(capacity: 1);
        var holder = Guid.CreateVersion7();
        await app.Claim(pool, hold: TimeSpan.FromMilliseconds(400), holder: holder);

        Assert.True(await Extend(holder, FifteenMinutes));
        await Task.Delay(TimeSpan.FromMilliseconds(800), Ct);

        Assert.Equal(0, await app.Available(pool));
        Assert.IsType<ClaimResult.SoldOut>(await app.Claim(pool));
    }

    [Fact]
    public async Task A_hold_that_has_ended_cannot_be_extended()
    {
        var pool = await app.Pool(capacity: 1);
        var holder = Guid.CreateVersion7();
        await app.Claim(pool, hold: FifteenMinutes, holder: holder);
        await app.Lapse(pool);

        Assert.False(await Extend(holder, FifteenMinutes));

        Assert.Equal(0, await app.Live(pool));
    }

    [Fact]
    public async Task What_is_handed_over_stays_taken_until_its_new_end_and_is_released_by_its_new_holder()
    {
        var pool = await app.Pool(capacity: 3);
        var (first, second) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await app.Claim(pool, hold: FifteenMinutes, holder: second);
        await app.Claim(pool, 2, hold: TimeSpan.FromMilliseconds(400), holder: first);

        Assert.Equal(2, await HandOver(first, second));
        await Task.Delay(TimeSpan.FromMilliseconds(800), Ct);

        Assert.IsType<ClaimResult.SoldOut>(await app.Claim(pool));
        Assert.Equal(0, await Release(first));
        Assert.Equal(3, await Release(second));
    }

    [Fact]
    public async Task What_lapsed_is_not_handed_over()
    {
        var pool = await app.Pool(capacity: 1);
        var holder = Guid.CreateVersion7();
        await app.Claim(pool, hold: FifteenMinutes, holder: holder);
        await app.Lapse(pool);

        Assert.Equal(0, await HandOver(holder, Guid.CreateVersion7()));
    }

    [Fact]
    public async Task What_is_sold_never_lapses()
    {
        var pool = await app.Pool(capacity: 1);
        await app.Claim(pool);

        await app.Lapse(pool);

        Assert.IsType<ClaimResult.SoldOut>(await app.Claim(pool));
    }

    [Fact]
    public async Task A_released_unit_comes_free_once()
    {
        var pool = await app.Pool(capacity: 1);
        var holder = Guid.CreateVersion7();
        await app.Claim(pool, holder: holder);

        var released = await Release(holder);
        var again = await Release(holder);

        Assert.Equal((1, 0), (released, again));
        Assert.IsType<ClaimResult.Claimed>(await app.Claim(pool));
        Assert.IsType<ClaimResult.SoldOut>(await app.Claim(pool));
    }

    [Fact]
    public async Task A_rival_who_has_a_unit_first_keeps_it_and_the_late_claim_takes_another()
    {
        var pool = await app.Pool(capacity: 2);
        Assert.Equal(2, await app.Available(pool));
        await using var rival = await app.Rival();
        await rival.Run(
            "insert into inventory.claims (org_id, pool_id, unit, holder) values (@orgId, @pool, 1, @pool), (@orgId, @pool, 2, @pool)",
            new { orgId = app.Db.OrgId, pool });

        var late = app.Claim(pool, 1);
        await rival.UntilSomeoneWaits();
        await rival.Run("delete from inventory.claims where pool_id = @pool and unit = 2", new { pool });
        await rival.Commit();

        Assert.Equal(2, Assert.IsType<ClaimResult.Claimed>(await late).Units[0].Single());
    }

    private async Task<bool> Extend(Guid holder, TimeSpan by)
    {
        var extended = false;
        await app.Db.Transact(async tx => extended = await app.Inventory.Extend(tx, holder, app.Inventory.Now + by, Ct), Ct);
        return extended;
    }

    private async Task<int> HandOver(Guid from, Guid to)
    {
        var handed = 0;
        await app.Db.Transact(
            async tx => handed = await app.Inventory.HandOver(tx, from, to, app.Inventory.Now + FifteenMinutes, Ct), Ct);
        return handed;
    }

    private async Task<int> Release(Guid holder)
    {
        var freed = 0;
        await app.Db.Transact(async tx => freed = await app.Inventory.Release(tx, holder, Ct), Ct);
        return freed;
    }
}
