using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.Sessions;

/// <summary>Where somebody is signed in, newest first, so that they can recognise what is not theirs.</summary>
internal static class ListSessions
{
    /// <param name="Client">What the browser or program called itself.</param>
    /// <param name="Current">Whether this request belongs to it.</param>
    public sealed record SessionView(
        Guid Id, string Client, string Address, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt,
        bool Current);

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/auth/sessions", Handle).SignedIn();

    public static async Task<Outcome<Page<SessionView>>> Handle(Caller caller, Paging paging, Accounts accounts, CancellationToken ct)
    {
        if (caller.UserId is not { } userId) return PersonNeeded;
        if (paging.Problem is { } problem) return problem;
        var rows = await accounts.Db.Many<SessionView>(
            Select, new { userId, currentId = caller.SessionId, paging.After, paging.AfterId, paging.Take, accounts.Db.Now }, ct);
        return Page<SessionView>.Of(rows, paging, row => (row.CreatedAt, row.Id));
    }

    private const string Select = """
        select session_id as id, client, address, created_at, last_used_at, expires_at, session_id = @currentId as current
        from identity.sessions
        where user_id = @userId and ended_at is null and expires_at > @now
          and (@after::timestamptz is null or (created_at, session_id) < (@after, @afterId))
        order by created_at desc, session_id desc
        limit @take
        """;
}
