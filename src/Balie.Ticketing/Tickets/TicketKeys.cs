using System.Collections.Concurrent;

namespace Balie.Ticketing.Tickets;

/// <summary>
/// Every organisation's keys, kept in memory and dropped by a signal. The first ticket makes the first key. A forerunner stays good for as
/// long as it is not revoked: tickets live for years.
/// </summary>
internal sealed class TicketKeys
{
    public const string Channel = "ticketing_keys";

    // A code with an unknown key may be of a key just made, or rubbish: rubbish must not become a query each time.
    private static readonly TimeSpan BetweenReads = TimeSpan.FromSeconds(1);

    private readonly SystemDb _db;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<Guid, Loaded> _loaded = new();

    public TicketKeys(SystemDb db, Signals signals, TimeProvider clock)
    {
        (_db, _clock) = (db, clock);
        signals.On(Channel, orgId => Forget(Guid.Parse(orgId)), _loaded.Clear);
    }

    private sealed record Loaded(TicketKey[] NewestFirst, long ReadAt);

    private sealed record KeyRow(int KeyNumber, byte[] Pkcs8, DateTimeOffset SignsFrom);

    /// <summary>The key to sign with now.</summary>
    public async ValueTask<TicketKey> Current(Guid orgId, CancellationToken ct)
    {
        var now = _clock.GetUtcNow();
        var keys = (await Keys(orgId, ct)).NewestFirst;
        return keys.FirstOrDefault(key => key.SignsFrom <= now) ?? keys[^1];
    }

    /// <summary>The key of this number, unless it was revoked.</summary>
    public async ValueTask<TicketKey?> Find(Guid orgId, int number, CancellationToken ct)
    {
        var loaded = await Keys(orgId, ct);
        if (loaded.NewestFirst.FirstOrDefault(key => key.Number == number) is { } known) return known;
        if (_clock.GetElapsedTime(loaded.ReadAt) < BetweenReads) return null;
        return (await Load(orgId, ct)).NewestFirst.FirstOrDefault(key => key.Number == number);
    }

    /// <summary>All that may be trusted, the newest first.</summary>
    public async ValueTask<IReadOnlyList<TicketKey>> Published(Guid orgId, CancellationToken ct) => (await Keys(orgId, ct)).NewestFirst;

    /// <summary>For whoever changed them: this process hears the signal too, but its next request may be faster.</summary>
    public void Forget(Guid orgId) => _loaded.TryRemove(orgId, out _);

    private ValueTask<Loaded> Keys(Guid orgId, CancellationToken ct) =>
        _loaded.TryGetValue(orgId, out var loaded) ? ValueTask.FromResult(loaded) : new ValueTask<Loaded>(Load(orgId, ct));

    private async Task<Loaded> Load(Guid orgId, CancellationToken ct)
    {
        var readAt = _clock.GetTimestamp();
        var db = _db.As(orgId);
        var rows = await db.Many<KeyRow>(Select, null, ct);
        if (rows.Length == 0)
        {
            var first = TicketKey.Make(1, db.Now);
            await db.Run(Insert, new { first.Number, pkcs8 = first.ToPkcs8(), db.Now, first.SignsFrom }, ct);
            rows = await db.Many<KeyRow>(Select, null, ct);
        }
        return _loaded[orgId] = new Loaded([.. rows.Select(row => TicketKey.Read(row.KeyNumber, row.Pkcs8, row.SignsFrom))], readAt);
    }

    private const string Select = """
        select key_number, pkcs8, signs_from
        from ticketing.ticket_keys
        where org_id = @orgId and revoked_at is null
        order by key_number desc
        """;

    // Whoever makes the same number second finds the first one's.
    public const string Insert = """
        insert into ticketing.ticket_keys (org_id, key_number, pkcs8, created_at, signs_from)
        values (@orgId, @number, @pkcs8, @now, @signsFrom)
        on conflict do nothing
        """;
}
