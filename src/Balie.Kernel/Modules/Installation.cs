namespace Balie.Kernel;

/// <summary>What one module hears and does in the background.</summary>
public sealed record ModuleWork(string Module, IReadOnlyList<Subscription> Hears, IReadOnlyList<ScheduledJob> Jobs);

/// <summary>
/// The tables of contents of all modules, the ground's own first, collected once and refused when two lines share a name: a consumer's
/// name keys the inbox and a job's its row, so a twin would silently take the other's turn.
/// </summary>
public sealed class Installation
{
    public Installation(IReadOnlyList<IModule> modules)
    {
        Modules = [new KernelModule(), .. modules];
        Work = [.. Modules.Select(WorkOf)];
        Checks = [.. Modules.SelectMany(module => ChecksOf(module).Select(check => (module.Name, check)))];
        RefuseTwins("listener", Work.SelectMany(work => work.Hears.Select(hears => hears.Consumer).Distinct()));
        RefuseTwins("listener of one message", Work.SelectMany(work => work.Hears.Select(hears => $"{hears.Consumer} of {hears.Kind}")));
        RefuseTwins("job", Work.SelectMany(work => work.Jobs.Select(job => job.Name)));
    }

    public IReadOnlyList<IModule> Modules { get; }

    public IReadOnlyList<ModuleWork> Work { get; }

    public IReadOnlyList<(string Module, Check Check)> Checks { get; }

    private static ModuleWork WorkOf(IModule module)
    {
        var (on, at) = (new Listeners(), new Timetable());
        module.Listen(on);
        module.Schedule(at);
        return new ModuleWork(module.Name, on.Subscriptions, at.Jobs);
    }

    private static IReadOnlyList<Check> ChecksOf(IModule module)
    {
        var that = new Checks();
        module.Verify(that);
        return that.All;
    }

    private static void RefuseTwins(string what, IEnumerable<string> names)
    {
        if (names.GroupBy(name => name).FirstOrDefault(twins => twins.Count() > 1) is { } twins)
            throw new InvalidOperationException($"Two modules have a {what} named {twins.Key}. Rename the newer one.");
    }
}
