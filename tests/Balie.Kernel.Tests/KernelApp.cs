using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Balie.Kernel.Tests;

internal static class ProbeRefusals
{
    public static readonly Refusal NoteNotFound = Refusal.NotFound("probe.note_not_found", "There is no such note.");

    public static Refusal TooFew(int requested, IReadOnlyList<string> notes) =>
        Refusal.Conflict("probe.too_few", "There are not that many.").With("requested", requested).With("notes", notes);
}

/// <summary>A module of a few lines, so that the ground can be tested through the front door without any product on it.</summary>
public sealed class ProbeModule : IModule
{
    public string Name => "probe";

    public IReadOnlyList<string> Headers => ["X-Probe"];

    public sealed record Note(Guid NoteId, string Text);

    public sealed record Written(string Text);

    public void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/notes", Write).Public().Creates();
        api.MapGet("/notes/{noteId:guid}", See).Public();
        api.MapGet("/secrets", () => (Outcome<Done>)new Done("Seen.")).Needs(Permission.AuditRead);
        api.MapGet("/broken", Break).Public();
        api.MapGet("/forgotten", () => (Outcome<Done>)new Done("Nobody said who may."));
        api.MapGet("/search", Search).Public();
        api.MapGet("/programme", () => (Outcome<Done>)new Done("For all.")).Public().CachedFor(TimeSpan.FromMinutes(5))
            .Takes(new TakesHeader("X-Probe", "Whose."));
        api.MapPut("/drafts/{noteId:guid}", Edit).SignedIn();
        api.MapPost("/uploads", (Delegate)Measure).Accepts<string>("application/octet-stream").Public().TakesUpTo(1024 * 1024);
        api.MapGet("/unavailable", (Func<Outcome<Done>>)(() => throw new TimeoutException("as asked"))).Public();
        api.MapGet("/patience", Wait).Public();
    }

    private static Task<Outcome<Note>> Write(Written body, Db db, CancellationToken ct) => db.Transact<Note>(async tx =>
    {
        if (body.Text == "refuse") return Refusal.Conflict("probe.refused", "As asked.");
        var note = new Note(tx.NewId(), body.Text);
        await tx.Run("insert into probe.notes (org_id, note_id, text) values (@orgId, @NoteId, @Text)", note, ct);
        return note;
    }, ct);

    private static async Task<Outcome<Note>> See(Guid noteId, Db db, CancellationToken ct) =>
        await db.One<Note>("select note_id, text from probe.notes where org_id = @orgId and note_id = @noteId",
            new { noteId }, ct) is { } note
            ? note
            : ProbeRefusals.NoteNotFound;

    /// <summary>Looks for text with values of every kind that a query can carry.</summary>
    internal static class SearchNotes
    {
        public static async Task<Outcome<Page<Note>>> Handle(
            string? text, int? number, Guid? id, DateTimeOffset? at, Paging paging, Db db, CancellationToken ct)
        {
            if (paging.Problem is { } problem) return problem;
            var rows = await db.Many<Note>(
                "select note_id, text from probe.notes where org_id = @orgId and (@text::text is null or text = @text) "
                    + "and (@at::timestamptz is null or @at > '-infinity') limit 3",
                new { text, at }, ct);
            return new Page<Note>(rows, number is null && id is null ? null : "more", paging.Limit);
        }
    }

    private static readonly Delegate Search = SearchNotes.Handle;

    private static Outcome<Note> Edit(Guid noteId, Written body, IfMatch version) =>
        version.Problem is { } problem ? problem : new Note(noteId, body.Text);

    private static async Task<Outcome<Done>> Measure(HttpContext http)
    {
        var whole = new MemoryStream();
        await http.Request.Body.CopyToAsync(whole, http.RequestAborted);
        return new Done($"{whole.Length}");
    }

    /// <summary>How many requests wait in <c>/patience</c>; they go on when the test opens the gate.</summary>
    public static SemaphoreSlim Arrived { get; } = new(0);

    public static TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static async Task<Outcome<Done>> Wait()
    {
        Arrived.Release();
        await Gate.Task;
        return new Done("Waited.");
    }

    private static Outcome<Done> Break(HttpContext http) => throw new InvalidOperationException("as asked");
}
