namespace Balie.Identity.Tokens;

/// <summary>
/// Makes the next signing key: published at once, signing a minute later, when every process has heard of it. No token is lost and
/// nobody is signed out.
/// </summary>
internal static class RotateSigningKey
{
    private static readonly TimeSpan UntilAllHaveHeard = TimeSpan.FromMinutes(1);

    /// <returns>The id of the new key.</returns>
    public static async Task<string> Handle(SystemDb db, CancellationToken ct)
    {
        var keyId = "";
        await db.Everywhere.Transact(async tx =>
        {
            var next = SigningKey.Make(tx.Now + UntilAllHaveHeard);
            await tx.Run(Insert, new { next.KeyId, pkcs8 = next.ToPkcs8(), tx.Now, next.SignsFrom }, ct);
            await tx.Audit("operator", "signing_key.rotated", null, "", new { next.KeyId }, ct);
            await tx.Run(Signals.Send, new { channel = SigningKeys.Channel, payload = "" }, ct);
            keyId = next.KeyId;
        }, ct);
        return keyId;
    }

    private const string Insert =
        "insert into identity.signing_keys (key_id, pkcs8, created_at, signs_from) values (@keyId, @pkcs8, @now, @signsFrom)";
}
