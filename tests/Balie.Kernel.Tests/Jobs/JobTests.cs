using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Balie.Kernel.Tests.Jobs;

/// <summary>Two jobs: one counts its runs, the other fails while it is told to.</summary>
public sealed class ScheduledModule : IModule
{
    public string Name => "probe";

    public void Schedule(Timetable at)
    {
        at.Every(TimeSpan.FromMinutes(10), CountRuns.Run);
        at.Every(TimeSpan.FromHours(1), Break.Run);
    }

    internal static class CountRuns
    {
        public static int Runs;

        public static Task Run(SystemDb db, IServiceProvider services, CancellationToken ct)
        {
            Interlocked.Increment(ref Runs);
            // Long enough that several runners meet over it.
            return Task.Delay(50, ct);
        }
    }

    internal static class Break
    {
        public static int Failures;

        public static Task Run(SystemDb db, IServiceProvider services, CancellationToken ct) =>
            Interlocked.Decrement(ref Failures) >= 0 ? throw new InvalidOperationException("As asked.") : Task.CompletedTask;
    }
}

public sealed class JobTests(ModuleApp<ScheduledModule> app) : IClassFixture<ModuleApp<ScheduledModule>>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private JobBook Book => app.Services.GetRequiredService<JobBook>();

    [Fact]
    public async Task A_slot_runs_once_however_many_processes_try()
    {
        await StartOfSlot();
        var before = ScheduledModule.CountRuns.Runs;

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => NewRunner().RunDue(Ct)));
        Assert.Equal(before + 1, ScheduledModule.CountRuns.Runs);

        app.Clock.Advance(TimeSpan.FromMinutes(10));
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => NewRunner().RunDue(Ct)));
        Assert.Equal(before + 2, ScheduledModule.CountRuns.Runs);
    }

    [Fact]
    public async Task Missed_slots_are_one_run_and_the_grid_does_not_drift()
    {
        var start = await StartOfSlot();
        await app.RunDueJobs(Ct);
        var before = ScheduledModule.CountRuns.Runs;

        app.Clock.Advance(TimeSpan.FromMinutes(47));
        await app.RunDueJobs(Ct);

        Assert.Equal(before + 1, ScheduledModule.CountRuns.Runs);
        Assert.Equal(start + TimeSpan.FromMinutes(50), (await See("CountRuns")).DueAt);
    }

    [Fact]
    public async Task A_process_that_died_halfway_leaves_its_slot_to_the_next_one()
    {
        await StartOfSlot();
        var before = ScheduledModule.CountRuns.Runs;
        await Lease("interval '30 seconds'");
        Assert.Equal("running", (await See("CountRuns")).State);
        await app.RunDueJobs(Ct);
        Assert.Equal(before, ScheduledModule.CountRuns.Runs);

        await Lease("interval '-1 second'");
        Assert.Equal("abandoned", (await See("CountRuns")).State);
        await app.RunDueJobs(Ct);

        Assert.Equal(before + 1, ScheduledModule.CountRuns.Runs);
        Assert.True(JobRunner.Lease <= TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_failure_is_recorded_and_tried_again_before_its_next_slot()
    {
        await app.RunDueJobs(Ct);
        ScheduledModule.Break.Failures = 2;
        Assert.True(await Book.RunNow("Break", Ct));
        await app.RunDueJobs(Ct);
        var failing = await See("Break");
        Assert.Equal(("failing", 1, "InvalidOperationException: As asked."), (failing.State, failing.FailuresInRow, failing.LastError));

        app.Clock.Advance(TimeSpan.FromSeconds(5));
        await app.RunDueJobs(Ct);
        Assert.Equal(2, (await See("Break")).FailuresInRow);
        app.Clock.Advance(TimeSpan.FromSeconds(10));
        await app.RunDueJobs(Ct);

        var well = await See("Break");
        Assert.Equal(("waiting", 0, null), (well.State, well.FailuresInRow, well.LastError));
        Assert.Equal(well.FinishedAt, well.SucceededAt);
        Assert.True(well.DueAt > app.Clock.GetUtcNow() + TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Run_now_does_not_move_the_grid_and_knows_what_does_not_exist()
    {
        await StartOfSlot();
        await app.RunDueJobs(Ct);
        var (before, due) = (ScheduledModule.CountRuns.Runs, (await See("CountRuns")).DueAt);
        app.Clock.Advance(TimeSpan.FromMinutes(3));

        Assert.True(await Book.RunNow("CountRuns", Ct));
        Assert.False(await Book.RunNow("NoSuchJob", Ct));
        await app.RunDueJobs(Ct);

        Assert.Equal(before + 1, ScheduledModule.CountRuns.Runs);
        Assert.Equal(due, (await See("CountRuns")).DueAt);
    }

    [Fact]
    public async Task A_slot_written_under_a_clock_that_ran_wild_does_not_silence_a_job()
    {
        await app.RunDueJobs(Ct);
        var before = ScheduledModule.CountRuns.Runs;
        await app.SystemDb.Everywhere.Run(
            "update kernel.jobs set slot_at = slot_at + interval '1 year', due_at = due_at + interval '1 year' where name = 'CountRuns'",
            null, Ct);

        await app.RunDueJobs(Ct);

        Assert.Equal(before + 1, ScheduledModule.CountRuns.Runs);
        Assert.True((await See("CountRuns")).DueAt <= app.Clock.GetUtcNow() + TimeSpan.FromMinutes(10));
    }

    [Theory]
    [InlineData(0, 0, 10)]
    [InlineData(0, 9, 10)]
    [InlineData(0, 10, 20)]
    [InlineData(0, 25, 30)]
    [InlineData(30, 25, 30)]
    public void The_next_slot_is_the_first_on_the_grid_after_now(int slot, int now, int next)
    {
        var start = new DateTimeOffset(2026, 3, 29, 0, 0, 0, TimeSpan.Zero);

        Assert.Equal(start.AddMinutes(next), JobRunner.NextSlot(start.AddMinutes(slot), TimeSpan.FromMinutes(10), start.AddMinutes(now)));
    }

    [Fact]
    public async Task The_grounds_own_jobs_run_and_forget_what_is_old()
    {
        var orgId = Guid.CreateVersion7();
        await app.SystemDb.Everywhere.Run(
            """
            insert into kernel.idempotency (org_id, key, caller, route, fingerprint, effect_id, status, body, created_at)
            select @forOrgId, gen_random_uuid(), gen_random_uuid(), 'POST /probe', decode(repeat('00', 32), 'hex'), gen_random_uuid(),
                200, '', @now - age
            from unnest(array[interval '23 hours', interval '25 hours']) as age;
            insert into kernel.inbox (org_id, consumer, message_id, handled_at)
            select @forOrgId, 'Probe', gen_random_uuid(), @now - age
            from unnest(array[interval '13 days', interval '15 days']) as age;
            """, new { forOrgId = orgId, now = app.Clock.GetUtcNow() }, Ct);

        await app.RunDueJobs(Ct);
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        await app.RunDueJobs(Ct);

        Assert.All(await Book.List(Ct), job => Assert.Null(job.LastError));
        Assert.Equal(1, await Count("select count(*) from kernel.idempotency where org_id = @forOrgId", orgId));
        Assert.Equal(1, await Count("select count(*) from kernel.inbox where org_id = @forOrgId", orgId));
    }

    /// <summary>Puts the counting job at the beginning of a fresh slot, due now.</summary>
    private async Task<DateTimeOffset> StartOfSlot()
    {
        await app.RunDueJobs(Ct);
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        await app.SystemDb.Everywhere.Run("update kernel.jobs set slot_at = @now, due_at = @now where name = 'CountRuns'",
            new { now = app.Clock.GetUtcNow() }, Ct);
        return app.Clock.GetUtcNow();
    }

    private Task<int> Lease(string until) => app.SystemDb.Everywhere.Run(
        $"update kernel.jobs set holder = gen_random_uuid(), leased_until = clock_timestamp() + {until} where name = 'CountRuns'",
        null, Ct);

    private async Task<JobState> See(string name) => (await Book.List(Ct)).Single(job => job.Name == name);

    private Task<long> Count(string sql, Guid orgId) => app.SystemDb.Everywhere.One<long>(sql, new { forOrgId = orgId }, Ct);

    private JobRunner NewRunner() => new(
        app.Services.GetRequiredService<Installation>(), new WorkFilter(), app.SystemDb,
        app.Services.GetRequiredService<IServiceScopeFactory>(), NullLogger<JobRunner>.Instance);
}
