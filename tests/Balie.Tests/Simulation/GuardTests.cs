using System.Text.RegularExpressions;

namespace Balie.Tests.Simulation;

/// <summary>
/// The simulation notices when the product itself is broken: one of its guards is taken away on the way to the database, and among a few
/// stories in which many act at once there is one that goes wrong. With the guard they are all well.
/// </summary>
public sealed partial class GuardTests
{
    private const int FirstSeed = 9_000;
    private const int SeedsWithGuard = 2;
    private const int SeedsWithout = 40;
    private const int Crowd = 8;

    [Fact]
    public async Task With_the_order_locked_first_a_crowd_does_no_harm() =>
        Assert.Null(await FirstViolation(SeedsWithGuard, statement => statement));

    [Fact]
    public async Task Without_the_locks_on_orders_and_their_payments_one_of_the_first_stories_goes_wrong()
    {
        var cut = 0;

        var violation = await FirstViolation(SeedsWithout, statement => Lock().Replace(statement, locked =>
        {
            Interlocked.Increment(ref cut);
            return locked.Groups["read"].Value;
        }));

        Assert.True(cut > 0, "No statement locks anything.");
        Assert.NotNull(violation);
        TestContext.Current.TestOutputHelper?.WriteLine(violation);
    }

    /// <summary>What the first story that goes wrong is about, in a house of its own whose statements are edited.</summary>
    private static async Task<string?> FirstViolation(int seeds, Func<string, string> edit)
    {
        var product = new SimulatedProduct { Edit = edit };
        await using var house = (IAsyncDisposable)product;
        await product.InitializeAsync();
        for (var seed = FirstSeed; seed < FirstSeed + seeds; seed++)
        {
            var story = new Story(product, seed) { Crowd = Crowd };
            try { await story.Tell(); }
            catch (Exception violation) when (!Product.Ct.IsCancellationRequested)
            {
                return $"Seed {seed}: {violation.Message}\n{story.Log}";
            }
        }
        return null;
    }

    // Whoever skips what is locked takes turns with other processes, of which there are none here.
    [GeneratedRegex(@"(?<read>\bfrom (orders|payments)\.\w+\b[^;]*?)\bfor update\b(?! skip locked)")]
    private static partial Regex Lock();
}
