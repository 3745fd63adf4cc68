using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Balie.Identity.SignIn;

/// <summary>
/// Six digits in a mail: good once, for a quarter of an hour and five tries. A few may be out at once, since people ask again; each try
/// counts against all of them.
/// </summary>
internal static class Codes
{
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(15);

    public const string Verify = "verify";
    public const string Reset = "reset";

    private const int Digits = 1_000_000;

    /// <summary>What a registration proposes, to become true when its code comes back.</summary>
    public sealed record Proposal(string Name, string Locale, string PasswordHash);

    public sealed record Found(Guid CodeId, Guid UserId, byte[] CodeHash, string? Name, string? Locale, string? PasswordHash);

    /// <summary>Makes a code in the caller's transaction; it is told here alone, for the mail.</summary>
    public static async Task<string> Make(Tx tx, Guid userId, string purpose, Proposal? proposal, CancellationToken ct)
    {
        var (codeId, code) = (tx.NewId(), RandomNumberGenerator.GetInt32(Digits).ToString("D6", CultureInfo.InvariantCulture));
        await tx.Run(Insert, new
        {
            codeId,
            userId,
            purpose,
            codeHash = Hash(codeId, code),
            proposal?.Name,
            proposal?.Locale,
            proposal?.PasswordHash,
            tx.Now,
            expiresAt = tx.Now + Life,
        }, ct);
        return code;
    }

    /// <summary>
    /// The code that was typed, if it is right. The try counts before the comparison, and whatever follows: it commits by itself.
    /// </summary>
    public static async Task<Found?> Try(SystemDb db, string emailKey, string purpose, string code, CancellationToken ct)
    {
        var open = await db.Everywhere.Many<Found>(CountTry, new { emailKey, purpose, db.Everywhere.Now }, ct);
        return open.FirstOrDefault(found => CryptographicOperations.FixedTimeEquals(found.CodeHash, Hash(found.CodeId, code)));
    }

    /// <summary>Uses up the code and all others for the same purpose; false when a twin was first.</summary>
    public static async Task<bool> Use(Tx tx, Found found, string purpose, CancellationToken ct)
    {
        var code = new { found.CodeId, found.UserId, purpose, tx.Now };
        if (await tx.Run(UseThis, code, ct) == 0) return false;
        await tx.Run(UseOthers, code, ct);
        return true;
    }

    // The id is a salt: equal codes have different hashes.
    private static byte[] Hash(Guid codeId, string code) => SHA256.HashData(Encoding.UTF8.GetBytes($"{codeId:n}{code.Trim()}"));

    private const string Insert = """
        insert into identity.codes (code_id, user_id, purpose, code_hash, name, locale, password_hash, created_at, expires_at)
        values (@codeId, @userId, @purpose, @codeHash, @name, @locale, @passwordHash, @now, @expiresAt)
        """;

    private const string CountTry = """
        update identity.codes
        set tries = codes.tries + 1
        from identity.users
        where users.email_key = @emailKey and codes.user_id = users.user_id and codes.purpose = @purpose
          and codes.used_at is null and codes.expires_at > @now and codes.tries < 5
        returning codes.code_id, codes.user_id, codes.code_hash, codes.name, codes.locale, codes.password_hash
        """;

    private const string UseThis = "update identity.codes set used_at = @now where code_id = @codeId and used_at is null";

    private const string UseOthers =
        "update identity.codes set used_at = @now where user_id = @userId and purpose = @purpose and used_at is null";
}
