using System.Buffers.Text;
using System.Security.Cryptography;
using Balie.Identity.SignIn;
using Balie.Identity.Tokens;

namespace Balie.Identity.Sessions;

/// <summary>The person of an answer about signing in.</summary>
/// <param name="Totp">Whether signing in takes a second factor.</param>
internal sealed record UserView(Guid Id, string Email, string Name, string Locale, bool Totp);

/// <summary>What whoever signed in takes home. Times are in seconds.</summary>
internal sealed record SignedIn(
    string AccessToken, string TokenType, long ExpiresIn, string RefreshToken, long RefreshExpiresIn, UserView User);

/// <summary>Begins a session and hands out its first pair of tokens, in the transaction of whoever was let in.</summary>
internal sealed class OpenSession(SigningKeys keys, IOptions<IdentityOptions> options)
{
    private const int RandomBytes = 32;
    private const string Bearer = "Bearer";

    public async Task<SignedIn> Handle(Tx tx, UserView user, Client client, CancellationToken ct)
    {
        var (sessionId, refreshToken) = (tx.NewId(), RandomNumberGenerator.GetBytes(RandomBytes));
        var endsAt = tx.Now + options.Value.SessionLife;
        await tx.Run(InsertSession, new
        {
            sessionId,
            userId = user.Id,
            rotationKey = RandomNumberGenerator.GetBytes(RandomBytes),
            client = client.Agent,
            client.Address,
            tx.Now,
            endsAt,
        }, ct);
        await AddRefreshToken(tx, sessionId, refreshToken, endsAt, ct);
        return await Hand(sessionId, user, refreshToken, tx.Now, endsAt, ct);
    }

    /// <summary>A refresh token of a session lives a week, but never longer than its session.</summary>
    public Task AddRefreshToken(Tx tx, Guid sessionId, byte[] refreshToken, DateTimeOffset sessionEndsAt, CancellationToken ct) =>
        tx.Run(InsertRefreshToken,
            new { tokenHash = SHA256.HashData(refreshToken), sessionId, tx.Now, expiresAt = RefreshEnd(tx.Now, sessionEndsAt) }, ct);

    public async Task<SignedIn> Hand(
        Guid sessionId, UserView user, byte[] refreshToken, DateTimeOffset now, DateTimeOffset sessionEndsAt, CancellationToken ct)
    {
        var (issued, life) = (now.ToUnixTimeSeconds(), (long)options.Value.AccessTokenLife.TotalSeconds);
        var claims = new Claims(
            options.Value.Issuer, options.Value.Audience, user.Id, sessionId, Guid.CreateVersion7(now), issued, issued, issued + life);
        return new SignedIn(
            Jwt.Sign(claims, await keys.Current(ct)), Bearer, life,
            Base64Url.EncodeToString(refreshToken), (long)(RefreshEnd(now, sessionEndsAt) - now).TotalSeconds, user);
    }

    private DateTimeOffset RefreshEnd(DateTimeOffset now, DateTimeOffset sessionEndsAt)
    {
        var end = now + options.Value.RefreshTokenLife;
        return end < sessionEndsAt ? end : sessionEndsAt;
    }

    private const string InsertSession = """
        insert into identity.sessions (session_id, user_id, rotation_key, client, address, created_at, last_used_at, expires_at)
        values (@sessionId, @userId, @rotationKey, @client, @address, @now, @now, @endsAt)
        """;

    private const string InsertRefreshToken = """
        insert into identity.refresh_tokens (token_hash, session_id, created_at, expires_at)
        values (@tokenHash, @sessionId, @now, @expiresAt)
        """;
}
