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

    private readonly Remembered<Guid, TicketKey[]> _newestFirst;
    private readonly SystemDb _db;
    private readonly TimeProvider _clock;

    public TicketKeys(SystemDb db, Signals signals, TimeProvider clock)
    {
        (_db, _clock) = (db, clock);
        _newestFirst = new(signals, clock, Channel, Guid.TryParse, Read);
    }

    private sealed record KeyRow(int KeyNumber, byte[] Pkcs8, DateTimeOffset SignsFrom);

    /// <summary>The key to sign with now.</summary>
    public async ValueTask<TicketKey> Current(Guid orgId, CancellationToken ct)
    {
        var now = _clock.GetUtcNow();
        var keys = await _newestFirst.Of(orgId, ct);
        return keys.FirstOrDefault(key => key.SignsFrom <= now) ?? keys[^1];
    }

    /// <summary>The key of this number, unless it was revoked.</summary>
    public async ValueTask<TicketKey?> Find(Guid orgId, int number, CancellationToken ct) =>
        (await _newestFirst.Of(orgId, ct)).FirstOrDefault(key => key.Number == number)
            ?? (await _newestFirst.Of(orgId, BetweenReads, ct)).FirstOrDefault(key => key.Number == number);

    /// <summary>All that may be trusted, the newest first.</summary>
    public async ValueTask<IReadOnlyList<TicketKey>> Published(Guid orgId, CancellationToken ct) => await _newestFirst.Of(orgId, ct);

    /// <summary>For whoever changed them: this process hears the signal too, but its next request may be faster.</summary>
    public void Forget(Guid orgId) => _newestFirst.Forget(orgId);

    private async Task<TicketKey[]> Read(Guid orgId)
    {
        var db = _db.Aside(orgId);
        var rows = await db.Many<KeyRow>(Select, null, CancellationToken.None);
        if (rows.Length == 0)
        {
            var first = TicketKey.Make(1, db.Now);
            await db.Run(Insert, new { first.Number, pkcs8 = first.ToPkcs8(), db.Now, first.SignsFrom }, CancellationToken.None);
            rows = await db.Many<KeyRow>(Select, null, CancellationToken.None);
        }
        return [.. rows.Select(row => TicketKey.Read(row.KeyNumber, row.Pkcs8, row.SignsFrom))];
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
