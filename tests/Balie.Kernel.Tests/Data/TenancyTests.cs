using Dapper;

namespace Balie.Kernel.Tests.Data;

public sealed class TenancyTests(ModuleApp<ProbeModule> app) : IClassFixture<ModuleApp<ProbeModule>>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_organisation_sees_its_own_rows_and_nobody_elses()
    {
        var (mine, theirs) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var noteId = await Write(mine, "mine");

        Assert.Equal("mine", await Read(mine, noteId));
        Assert.Null(await Read(theirs, noteId));
    }

    [Fact]
    public async Task A_connection_that_went_back_to_the_pool_is_still_the_application_and_of_no_organisation()
    {
        await Write(Guid.CreateVersion7(), "left behind");
        await using var connection = await app.Databases.App.OpenConnectionAsync(Ct);

        Assert.Equal("balie_app", await connection.ExecuteScalarAsync<string>("select current_user"));
        Assert.Equal(0, await connection.ExecuteScalarAsync<long>("select count(*) from probe.notes"));
    }

    private async Task<Guid> Write(Guid orgId, string text)
    {
        var noteId = Guid.CreateVersion7();
        await app.SystemDb.As(orgId)
            .Run("insert into probe.notes (org_id, note_id, text) values (@orgId, @noteId, @text)", new { noteId, text }, Ct);
        return noteId;
    }

    // No where-clause on the organisation: row security alone must hide the row.
    private Task<string?> Read(Guid orgId, Guid noteId) =>
        app.SystemDb.As(orgId).One<string>("select text from probe.notes where note_id = @noteId", new { noteId }, Ct);
}
