using System.Security.Cryptography;
using System.Text;

namespace Balie.Identity.SecondFactor;

/// <summary>What the second factor of an account accepts: a code of the app, each once, or a recovery code, each once.</summary>
internal static class SecondFactors
{
    private const int RecoveryCodes = 10;
    private const int RecoveryCodeLength = 10;

    // No 0, 1, i, l, o, u: these are read from paper.
    private const string Alphabet = "23456789abcdefghjkmnpqrstvwxyz";

    private sealed record SecretRow(byte[] TotpSecret, long TotpLastStep);

    /// <summary>Uses up the code in the caller's transaction; false when it is wrong or was used.</summary>
    public static async Task<bool> Accept(Tx tx, Guid userId, string code, CancellationToken ct)
    {
        if (await tx.One<SecretRow>(LockSecret, new { userId }, ct) is not { } secret) return false;
        if (Totp.Find(secret.TotpSecret, code, tx.Now, secret.TotpLastStep) is { } step)
            return await tx.Run(UseStep, new { userId, step }, ct) == 1;
        return await tx.Run(UseRecoveryCode, new { userId, codeHash = Hash(userId, code), tx.Now }, ct) == 1;
    }

    /// <summary>New recovery codes instead of the old ones; told here alone.</summary>
    public static async Task<string[]> MakeRecoveryCodes(Tx tx, Guid userId, CancellationToken ct)
    {
        var codes = Enumerable.Range(0, RecoveryCodes).Select(
            _ => RandomNumberGenerator.GetString(Alphabet, RecoveryCodeLength).Insert(RecoveryCodeLength / 2, "-")).ToArray();
        await tx.Run(ForgetRecoveryCodes, new { userId }, ct);
        foreach (var code in codes) await tx.Run(InsertRecoveryCode, new { userId, codeHash = Hash(userId, code) }, ct);
        return codes;
    }

    public static Task<int> ForgetCodes(Tx tx, Guid userId, CancellationToken ct) => tx.Run(ForgetRecoveryCodes, new { userId }, ct);

    private static byte[] Hash(Guid userId, string code)
    {
        var plain = code.Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
        return SHA256.HashData(Encoding.UTF8.GetBytes($"{userId:n}{plain}"));
    }

    private const string LockSecret = """
        select totp_secret, totp_last_step
        from identity.users
        where user_id = @userId and totp_since is not null
        for update
        """;

    private const string UseStep = "update identity.users set totp_last_step = @step where user_id = @userId and totp_last_step < @step";

    private const string UseRecoveryCode =
        "update identity.recovery_codes set used_at = @now where user_id = @userId and code_hash = @codeHash and used_at is null";

    private const string ForgetRecoveryCodes = "delete from identity.recovery_codes where user_id = @userId";

    private const string InsertRecoveryCode = "insert into identity.recovery_codes (user_id, code_hash) values (@userId, @codeHash)";
}
