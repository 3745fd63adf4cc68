using System.Data.Common;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Balie.Tests.Simulation;

/// <summary>
/// What one seed tells: deeds of chance, some two at a time, some cut off in the middle, with all invariants looked at after each; then
/// everything comes to rest, and stronger things must hold.
/// </summary>
internal sealed class Story(SimulatedProduct app, int seed)
{
    private const int Steps = 22;
    private const int PairsPercent = 20;
    private const int CrashPercent = 18;
    private const int MostWordsBeforeCut = 25;

    private readonly StringBuilder _log = new();

    /// <summary>So many deeds at a time, where two now and then are too few: whose comes first is then a matter of chance.</summary>
    public int Crowd { get; init; }

    public string Log => _log.ToString();

    /// <exception cref="ViolationException">Something forbidden has happened, at the last step of the log.</exception>
    public async Task Tell(Func<World, Task>? meddle = null)
    {
        var random = new Random(seed);
        app.Ear.Take();
        await using var world = await World.Make(app, random);
        Note($"organisation {world.OrgId}, provider {world.Fake.Name}");
        try
        {
            for (var step = 1; step <= Steps; step++) await Take(world, step);
            if (meddle is not null) await meddle(world);
            await new Ending(world, Note).Come();
        }
        catch (Exception)
        {
            foreach (var line in await Chronicle.Of(world, Product.Ct)) _log.AppendLine(CultureInfo.InvariantCulture, $"      {line}");
            throw;
        }
    }

    private async Task Take(World world, int step)
    {
        var standing = await Standing.Of(world, Product.Ct);
        var atOnce = Crowd > 0 ? Crowd : world.Chance(PairsPercent) ? 2 : 1;
        var deeds = Enumerable.Range(0, atOnce).Select(_ => Deeds.Next(world, standing)).ToArray();
        if (world.Chance(CrashPercent)) app.Wire.CutAfter(world.Random.Next(1, MostWordsBeforeCut), world.Chance(60));
        foreach (var deed in deeds) Note($"{step}: {deed.Text}");
        var said = await Task.WhenAll(deeds.Select(Do));
        app.Wire.Spare();
        Note($"    {string.Join(", ", said)}");
        if (app.Wire.IsCut)
        {
            Note("    cut off");
            await app.Reconnect();
        }
        world.Collect();
        await Invariants.Check(world, Product.Ct);
    }

    // Only whoever was cut off may fail; what it was doing is done by somebody later.
    private async Task<string> Do(Deed deed)
    {
        try { return await deed.Do(); }
        catch (Exception lost) when (app.Wire.IsCut && lost is DbException or IOException or SocketException or TimeoutException
            or OperationCanceledException or InvalidOperationException)
        {
            return $"lost ({lost.GetType().Name})";
        }
        catch (Exception failed) when (failed is not ViolationException)
        {
            throw new ViolationException($"{deed.Text}: {failed}");
        }
    }

    private void Note(string what) => _log.AppendLine(CultureInfo.InvariantCulture, $"  {app.Clock.GetUtcNow():MM-dd HH:mm:ss} {what}");
}
