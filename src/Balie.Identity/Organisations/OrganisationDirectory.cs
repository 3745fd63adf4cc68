using System.Collections.Frozen;
using Balie.Contracts.Identity;

namespace Balie.Identity.Organisations;

/// <summary>
/// All organisations by id, slug and host name, as one picture in memory: so a header or host that means nothing costs nothing. Drawn
/// again when a signal says that something changed, and at least once a minute.
/// </summary>
internal sealed class OrganisationDirectory : IOrganisations, IDisposable
{
    public const string Channel = "identity_organisations";

    private static readonly TimeSpan GoodWhileHearing = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan GoodWhileDeaf = TimeSpan.FromSeconds(1);

    private readonly SystemDb _db;
    private readonly Signals _signals;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _drawing = new(1, 1);
    private volatile Picture? _picture;
    private int _news;

    public OrganisationDirectory(SystemDb db, Signals signals, TimeProvider clock)
    {
        (_db, _signals, _clock) = (db, signals, clock);
        signals.On(Channel, _ => Hear(), Hear);
    }

    /// <summary>The organisations at one moment.</summary>
    public sealed class Picture(
        FrozenDictionary<Guid, OrganisationFacts> byId, FrozenDictionary<string, Guid> bySlug, FrozenDictionary<string, Guid> byHost,
        Guid? standard, int news, long drawnAt)
    {
        internal int News => news;
        internal long DrawnAt => drawnAt;

        public OrganisationFacts? See(Guid orgId) => byId.GetValueOrDefault(orgId);

        /// <summary>By slug or id; without one by host name; without that the default.</summary>
        public Guid? Find(string? slugOrId, string host)
        {
            if (slugOrId is null) return byHost.TryGetValue(host, out var atHost) ? atHost : standard;
            if (bySlug.TryGetValue(slugOrId, out var named)) return named;
            return Guid.TryParseExact(slugOrId, "D", out var orgId) && byId.ContainsKey(orgId) ? orgId : null;
        }
    }

    private sealed record OrganisationRow(Guid OrgId, string Slug, string Name, string Locale, string Country, string Tier, bool IsDefault);

    private sealed record HostRow(string Host, Guid OrgId);

    public async ValueTask<OrganisationFacts?> See(Guid organisationId, CancellationToken ct) => (await Now(ct)).See(organisationId);

    public ValueTask<Picture> Now(CancellationToken ct) =>
        _picture is { } picture && IsFresh(picture) ? ValueTask.FromResult(picture) : new ValueTask<Picture>(Draw(ct));

    /// <summary>For whoever changed one: this process hears the signal too, but its next request may be faster.</summary>
    public void Forget() => Hear();

    public void Dispose() => _drawing.Dispose();

    private bool IsFresh(Picture picture) =>
        picture.News == Volatile.Read(ref _news)
            && _clock.GetElapsedTime(picture.DrawnAt) < (_signals.Listening ? GoodWhileHearing : GoodWhileDeaf);

    private async Task<Picture> Draw(CancellationToken ct)
    {
        await _drawing.WaitAsync(ct);
        try
        {
            if (_picture is { } drawnMeanwhile && IsFresh(drawnMeanwhile)) return drawnMeanwhile;
            // Taken before reading, so news that arrives while reading makes this picture stale at once.
            var (news, drawnAt) = (Volatile.Read(ref _news), _clock.GetTimestamp());
            var organisations = await _db.Everywhere.Many<OrganisationRow>(SelectOrganisations, null, ct);
            var hosts = await _db.Everywhere.Many<HostRow>(SelectHosts, null, ct);
            return _picture = new Picture(
                organisations.ToFrozenDictionary(
                    row => row.OrgId, row => new OrganisationFacts(row.OrgId, row.Slug, row.Name, row.Locale, row.Country, row.Tier)),
                organisations.ToFrozenDictionary(row => row.Slug, row => row.OrgId, StringComparer.Ordinal),
                hosts.ToFrozenDictionary(row => row.Host, row => row.OrgId, StringComparer.OrdinalIgnoreCase),
                organisations.FirstOrDefault(row => row.IsDefault)?.OrgId, news, drawnAt);
        }
        finally { _drawing.Release(); }
    }

    private void Hear() => Interlocked.Increment(ref _news);

    private const string SelectOrganisations = "select org_id, slug, name, locale, country, tier, is_default from identity.organisations";

    private const string SelectHosts = "select host, org_id from identity.hosts";
}
