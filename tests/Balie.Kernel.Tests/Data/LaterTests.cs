using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Balie.Kernel.Tests.Data;

/// <summary>Statements that travel with the next one happen as if each had travelled alone.</summary>
public sealed class LaterTests(ModuleApp<LaterTests.LateModule> app) : IClassFixture<ModuleApp<LaterTests.LateModule>>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public sealed class LateModule : IModule
    {
        public string Name => "probe";

        public void Map(IEndpointRouteBuilder api) => api.MapPost("/late/{noteId:guid}", (Guid noteId, Db db, CancellationToken ct) =>
            db.Transact<Done>(async tx =>
            {
                await tx.Later(Insert, new { noteId, text = "once" }, ct);
                return new Done("Written.");
            }, ct)).Public().Idempotent();
    }

    private const string Insert = "insert into probe.notes (org_id, note_id, text) values (@orgId, @noteId, @text)";

    private const string Append = "update probe.notes set text = text || @text where note_id = @noteId";

    private const string Select = "select text from probe.notes where note_id = @noteId";

    [Fact]
    public async Task What_waits_happens_in_order_and_before_the_next()
    {
        var noteId = Guid.CreateVersion7();

        var seen = await app.Db.Transact<string>(async tx =>
        {
            await tx.Later(Insert, new { noteId, text = "a" }, Ct);
            await tx.Later(Append, new { noteId, text = "b" }, Ct);
            await tx.Later(Append, new { noteId, text = "c" }, Ct);
            var text = await tx.One<string>(Select, new { noteId }, Ct) ?? "";
            await tx.Later(Append, new { noteId, text = "d" }, Ct);
            return text;
        }, Ct);

        Assert.Equal("abc", seen.Value);
        Assert.Equal("abcd", await Text(noteId));
    }

    [Fact]
    public async Task The_next_is_counted_alone_and_both_of_two_queries_come_back()
    {
        var noteId = Guid.CreateVersion7();

        await app.Db.Transact(async tx =>
        {
            await tx.Later(Insert, new { noteId, text = "a" }, Ct);
            Assert.Equal(1, await tx.Run(Append, new { noteId, text = "b" }, Ct));
            await tx.Later(Append, new { noteId, text = "c" }, Ct);
            Assert.Equal(0, await tx.Run(Append, new { noteId = Guid.Empty, text = "d" }, Ct));
            await tx.Later(Append, new { noteId, text = "e" }, Ct);
            var (texts, counts) = await tx.Both<string, long>(
                $"{Select}; select count(*) from probe.notes where note_id = @noteId", new { noteId }, Ct);
            Assert.Equal("abce", Assert.Single(texts));
            Assert.Equal(1, Assert.Single(counts));
        }, Ct);
    }

    [Fact]
    public async Task Nothing_is_sent_before_something_is_waited_for()
    {
        var noteId = await Note("a");

        await app.Db.Transact(async tx =>
        {
            await tx.Later(Append, new { noteId, text = "c" }, Ct);
            // It would wait for ever if the row were locked already.
            await app.Db.Run(Append, new { noteId, text = "b" }, Ct);
        }, Ct);

        Assert.Equal("abc", await Text(noteId));
    }

    [Fact]
    public async Task Values_arrive_as_they_do_alone()
    {
        var moment = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.FromHours(2));
        var values = new
        {
            noteId = Guid.CreateVersion7(),
            Text = "é@noteId'",
            moment,
            none = (string?)null,
            number = (long?)null,
            numbers = new[] { 1, 2 },
        };
        const string Write = """
            insert into probe.notes (org_id, note_id, text)
            values (@orgId, @noteId, concat_ws('|', @text, @moment::timestamptz at time zone 'UTC', coalesce(@none, 'none'),
                coalesce(@number, 7), cardinality(@numbers), 'a@b.example'))
            """;

        await app.Db.Transact(tx => tx.Later(Write, values, Ct), Ct);

        Assert.Equal("é@noteId'|2026-03-01 10:00:00|none|7|2|a@b.example", await Text(values.noteId));
    }

    [Fact]
    public async Task An_error_shows_where_it_is_sent_and_leaves_nothing()
    {
        var (noteId, other) = (await Note("a"), Guid.CreateVersion7());

        var problem = await Assert.ThrowsAsync<PostgresException>(() => app.Db.Transact(async tx =>
        {
            await tx.Later(Insert, new { noteId = other, text = "b" }, Ct);
            await tx.Later(Insert, new { noteId, text = "b" }, Ct);
            await tx.Later(Append, new { noteId, text = "c" }, Ct);
        }, Ct));

        Assert.Equal(PostgresErrorCodes.UniqueViolation, problem.SqlState);
        Assert.Equal(("a", null), (await Text(noteId), await Text(other)));
    }

    [Fact]
    public async Task A_refusal_sends_nothing()
    {
        var noteId = await Note("a");

        await app.Db.Transact<int>(async tx =>
        {
            await tx.Later(Append, new { noteId, text = "b" }, Ct);
            return Refusal.Conflict("probe.refused", "As asked.");
        }, Ct);

        Assert.Equal("a", await Text(noteId));
    }

    [Theory]
    [InlineData(true, true, "abcde")]
    [InlineData(true, false, "abcde")]
    [InlineData(false, true, "abe")]
    [InlineData(false, false, "abe")]
    public async Task All_or_nothing_holds_for_what_waits(bool all, bool isSentWithin, string expected)
    {
        var noteId = await Note("a");

        await app.Db.Transact(async tx =>
        {
            await tx.Later(Append, new { noteId, text = "b" }, Ct);
            await tx.AllOrNothing(async () =>
            {
                await tx.Later(Append, new { noteId, text = "c" }, Ct);
                if (isSentWithin) Assert.Equal("abc", await tx.One<string>(Select, new { noteId }, Ct));
                await tx.Later(Append, new { noteId, text = "d" }, Ct);
                return all;
            }, Ct);
            await tx.Later(Append, new { noteId, text = "e" }, Ct);
        }, Ct);

        Assert.Equal(expected, await Text(noteId));
    }

    [Theory]
    [InlineData(true, "abcde")]
    [InlineData(false, "abe")]
    public async Task What_is_to_be_last_comes_after_everything_else_and_is_undone_with_what_it_belongs_to(bool all, string expected)
    {
        var noteId = await Note("a");

        await app.Db.Transact(async tx =>
        {
            tx.Last(Append, new { noteId, text = all ? "d" : "e" });
            await tx.AllOrNothing(() =>
            {
                tx.Last(Append, new { noteId, text = all ? "e" : "d" });
                return Task.FromResult(all);
            }, Ct);
            await tx.Later(Append, new { noteId, text = "b" }, Ct);
            Assert.Equal("ab", await tx.One<string>(Select, new { noteId }, Ct));
            if (all) await tx.Later(Append, new { noteId, text = "c" }, Ct);
        }, Ct);

        Assert.Equal(expected, await Text(noteId));
    }

    [Fact]
    public async Task An_error_within_is_undone_alone_by_who_sends_and_catches_it()
    {
        var (noteId, other) = (await Note("a"), Guid.CreateVersion7());

        await app.Db.Transact(async tx =>
        {
            await tx.Later(Append, new { noteId, text = "b" }, Ct);
            await tx.AllOrNothing(async () =>
            {
                await tx.Later(Append, new { noteId, text = "c" }, Ct);
                await tx.Later(Insert, new { noteId, text = "again" }, Ct);
                await tx.Later(Insert, new { noteId = other, text = "never" }, Ct);
                await Assert.ThrowsAsync<PostgresException>(() => tx.Send(Ct));
                return false;
            }, Ct);
            await tx.Later(Append, new { noteId, text = "d" }, Ct);
        }, Ct);

        Assert.Equal(("abd", null), (await Text(noteId), await Text(other)));
    }

    [Fact]
    public async Task More_than_may_wait_are_sent_meanwhile()
    {
        var noteId = await Note("");

        await app.Db.Transact(async tx =>
        {
            for (var nth = 0; nth < 100; nth++) await tx.Later(Append, new { noteId, text = "." }, Ct);
        }, Ct);

        Assert.Equal(new string('.', 100), await Text(noteId));
    }

    [Fact]
    public async Task The_connection_serves_the_next_transaction_as_before()
    {
        var noteId = await Note("a");

        for (var time = 0; time < 10; time++)
        {
            await app.Db.Transact(tx => tx.Later(Append, new { noteId, text = "b" }, Ct), Ct);
            await Assert.ThrowsAsync<PostgresException>(() => app.Db.Transact(tx => tx.Later("select 1 / 0", null, Ct), Ct));
        }

        Assert.Equal("abbbbbbbbbb", await Text(noteId));
    }

    [Fact]
    public async Task A_request_twice_under_one_key_is_written_once()
    {
        var noteId = Guid.CreateVersion7();
        var key = Guid.CreateVersion7();

        using var first = await Post(noteId, key);
        using var second = await Post(noteId, key);

        Assert.True(first.IsSuccessStatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(Ct), await second.Content.ReadAsStringAsync(Ct));
        Assert.Equal("once", await Text(noteId));
    }

    private async Task<HttpResponseMessage> Post(Guid noteId, Guid key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/late/{noteId}");
        request.Headers.Add("Idempotency-Key", key.ToString());
        return await app.Http.SendAsync(request, Ct);
    }

    private async Task<Guid> Note(string text)
    {
        var noteId = Guid.CreateVersion7();
        await app.Db.Run(Insert, new { noteId, text }, Ct);
        return noteId;
    }

    private Task<string?> Text(Guid noteId) => app.Db.One<string>(Select, new { noteId }, Ct);
}
