using System.Buffers.Text;
using System.Security.Cryptography;
using Balie.Identity.SignIn;

namespace Balie.Identity.Sessions;

/// <summary>
/// Ends the session of the access token, of the refresh token, or of both. Answers the same whatever there was to end: who logs out
/// wants to be out, and an access token that ran out must not stop them.
/// </summary>
internal static class LogOut
{
    public sealed record Asked(string? RefreshToken = null);

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/auth/logout", Handle).Public();

    public static Task<Outcome<Done>> Handle(Asked? asked, Caller caller, Client client, Accounts accounts, CancellationToken ct) =>
        accounts.Db.Transact<Done>(async tx =>
        {
            if (caller is { UserId: { } userId, SessionId: { } sessionId }) await End(tx, userId, sessionId, client, ct);
            if (asked?.RefreshToken is { Length: > 0 and < 100 } token && Base64Url.IsValid(token)
                && await tx.One<Row>(Find, new { tokenHash = SHA256.HashData(Base64Url.DecodeFromChars(token)) }, ct) is { } row)
                await End(tx, row.UserId, row.SessionId, client, ct);
            return new Done("You are signed out.");
        }, ct);

    private static async Task End(Tx tx, Guid userId, Guid sessionId, Client client, CancellationToken ct)
    {
        if (await tx.End(userId, sessionId, Endings.Logout, ct))
            await tx.Audit($"user:{userId}", "session.ended", userId, client.Address, new { sessionId, because = Endings.Logout }, ct);
    }

    private sealed record Row(Guid UserId, Guid SessionId);

    private const string Find = """
        select sessions.user_id, sessions.session_id
        from identity.refresh_tokens
        join identity.sessions on sessions.session_id = refresh_tokens.session_id
        where refresh_tokens.token_hash = @tokenHash
        """;
}
