using System.Net;
using System.Text;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Balie.Kernel.Tests.Http;

/// <summary>One effect, told in several ways: with a key, without one, and by endpoints that break off after their effect.</summary>
public sealed class KeyedModule : IModule
{
    public string Name => "probe";

    public sealed record Note(Guid NoteId, string Text);

    public sealed record Written(string Text);

    public void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/notes", Write).Public().Creates();
        api.MapPost("/shelves/{shelf}/notes", (string shelf, Written body, Db db, CancellationToken ct) => Write(body, db, ct))
            .Public().Creates();
        api.MapPost("/remarks", Write).Public().Idempotent();
        api.MapPost("/careless-notes", Write).Public();
        api.MapPost("/broken-notes", async (Written body, Db db, CancellationToken ct) =>
        {
            await Write(body, db, ct);
            if (body.Text.StartsWith("break", StringComparison.Ordinal))
                throw new InvalidOperationException("The process died after the commit.");
        }).Public().Creates();
        api.MapPost("/dropped-notes", async (Written body, Db db, HttpContext http) =>
        {
            await Write(body, db, http.RequestAborted);
            http.Abort();
        }).Public().Creates();
    }

    private static Task<Outcome<Note>> Write(Written body, Db db, CancellationToken ct) => db.Transact<Note>(async tx =>
    {
        if (body.Text.StartsWith("refuse", StringComparison.Ordinal)) return Refusal.Conflict("probe.refused", "As asked.");
        var note = new Note(tx.NewId(), body.Text);
        await tx.Run(Insert, note, ct);
        return note;
    }, ct);

    private const string Insert = "insert into probe.notes (org_id, note_id, text) values (@orgId, @NoteId, @Text)";
}

public sealed class IdempotencyTests(ModuleApp<KeyedModule> app) : IClassFixture<ModuleApp<KeyedModule>>
{
    private const string Notes = "/api/v1/notes";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private readonly Guid _key = Guid.NewGuid();
    private readonly string _text = $"note {Guid.NewGuid()}";

    [Fact]
    public async Task The_same_request_again_gets_the_same_answer_and_no_second_effect()
    {
        using var first = await Write();
        using var again = await Write();

        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(Ct), await again.Content.ReadAsStringAsync(Ct));
        Assert.Equal(first.Content.Headers.ContentType, again.Content.Headers.ContentType);
        Assert.False(IsReplayed(first));
        Assert.True(IsReplayed(again));
        Assert.Equal(1, await Effects());
    }

    [Theory]
    [InlineData(null, "kernel.idempotency_key_required")]
    [InlineData("", "kernel.idempotency_key_required")]
    [InlineData("1", "kernel.idempotency_key_malformed")]
    [InlineData("01900000-0000-7000-8000-00000000000", "kernel.idempotency_key_malformed")]
    [InlineData("{01900000-0000-7000-8000-000000000001}", "kernel.idempotency_key_malformed")]
    [InlineData("01900000000070008000000000000001", "kernel.idempotency_key_malformed")]
    [InlineData("\"01900000-0000-7000-8000-000000000001", "kernel.idempotency_key_malformed")]
    [InlineData("'01900000-0000-7000-8000-000000000001'", "kernel.idempotency_key_malformed")]
    [InlineData("\"", "kernel.idempotency_key_malformed")]
    [InlineData("\"\"", "kernel.idempotency_key_malformed")]
    [InlineData("01900000-0000-7000-8000-000000000001, 01900000-0000-7000-8000-000000000002", "kernel.idempotency_key_malformed")]
    public async Task A_missing_or_malformed_key_is_400_and_has_no_effect(string? key, string code)
    {
        using var answer = await Send(app.Http, Notes, key);

        await answer.IsRefused(HttpStatusCode.BadRequest, code, Ct);
        Assert.Equal(0, await Effects());
    }

    [Fact]
    public async Task Two_keys_are_none()
    {
        using var request = Request(Notes, _key.ToString());
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        using var answer = await app.Http.SendAsync(request, Ct);

        await answer.IsRefused(HttpStatusCode.BadRequest, "kernel.idempotency_key_malformed", Ct);
    }

    [Fact]
    public async Task Bare_quoted_and_in_capitals_it_is_the_same_key()
    {
        foreach (var spelled in (string[])[$"{_key}", $"\"{_key}\"", $"{_key}".ToUpperInvariant()])
        {
            using var answer = await Send(app.Http, Notes, spelled);
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        }

        Assert.Equal(1, await Effects());
    }

    [Theory]
    [InlineData("""{"text":"something else"}""", "")]
    [InlineData(null, "?draft=true")]
    public async Task Another_payload_under_the_same_key_is_422(string? body, string query)
    {
        using var first = await Write();
        using var other = await Send(app.Http, Notes + query, _key.ToString(), body);

        await other.IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.idempotency_key_reused", Ct);
        Assert.Equal(1, await Effects());
    }

    [Fact]
    public async Task Another_thing_of_the_same_route_is_another_payload()
    {
        using var first = await Send(app.Http, "/api/v1/shelves/left/notes", _key.ToString());
        using var other = await Send(app.Http, "/api/v1/shelves/right/notes", _key.ToString());

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        await other.IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.idempotency_key_reused", Ct);
    }

    [Fact]
    public async Task Caller_organisation_and_route_each_are_another_scope()
    {
        var (anna, boris) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        HttpClient[] callers =
            [app.Http, app.As(Roles.Customer, anna), app.As(Roles.Customer, boris),
                app.As(Roles.Customer, anna, orgId: Guid.CreateVersion7())];
        foreach (var caller in callers)
        {
            using var answer = await Send(caller, Notes, _key.ToString());
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
            Assert.False(IsReplayed(answer));
        }
        using var elsewhere = await Send(app.Http, "/api/v1/remarks", _key.ToString());

        Assert.False(IsReplayed(elsewhere));
        Assert.Equal(callers.Length + 1, await Effects());
    }

    [Fact]
    public async Task Fifty_twins_at_once_have_one_effect_and_one_answer()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Write()));
        var bodies = await Task.WhenAll(answers.Select(answer => answer.Content.ReadAsStringAsync(Ct)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.StatusCode));
        Assert.Single(bodies.Distinct());
        Assert.Single(answers, answer => !IsReplayed(answer));
        Assert.Equal(1, await Effects());
    }

    [Fact]
    public async Task Fifty_twins_without_keys_have_fifty_effects()
    {
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Send(app.Http, "/api/v1/careless-notes", _key.ToString())));

        Assert.Equal(50, await Effects());
    }

    [Fact]
    public async Task A_twin_waits_for_the_one_that_is_running_and_gives_its_answer()
    {
        await using var rival = await app.Rival();
        await rival.Run("lock table probe.notes in share mode");
        var running = Write();
        await rival.UntilSomeoneWaits();
        var twin = Write();
        await Task.Delay(100, Ct);
        Assert.False(twin.IsCompleted);

        await rival.Commit();

        Assert.False(IsReplayed(await running));
        Assert.True(IsReplayed(await twin));
        Assert.Equal(await (await running).Content.ReadAsStringAsync(Ct), await (await twin).Content.ReadAsStringAsync(Ct));
        Assert.Equal(1, await Effects());
    }

    [Fact]
    public async Task A_twin_that_waits_too_long_is_409_and_may_come_back()
    {
        await using var rival = await app.Rival();
        await rival.Run(
            """
            insert into kernel.idempotency (org_id, key, caller, route, fingerprint, effect_id, status, body, created_at)
            values (@OrgId, @key, @caller, @route, decode(repeat('00', 32), 'hex'), gen_random_uuid(), 0, '', now())
            """, new { OrgId = TestCallers.Default, key = _key, caller = Guid.Empty, route = $"POST {Notes}" });

        using var twin = await Write();
        await twin.IsRefused(HttpStatusCode.Conflict, "kernel.idempotency_in_progress", Ct);
        Assert.Equal(TimeSpan.FromSeconds(1), twin.Headers.RetryAfter?.Delta);

        await rival.Rollback();
        using var later = await Write();
        Assert.Equal(HttpStatusCode.Created, later.StatusCode);
        Assert.False(IsReplayed(later));
    }

    [Fact]
    public async Task A_refusal_is_not_remembered_and_the_key_may_still_succeed()
    {
        var body = $$"""{"text":"refuse {{_text}}"}""";
        using var refused = await Send(app.Http, Notes, _key.ToString(), body);
        using var again = await Send(app.Http, Notes, _key.ToString(), body);

        await refused.IsRefused(HttpStatusCode.Conflict, "probe.refused", Ct);
        await again.IsRefused(HttpStatusCode.Conflict, "probe.refused", Ct);
        Assert.False(IsReplayed(again));
        // A refusal leaves the key free even for another payload.
        using var other = await Write();
        Assert.Equal(HttpStatusCode.Created, other.StatusCode);
    }

    [Fact]
    public async Task What_was_malformed_does_not_use_up_its_key()
    {
        using var malformed = await Send(app.Http, Notes, _key.ToString(), "{");
        Assert.Equal(HttpStatusCode.BadRequest, malformed.StatusCode);

        using var mended = await Write();
        Assert.Equal(HttpStatusCode.Created, mended.StatusCode);
    }

    [Fact]
    public async Task A_process_that_breaks_after_the_commit_leaves_the_answer_for_the_retry()
    {
        var body = $$"""{"text":"break {{_text}}"}""";
        using var lost = await Send(app.Http, "/api/v1/broken-notes", _key.ToString(), body);
        Assert.Equal(HttpStatusCode.InternalServerError, lost.StatusCode);

        using var retry = await Send(app.Http, "/api/v1/broken-notes", _key.ToString(), body);

        Assert.Equal(HttpStatusCode.Created, retry.StatusCode);
        Assert.True(IsReplayed(retry));
        Assert.Equal(1, await Effects($"break {_text}"));
    }

    [Fact]
    public async Task A_connection_that_drops_after_the_commit_leaves_the_answer_for_the_retry()
    {
        await Assert.ThrowsAnyAsync<Exception>(() => Send(app.Http, "/api/v1/dropped-notes", _key.ToString()));
        Assert.Equal(1, await Effects());

        using var retry = await Send(app.Http, "/api/v1/dropped-notes", _key.ToString());

        Assert.True(IsReplayed(retry));
        Assert.Equal(1, await Effects());
    }

    [Fact]
    public async Task A_database_that_dies_before_the_commit_leaves_nothing_and_the_retry_does_it()
    {
        await using var rival = await app.Rival();
        await rival.Run("lock table probe.notes in share mode");
        var lost = Write();
        await rival.UntilSomeoneWaits();
        await EndWhoeverWaits();
        await rival.Commit();
        await (await lost).IsRefused(HttpStatusCode.ServiceUnavailable, "kernel.unavailable", Ct);
        Assert.Equal(0, await Effects());

        using var retry = await Write();

        Assert.Equal(HttpStatusCode.Created, retry.StatusCode);
        Assert.Equal(1, await Effects());
    }

    [Fact]
    public async Task After_a_day_the_key_is_forgotten()
    {
        using var first = await Write();
        app.Clock.Advance(TimeSpan.FromHours(23));
        await app.RunDueJobs(Ct);
        using var within = await Write();
        Assert.True(IsReplayed(within));

        app.Clock.Advance(TimeSpan.FromHours(2));
        await app.RunDueJobs(Ct);
        using var after = await Write();

        Assert.False(IsReplayed(after));
        Assert.Equal(2, await Effects());
    }

    private Task<HttpResponseMessage> Write() => Send(app.Http, Notes, _key.ToString());

    private Task<HttpResponseMessage> Send(HttpClient caller, string path, string? key, string? body = null) =>
        caller.SendAsync(Request(path, key, body), Ct);

    private HttpRequestMessage Request(string path, string? key, string? body = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(body ?? $$"""{"text":"{{_text}}"}""", Encoding.UTF8, "application/json"),
        };
        if (key is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return request;
    }

    private static bool IsReplayed(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Idempotent-Replayed", out var values) && values.Single() == "true";

    private Task<long> Effects(string? text = null) =>
        app.SystemDb.Everywhere.One<long>("select count(*) from probe.notes where text = @text", new { text = text ?? _text }, Ct);

    private async Task EndWhoeverWaits()
    {
        await using var owner = new NpgsqlConnection(app.ConnectionString);
        await owner.ExecuteAsync(
            "select pg_terminate_backend(pid) from pg_locks join pg_stat_activity using (pid) "
                + "where not granted and datname = current_database()");
    }
}
