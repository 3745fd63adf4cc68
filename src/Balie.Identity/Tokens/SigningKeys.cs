namespace Balie.Identity.Tokens;

/// <summary>
/// The installation's keys, kept in memory and dropped by a signal. The first process to need one makes the first one. Several may be
/// published at a time: the newest whose moment has come signs, and its forerunner stays good for the tokens it signed.
/// </summary>
internal sealed class SigningKeys
{
    public const string Channel = "identity_keys";

    /// <summary>After the next key began to sign, the last token of this one has long expired.</summary>
    private static readonly TimeSpan KeepForerunner = TimeSpan.FromHours(1);

    // A token with an unknown key may be of a key just made, or rubbish: rubbish must not become a query each time.
    private static readonly TimeSpan BetweenReads = TimeSpan.FromSeconds(1);
    private const int AdvisoryLock = 22544;

    // All of them are one picture, so it has one name.
    private static readonly Guid Everywhere = Guid.Empty;

    private readonly Remembered<Guid, SigningKey[]> _newestFirst;
    private readonly SystemDb _db;
    private readonly TimeProvider _clock;

    public SigningKeys(SystemDb db, Signals signals, TimeProvider clock)
    {
        (_db, _clock) = (db, clock);
        // No key is ever withdrawn, and one that somebody comes with is looked for: these do not age.
        _newestFirst = new(signals, clock, Channel, Guid.TryParse, _ => Read(CancellationToken.None))
        {
            LongestAge = TimeSpan.MaxValue,
            LongestAgeUnheard = TimeSpan.MaxValue,
        };
    }

    private sealed record KeyRow(byte[] Pkcs8, DateTimeOffset SignsFrom);

    /// <summary>The key to sign with now.</summary>
    public async ValueTask<SigningKey> Current(CancellationToken ct)
    {
        var now = _clock.GetUtcNow();
        var keys = await _newestFirst.Of(Everywhere, ct);
        return keys.FirstOrDefault(key => key.SignsFrom <= now) ?? keys[^1];
    }

    /// <summary>The key of this id, if tokens signed with it may still be good.</summary>
    public async ValueTask<SigningKey?> Find(string keyId, CancellationToken ct) =>
        Published(await _newestFirst.Of(Everywhere, ct)).FirstOrDefault(key => key.KeyId == keyId)
            ?? Published(await _newestFirst.Of(Everywhere, BetweenReads, ct)).FirstOrDefault(key => key.KeyId == keyId);

    public async ValueTask<IReadOnlyList<SigningKey>> Published(CancellationToken ct) =>
        [.. Published(await _newestFirst.Of(Everywhere, ct))];

    private IEnumerable<SigningKey> Published(SigningKey[] newestFirst)
    {
        for (var i = 0; i < newestFirst.Length; i++)
            if (i == 0 || newestFirst[i - 1].SignsFrom + KeepForerunner > _clock.GetUtcNow()) yield return newestFirst[i];
    }

    private async Task<SigningKey[]> Read(CancellationToken ct)
    {
        var db = _db.EverywhereAside;
        var rows = await db.Many<KeyRow>(Select, null, ct);
        if (rows.Length == 0)
        {
            await db.Transact(async tx =>
            {
                await tx.Run("select pg_advisory_xact_lock(@AdvisoryLock)", new { AdvisoryLock }, ct);
                var first = SigningKey.Make(tx.Now);
                await tx.Run(InsertFirst, new { first.KeyId, pkcs8 = first.ToPkcs8(), tx.Now, first.SignsFrom }, ct);
            }, ct);
            rows = await db.Many<KeyRow>(Select, null, ct);
        }
        return [.. rows.Select(row => SigningKey.Read(row.Pkcs8, row.SignsFrom))];
    }

    private const string Select = "select pkcs8, signs_from from identity.signing_keys order by signs_from desc, key_id";

    private const string InsertFirst = """
        insert into identity.signing_keys (key_id, pkcs8, created_at, signs_from)
        select @keyId, @pkcs8, @now, @signsFrom
        where not exists (select from identity.signing_keys)
        """;
}
