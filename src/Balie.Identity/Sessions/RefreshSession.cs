using System.Buffers.Text;
using System.Security.Cryptography;
using Balie.Identity.SignIn;
using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.Sessions;

/// <summary>
/// Gives a new pair of tokens for a refresh token, which is good once. A second use means that somebody has a copy: the whole session
/// ends. Except within ten seconds from the same client, whose tabs all noticed at once that their token ran out: those get the same
/// successor, which is computed from the old token and a key of the session, so it need not be stored.
/// </summary>
internal static partial class RefreshSession
{
    private static readonly TimeSpan TwinsArriveWithin = TimeSpan.FromSeconds(10);
    private const int TokenBytes = 32;

    public sealed record Asked(string RefreshToken);

    private enum Use
    {
        First,
        Twin,
        Copy,
    }

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/auth/refresh", Handle).Public();

    public static async Task<Outcome<SignedIn>> Handle(
        Asked asked, Client client, Accounts accounts, OpenSession open, ILogger<IdentityModule> log, CancellationToken ct)
    {
        if (Read(asked.RefreshToken) is not { } token) return RefreshRefused;

        // A copy is refused, yet what it sets off must commit: the transaction's outcome says both.
        var outcome = await accounts.Db.Transact<Answer>(async tx =>
        {
            if (await tx.One<Row>(Take, new { tokenHash = SHA256.HashData(token), tx.Now }, ct) is not { } row) return new Answer(null);
            var use = UseOf(row, client, tx.Now);
            if (use == Use.Copy)
            {
                await tx.End(row.UserId, row.SessionId, Endings.Reuse, ct);
                await tx.Audit($"user:{row.UserId}", "session.reuse_detected", row.UserId, client.Address, new { row.SessionId }, ct);
                LogReuse(log, row.SessionId, row.UserId);
                return new Answer(null);
            }

            var successor = HMACSHA256.HashData(row.RotationKey, token);
            if (use == Use.First)
            {
                await tx.Run(MarkUsed, new { tokenHash = SHA256.HashData(token), row.SessionId, usedBy = client.Fingerprint, tx.Now }, ct);
                await open.AddRefreshToken(tx, row.SessionId, successor, row.SessionEndsAt, ct);
            }
            var user = new UserView(row.UserId, row.Email, row.Name, row.Locale, row.Totp);
            return new Answer(await open.Hand(row.SessionId, user, successor, tx.Now, row.SessionEndsAt, ct));
        }, ct);
        return outcome.Value?.Tokens is { } tokens ? tokens : RefreshRefused;
    }

    private static Use UseOf(Row row, Client client, DateTimeOffset now)
    {
        if (row.UsedAt is not { } usedAt) return Use.First;
        var sameClient = row.UsedBy is { } usedBy && CryptographicOperations.FixedTimeEquals(usedBy, client.Fingerprint);
        return sameClient && now - usedAt <= TwinsArriveWithin ? Use.Twin : Use.Copy;
    }

    private static byte[]? Read(string token) =>
        token.Length < 2 * TokenBytes && Base64Url.IsValid(token) && Base64Url.DecodeFromChars(token) is { Length: TokenBytes } bytes
            ? bytes
            : null;

    private sealed record Answer(SignedIn? Tokens);

    private sealed record Row(
        Guid SessionId, Guid UserId, byte[] RotationKey, DateTimeOffset SessionEndsAt, DateTimeOffset? UsedAt, byte[]? UsedBy,
        string Email, string Name, string Locale, bool Totp);

    // Locks the token: of fifty twins one is first, and the others see what it did.
    private const string Take = """
        select
            sessions.session_id, sessions.user_id, sessions.rotation_key, sessions.expires_at as session_ends_at,
            tokens.used_at, tokens.used_by, users.email, users.name, users.locale, users.totp_since is not null as totp
        from identity.refresh_tokens tokens
        join identity.sessions on sessions.session_id = tokens.session_id
        join identity.users on users.user_id = sessions.user_id
        where tokens.token_hash = @tokenHash and tokens.expires_at > @now
          and sessions.ended_at is null and sessions.expires_at > @now
          and users.verified_at is not null and users.disabled_at is null
        for update of tokens
        """;

    private const string MarkUsed = """
        with used as (
            update identity.refresh_tokens
            set used_at = @now, used_by = @usedBy
            where token_hash = @tokenHash
        )
        update identity.sessions
        set last_used_at = @now
        where session_id = @sessionId
        """;

    [LoggerMessage(Level = LogLevel.Warning, Message = "A refresh token was used twice; session {SessionId} of {UserId} was ended")]
    private static partial void LogReuse(ILogger log, Guid sessionId, Guid userId);
}
