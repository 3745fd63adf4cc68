using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Balie.Kernel.Tests;

/// <summary>A module of a few lines, so that the ground can be tested through the front door without any product on it.</summary>
public sealed class ProbeModule : IModule
{
    public string Name => "probe";

    public sealed record Note(Guid NoteId, string Text);

    public sealed record Written(string Text);

    public void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/notes", Write).Public().Creates();
        api.MapGet("/notes/{noteId:guid}", See).Public();
        api.MapGet("/secrets", () => (Outcome<Done>)new Done("Seen.")).Needs(Permission.AuditRead);
        api.MapGet("/broken", Break).Public();
    }

    private static Task<Outcome<Note>> Write(Written body, Db db, CancellationToken ct) => db.Transact<Note>(async tx =>
    {
        if (body.Text == "refuse") return Refusal.Conflict("probe.refused", "As asked.");
        var note = new Note(tx.NewId(), body.Text);
        await tx.Run("insert into probe.notes (org_id, note_id, text) values (@orgId, @NoteId, @Text)", note, ct);
        return note;
    }, ct);

    private static async Task<Outcome<Note>> See(Guid noteId, Db db, CancellationToken ct) =>
        await db.One<Note>("select note_id, text from probe.notes where org_id = @orgId and note_id = @noteId", new { noteId }, ct) is { } note
            ? note
            : Refusal.NotFound("probe.note_not_found", "There is no such note.");

    private static Outcome<Done> Break(HttpContext http) => throw new InvalidOperationException("as asked");
}
