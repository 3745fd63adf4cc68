using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Balie.Kernel.Tests.Data;

public sealed class TransactTests(ModuleApp<TransactTests.TouchingModule> app) : IClassFixture<ModuleApp<TransactTests.TouchingModule>>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public sealed class TouchingModule : IModule
    {
        public string Name => "probe";

        public void Map(IEndpointRouteBuilder api) => api.MapPut("/notes/{noteId:guid}", (Guid noteId, Db db, CancellationToken ct) =>
            db.Transact<Done>(async tx =>
            {
                await tx.Run(Touch, new { noteId }, ct);
                return new Done("Touched.");
            }, ct)).Public();
    }

    private const string Touch = "update probe.notes set text = text || '.' where note_id = @noteId";

    [Fact]
    public async Task An_ok_outcome_commits()
    {
        var noteId = await Note();

        var outcome = await app.Db.Transact<int>(async tx => await tx.Run(Touch, new { noteId }, Ct), Ct);

        Assert.Equal(1, outcome.Value);
        Assert.Equal("note.", await Text(noteId));
    }

    [Fact]
    public async Task A_refusal_rolls_back()
    {
        var noteId = await Note();

        var outcome = await app.Db.Transact<int>(async tx =>
        {
            await tx.Run(Touch, new { noteId }, Ct);
            return Refusal.Conflict("probe.refused", "As asked.");
        }, Ct);

        Assert.Equal("probe.refused", outcome.Refusal?.Code);
        Assert.Equal("note", await Text(noteId));
    }

    [Fact]
    public async Task An_exception_rolls_back_and_travels_on()
    {
        var noteId = await Note();

        await Assert.ThrowsAsync<InvalidOperationException>(() => app.Db.Transact(async tx =>
        {
            await tx.Run(Touch, new { noteId }, Ct);
            throw new InvalidOperationException("As asked.");
        }, Ct));

        Assert.Equal("note", await Text(noteId));
    }

    [Fact]
    public async Task A_deadlock_is_tried_again_from_the_start()
    {
        var (first, second) = (await Note(), await Note());
        var tries = 0;
        await using var rival = await app.Rival();
        await rival.Run(Touch, new { noteId = first });

        var work = app.Db.Transact(async tx =>
        {
            tries++;
            await tx.Run(Touch, new { noteId = second }, Ct);
            await tx.Run(Touch, new { noteId = first }, Ct);
        }, Ct);
        await rival.UntilSomeoneWaits();
        // We have waited longer than the rival will have, so PostgreSQL ends us and not the rival.
        await rival.Run(Touch, new { noteId = second });
        await rival.Commit();
        await work;

        Assert.Equal(2, tries);
        Assert.Equal(("note..", "note.."), (await Text(first), await Text(second)));
    }

    [Fact]
    public async Task A_row_that_stays_locked_is_503_with_a_time_to_come_back()
    {
        var noteId = await Note();
        await using var rival = await app.Rival();
        await rival.Run(Touch, new { noteId });

        using var answer = await app.Http.Put($"/api/v1/notes/{noteId}", new { }, Ct);

        await answer.IsRefused(HttpStatusCode.ServiceUnavailable, "kernel.unavailable", Ct);
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
        await rival.Rollback();
        Assert.Equal("note", await Text(noteId));
    }

    [Fact]
    public async Task Who_hangs_up_after_the_decision_does_not_undo_it()
    {
        var noteId = await Note();
        using var caller = new CancellationTokenSource();

        var outcome = await app.Db.Transact<int>(async tx =>
        {
            var touched = await tx.Run(Touch, new { noteId }, caller.Token);
            await caller.CancelAsync();
            return touched;
        }, caller.Token);

        Assert.True(outcome.Ok);
        Assert.Equal("note.", await Text(noteId));
    }

    [Fact]
    public async Task Who_hangs_up_before_it_leaves_nothing()
    {
        var noteId = await Note();
        using var caller = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => app.Db.Transact(async tx =>
        {
            await tx.Run(Touch, new { noteId }, caller.Token);
            await caller.CancelAsync();
            await tx.Run(Touch, new { noteId }, caller.Token);
        }, caller.Token));

        Assert.Equal("note", await Text(noteId));
    }

    [Fact]
    public async Task A_statement_that_takes_too_long_is_ended()
    {
        var tooLong = await Assert.ThrowsAnyAsync<NpgsqlException>(() => app.Db.Run("select pg_sleep(20)", null, Ct));

        Assert.Equal(503, Faults.Explain(tooLong).Status);
    }

    [Fact]
    public async Task Time_stands_still_within_a_transaction()
    {
        await app.Db.Transact(tx =>
        {
            var before = tx.Now;
            app.Clock.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(before, tx.Now);
            return Task.CompletedTask;
        }, Ct);
    }

    private async Task<Guid> Note()
    {
        var noteId = Guid.CreateVersion7();
        await app.Db.Run("insert into probe.notes (org_id, note_id, text) values (@orgId, @noteId, 'note')", new { noteId }, Ct);
        return noteId;
    }

    private Task<string?> Text(Guid noteId) =>
        app.Db.One<string>("select text from probe.notes where note_id = @noteId", new { noteId }, Ct);
}
