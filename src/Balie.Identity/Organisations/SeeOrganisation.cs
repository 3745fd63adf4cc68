using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.Organisations;

/// <summary>The organisation one works in. Others do not exist from here: name them in <c>X-Organisation</c> first.</summary>
internal static class SeeOrganisation
{
    public const string FirstTier = "standard";

    /// <param name="Tier">Its rate limit tier, chosen by whoever runs the installation: standard, plus or premium.</param>
    /// <param name="Hosts">Where it answers without being named, chosen by the same.</param>
    public sealed record OrganisationView(
        Guid Id, string Slug, string Name, string Locale, string Country, string Tier, bool IsDefault,
        IReadOnlyList<string> Hosts, int Version, DateTimeOffset CreatedAt)
        : IVersioned;

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/organisations/{organisationId:guid}", Handle).Needs(Permission.OrganisationRead);

    public static async Task<Outcome<OrganisationView>> Handle(Guid organisationId, Db db, CancellationToken ct) =>
        await Find(db, organisationId, ct) is { } found ? found : OrganisationNotFound;

    public static async Task<OrganisationView?> Find(Sql sql, Guid organisationId, CancellationToken ct)
    {
        if (await sql.One<Row>(Select, new { organisationId }, ct) is not { } row) return null;
        var hosts = await sql.Many<string>(SelectHosts, null, ct);
        return new OrganisationView(
            row.OrgId, row.Slug, row.Name, row.Locale, row.Country, row.Tier, row.IsDefault, hosts, row.Version, row.CreatedAt);
    }

    private sealed record Row(
        Guid OrgId, string Slug, string Name, string Locale, string Country, string Tier, bool IsDefault, int Version,
        DateTimeOffset CreatedAt);

    private const string Select = """
        select org_id, slug, name, locale, country, tier, is_default, version, created_at
        from identity.organisations
        where org_id = @orgId and org_id = @organisationId
        """;

    private const string SelectHosts = "select host from identity.hosts where org_id = @orgId order by host";
}
