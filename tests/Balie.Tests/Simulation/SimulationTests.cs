using System.Globalization;

namespace Balie.Tests.Simulation;

/// <summary>
/// Seeded stories about the whole product. One seed alone: <c>BALIE_SEED=1234 ./test Simulation</c>. Other seeds than usual, and more:
/// <c>BALIE_SEEDS_FROM=100000 BALIE_SEEDS_PER_BLOCK=500 ./test Simulation</c>.
/// </summary>
public sealed class SimulationTests(Lanes lanes) : IClassFixture<Lanes>
{
    private const int Blocks = 10;
    private static readonly int SeedsPerBlock = Number("BALIE_SEEDS_PER_BLOCK") ?? 50;

    public static TheoryData<int> EveryBlock => [.. Enumerable.Range(0, Blocks)];

    private static int? Alone => Number("BALIE_SEED");

    [Fact]
    public Task Seeds_that_failed_once_hold_now() => lanes.Tell(Alone is { } seed ? [seed] : KnownSeeds.All);

    [Theory]
    [MemberData(nameof(EveryBlock))]
    public Task Whatever_happens_in_whatever_order_all_invariants_hold(int block)
    {
        var from = (Number("BALIE_SEEDS_FROM") ?? 0) + block * SeedsPerBlock;
        // A seed names its organisation, so it can be told only once on one product.
        return Alone is null ? lanes.Tell(Enumerable.Range(from, SeedsPerBlock).Except(KnownSeeds.All)) : Task.CompletedTask;
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
