using Balie.Orders.Refunds.Runs;
using Balie.Orders.Saga;
using Balie.Payments.Attempts;
using Balie.Testing.Payments;
using Balie.Ticketing.Bookings;
using Balie.Ticketing.CallOffs;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Tests.Simulation;

/// <summary>What happens without people: the provider's post, the work behind a commit, time, and what goes wrong.</summary>
internal static class BackgroundDeeds
{
    private static CancellationToken Ct => Product.Ct;

    private delegate Task Run(SystemDb db, IServiceProvider services, CancellationToken ct);

    private static readonly (string Name, Run Run)[] Jobs =
    [
        ("the end of bookings", ExpireBookings.Run), ("the end of orders", ExpireOrders.Run), ("refunds of runs", CarryOutRefundRuns.Run),
        ("call-offs", CancelCalledOff.Run),
    ];

    private static readonly TimeSpan[] Waits =
        [.. new[] { 10.0, 60, 180, 960, 2_100, 7_200, 93_600 }.Select(seconds => TimeSpan.FromSeconds(seconds))];

    private static readonly Trouble[] Troubles =
        [Testing.Payments.Trouble.DoneThenCut, Testing.Payments.Trouble.Cut, Testing.Payments.Trouble.Truncated,
            Testing.Payments.Trouble.Malformed, Testing.Payments.Trouble.Down, Testing.Payments.Trouble.Broken,
            Testing.Payments.Trouble.Busy];

    /// <summary>Some of what lies there, in any order. What is not accepted is brought again later.</summary>
    public static Deed? BringPost(World world, Standing standing)
    {
        if (world.Post.Count == 0) return null;
        var letters = world.Post.ToArray();
        world.Random.Shuffle(letters);
        letters = letters[..world.Random.Next(1, letters.Length + 1)];
        world.Post.RemoveAll(letters.Contains);
        return new Deed($"bring {letters.Length} webhooks", () => Bring(world, letters));
    }

    public static Deed? Repeat(World world, Standing standing)
    {
        if (world.Fake.Courier.Letters is not { Count: > 0 } letters) return null;
        var letter = world.Pick(letters);
        return new Deed($"bring {letter.Kind} of {letter.About} three times at once", async () =>
            string.Join(' ', await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => world.Bring(letter)))));
    }

    /// <summary>Those who can be asked are asked; Adyen cannot be, and insists, so there it only comes late.</summary>
    public static Deed? Lose(World world, Standing standing)
    {
        if (world.Post.Count == 0 || world.Fake is FakeAdyen) return null;
        var letter = world.Pick(world.Post);
        world.Post.Remove(letter);
        return new Deed($"lose {letter.Kind} of {letter.About}", () => Task.FromResult("lost"));
    }

    public static Deed? Forge(World world, Standing standing)
    {
        Thing[] started = [.. standing.All("attempt", "created", "pending", "failed").Where(attempt => attempt.Text.Length > 0)];
        if (Deeds.Any(world, started) is not { } attempt) return null;
        if (world.Fake.Forge(world.Pick(Enum.GetValues<Forgery>()), attempt.Text) is not { } letter) return null;
        return new Deed($"forge a webhook of payment {attempt.Id}", async () =>
        {
            var status = await world.Bring(letter);
            if (status is 400 or 401 or 503) return $"{status}";
            throw new ViolationException($"A forged webhook was answered with {status}.");
        });
    }

    public static Deed Work(World world, Standing standing) => new("process webhooks and instructions", async () =>
    {
        await world.App.Workers.RunDue(Ct);
        return "done";
    });

    public static Deed Deliver(World world, Standing standing) => new("deliver messages", async () =>
    {
        await world.App.DeliverWhatCanBe(Ct);
        return "done";
    });

    public static Deed Poll(World world, Standing standing) => new("poll the provider", () => Do(world, ReconcilePayments.Run));

    public static Deed Job(World world, Standing standing)
    {
        var (name, run) = world.Pick(Jobs);
        return new Deed(name, () => Do(world, run));
    }

    public static Deed Wait(World world, Standing standing)
    {
        var time = world.Pick(Waits);
        return new Deed($"{time} pass", async () =>
        {
            await world.App.Pass(time);
            return "later";
        });
    }

    public static Deed SettleRefunds(World world, Standing standing)
    {
        var well = world.Chance(75);
        return new Deed($"the provider's refunds end {(well ? "well" : "badly")}", () =>
        {
            world.Fake.SettleRefunds(well);
            return Task.FromResult("done");
        });
    }

    public static Deed Trouble(World world, Standing standing)
    {
        var (trouble, times) = (world.Pick(Troubles), world.Random.Next(1, 4));
        world.Troubles += times;
        return new Deed($"the next {times} calls to the provider are {trouble}", () =>
        {
            world.Fake.Server.Next(trouble, times: times);
            return Task.FromResult("set");
        });
    }

    /// <summary>Brings these, and puts back what was not accepted.</summary>
    public static async Task<string> Bring(World world, IEnumerable<Letter> letters)
    {
        var refused = 0;
        foreach (var letter in letters)
        {
            if (await world.Bring(letter) is >= 200 and < 300) continue;
            refused++;
            lock (world.Post) world.Post.Add(letter);
        }
        return refused == 0 ? "accepted" : $"{refused} not accepted";
    }

    /// <summary>Every job that this story needs, once.</summary>
    public static async Task DoAll(World world)
    {
        await Do(world, ReconcilePayments.Run);
        foreach (var (_, run) in Jobs) await Do(world, run);
    }

    private static async Task<string> Do(World world, Run run)
    {
        await using var scope = world.App.Services.CreateAsyncScope();
        await run(world.App.SystemDb, scope.ServiceProvider, Ct);
        return "done";
    }
}
