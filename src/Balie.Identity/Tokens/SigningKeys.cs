namespace Balie.Identity.Tokens;

/// <summary>
/// The installation's keys, kept in memory and dropped by a signal. The first process to need one makes the first one. Several may be
/// published at a time: the newest whose moment has come signs, and its forerunner stays good for the tokens it signed.
/// </summary>
internal sealed class SigningKeys : IDisposable
{
    public const string Channel = "identity_keys";

    /// <summary>After the next key began to sign, the last token of this one has long expired.</summary>
    private static readonly TimeSpan KeepForerunner = TimeSpan.FromHours(1);

    // A token with an unknown key may be of a key just made, or rubbish: rubbish must not become a query each time.
    private static readonly TimeSpan BetweenReads = TimeSpan.FromSeconds(1);
    private const int AdvisoryLock = 22544;

    private readonly SystemDb _db;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _reading = new(1, 1);
    private volatile Loaded? _loaded;

    public SigningKeys(SystemDb db, Signals signals, TimeProvider clock)
    {
        (_db, _clock) = (db, clock);
        signals.On(Channel, _ => _loaded = null, () => _loaded = null);
    }

    private sealed record Loaded(SigningKey[] NewestFirst, long ReadAt);

    private sealed record KeyRow(byte[] Pkcs8, DateTimeOffset SignsFrom);

    /// <summary>The key to sign with now.</summary>
    public async ValueTask<SigningKey> Current(CancellationToken ct)
    {
        var now = _clock.GetUtcNow();
        var keys = (_loaded ?? await Load(ct)).NewestFirst;
        return keys.FirstOrDefault(key => key.SignsFrom <= now) ?? keys[^1];
    }

    /// <summary>The key of this id, if tokens signed with it may still be good.</summary>
    public async ValueTask<SigningKey?> Find(string keyId, CancellationToken ct)
    {
        var loaded = _loaded ?? await Load(ct);
        if (Published(loaded).FirstOrDefault(key => key.KeyId == keyId) is { } known) return known;
        if (_clock.GetElapsedTime(loaded.ReadAt) < BetweenReads) return null;
        return Published(await Load(ct)).FirstOrDefault(key => key.KeyId == keyId);
    }

    public async ValueTask<IReadOnlyList<SigningKey>> Published(CancellationToken ct) => [.. Published(_loaded ?? await Load(ct))];

    public void Dispose() => _reading.Dispose();

    private IEnumerable<SigningKey> Published(Loaded loaded)
    {
        var keys = loaded.NewestFirst;
        for (var i = 0; i < keys.Length; i++)
            if (i == 0 || keys[i - 1].SignsFrom + KeepForerunner > _clock.GetUtcNow()) yield return keys[i];
    }

    private async Task<Loaded> Load(CancellationToken ct)
    {
        await _reading.WaitAsync(ct);
        try
        {
            var readAt = _clock.GetTimestamp();
            var rows = await _db.Everywhere.Many<KeyRow>(Select, null, ct);
            if (rows.Length == 0)
            {
                await _db.Everywhere.Transact(async tx =>
                {
                    await tx.Run("select pg_advisory_xact_lock(@AdvisoryLock)", new { AdvisoryLock }, ct);
                    var first = SigningKey.Make(tx.Now);
                    await tx.Run(InsertFirst, new { first.KeyId, pkcs8 = first.ToPkcs8(), tx.Now, first.SignsFrom }, ct);
                }, ct);
                rows = await _db.Everywhere.Many<KeyRow>(Select, null, ct);
            }
            return _loaded = new Loaded([.. rows.Select(row => SigningKey.Read(row.Pkcs8, row.SignsFrom))], readAt);
        }
        finally { _reading.Release(); }
    }

    private const string Select = "select pkcs8, signs_from from identity.signing_keys order by signs_from desc, key_id";

    private const string InsertFirst = """
        insert into identity.signing_keys (key_id, pkcs8, created_at, signs_from)
        select @keyId, @pkcs8, @now, @signsFrom
        where not exists (select from identity.signing_keys)
        """;
}
