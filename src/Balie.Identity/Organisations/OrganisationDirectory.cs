using System.Collections.Frozen;
using Balie.Contracts.Identity;

namespace Balie.Identity.Organisations;

/// <summary>
/// All organisations by id, slug and host name, as one picture in memory: so a header or host that means nothing costs nothing. Drawn
/// again when a signal says that something changed, and at least once a minute.
/// </summary>
internal sealed class OrganisationDirectory : IOrganisations
{
    public const string Channel = "identity_organisations";

    // All of them are one picture, so it has one name.
    private static readonly Guid Everywhere = Guid.Empty;

    private readonly Remembered<Guid, Picture> _picture;
    private readonly SystemDb _db;

    public OrganisationDirectory(SystemDb db, Signals signals, TimeProvider clock)
    {
        _db = db;
        _picture = new(signals, clock, Channel, Guid.TryParse, _ => Draw()) { LongestAge = TimeSpan.FromMinutes(1) };
    }

    /// <summary>The organisations at one moment.</summary>
    public sealed class Picture(
        FrozenDictionary<Guid, OrganisationFacts> byId, FrozenDictionary<string, Guid> bySlug, FrozenDictionary<string, Guid> byHost,
        Guid? standard)
    {
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

    public ValueTask<Picture> Now(CancellationToken ct) => _picture.Of(Everywhere, ct);

    /// <summary>For whoever changed one: this process hears the signal too, but its next request may be faster.</summary>
    public void Forget() => _picture.ForgetAll();

    private async Task<Picture> Draw()
    {
        var (organisations, hosts) = await _db.EverywhereAside.Both<OrganisationRow, HostRow>(
            $"{SelectOrganisations};{SelectHosts}", null, CancellationToken.None);
        return new Picture(
            organisations.ToFrozenDictionary(
                row => row.OrgId, row => new OrganisationFacts(row.OrgId, row.Slug, row.Name, row.Locale, row.Country, row.Tier)),
            organisations.ToFrozenDictionary(row => row.Slug, row => row.OrgId, StringComparer.Ordinal),
            hosts.ToFrozenDictionary(row => row.Host, row => row.OrgId, StringComparer.OrdinalIgnoreCase),
            organisations.FirstOrDefault(row => row.IsDefault)?.OrgId);
    }

    private const string SelectOrganisations = "select org_id, slug, name, locale, country, tier, is_default from identity.organisations";

    private const string SelectHosts = "select host, org_id from identity.hosts";
}
