namespace Balie.Kernel;

/// <summary>How one job stands, over all processes.</summary>
/// <param name="State">
/// <c>waiting</c>, <c>running</c>, <c>failing</c> (waiting for another try) or <c>abandoned</c> (its process died halfway).
/// </param>
/// <param name="DueAt">When it runs next, or should have.</param>
public sealed record JobState(
    string Name, string Module, string State, TimeSpan Every, DateTimeOffset DueAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt,
    DateTimeOffset? SucceededAt, long Runs, int FailuresInRow, string? LastError);

/// <summary><c>kernel.jobs</c> as an operator sees it.</summary>
public sealed class JobBook(SystemDb db)
{
    public Task<JobState[]> List(CancellationToken ct) => db.Everywhere.Many<JobState>(Select, null, ct);

    /// <summary>Makes a job due at once, whatever its timetable says. False when there is none of that name.</summary>
    public async Task<bool> RunNow(string name, CancellationToken ct) =>
        await db.Everywhere.Run(MakeDue, new { name, db.Everywhere.Now }, ct) == 1;

    private const string Select = """
        select name, module,
            case
                when leased_until < clock_timestamp() then 'abandoned'
                when holder is not null then 'running'
                when failures_in_row > 0 then 'failing'
                else 'waiting'
            end as state,
            every, due_at, started_at, finished_at, succeeded_at, runs, failures_in_row, last_error
        from kernel.jobs
        order by name
        """;

    private const string MakeDue = """
        update kernel.jobs
        set due_at = @Now
        where name = @name
        """;
}
