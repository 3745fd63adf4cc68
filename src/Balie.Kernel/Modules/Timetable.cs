namespace Balie.Kernel;

/// <summary>
/// A piece of scheduled work. Several processes may try at once and one crashes halfway one day, so a second run must be a no-op.
/// </summary>
public delegate Task Job(SystemDb db, IServiceProvider services, CancellationToken ct);

/// <summary>One line of a module's timetable.</summary>
public sealed record ScheduledJob(string Name, TimeSpan Interval, Job Run);

/// <summary>Collects a module's jobs: <c>at.Every(TimeSpan.FromMinutes(1), ExpireHolds.Run)</c>.</summary>
public sealed class Timetable
{
    private readonly List<ScheduledJob> _jobs = [];

    public IReadOnlyList<ScheduledJob> Jobs => _jobs;

    /// <summary>Once per interval over all processes. The slice's name is the job's name in <c>kernel.jobs</c>.</summary>
    public void Every(TimeSpan interval, Job job) =>
        _jobs.Add(new ScheduledJob(
            job.Method.DeclaringType?.Name ?? throw new InvalidOperationException("A job is a static method of its slice."),
            interval, job));
}
