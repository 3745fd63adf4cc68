namespace Balie.Tests.Simulation;

/// <summary>The simulation notices: somebody meddles with a story that is well, and it goes wrong.</summary>
public sealed class MeddlingTests
{
    private const int Seed = 2;

    private static CancellationToken Ct => Product.Ct;

    [Fact]
    public async Task A_story_in_which_nobody_meddles_ends_well() => Assert.Null(await Violation(_ => Task.CompletedTask));

    [Fact]
    public async Task A_provider_that_takes_money_behind_our_back_is_noticed()
    {
        var violation = await Violation(world =>
        {
            world.Fake.Ledger.Add("tr_twice", "capture", "tr_twice", 1_090, "EUR");
            return Task.CompletedTask;
        });

        Assert.Contains("I3 the provider holds for us what our ledger says", violation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("I1 sold + held", "update inventory.pools set capacity = 0 where org_id = @orgId")]
    [InlineData("I2 every order is confirmed if and only if",
        "update orders.orders set status = 'confirmed', confirmed_at = created_at, expires_at = null where org_id = @orgId")]
    [InlineData("I3 orders and payments say the same",
        "update orders.orders set captured_minor = captured_minor + 1 where org_id = @orgId")]
    [InlineData("I4 no effect stands under two", """
        insert into kernel.idempotency (org_id, key, caller, route, fingerprint, effect_id, status, body, created_at)
        select org_id, effect_id, caller, route, fingerprint, effect_id, status, body, created_at
        from kernel.idempotency
        where org_id = @orgId
        """)]
    [InlineData("I10 no history has a gap", """
        insert into orders.order_history (org_id, order_id, step, at, actor, triggered_by, from_status, to_status)
        select org_id, order_id, 9, at, actor, triggered_by, to_status, to_status
        from orders.order_history
        where org_id = @orgId and step = 1
        """)]
    public async Task A_row_that_somebody_tampered_with_is_noticed(string invariant, string tamper)
    {
        var violation = await Violation(async world =>
        {
            Assert.Equal(201, (await Deeds.Order(world)).Status);
            Assert.True(await world.Judge.Run(tamper, null, Ct) > 0);
            await Invariants.Check(world, Ct);
        });

        Assert.Contains(invariant, violation, StringComparison.Ordinal);
    }

    /// <summary>What is found wrong after somebody meddled, in a house of its own; null when all is well.</summary>
    private static async Task<string?> Violation(Func<World, Task> meddle)
    {
        var product = new SimulatedProduct();
        await using var house = (IAsyncDisposable)product;
        await product.InitializeAsync();
        try
        {
            await new Story(product, Seed).Tell(meddle);
            return null;
        }
        catch (ViolationException violation) { return violation.Message; }
    }
}
