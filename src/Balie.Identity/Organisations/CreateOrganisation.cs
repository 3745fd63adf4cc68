using Balie.Contracts.Identity;
using Balie.Identity.Sessions;
using Balie.Identity.SignIn;
using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.Organisations;

/// <summary>Begins an organisation; whoever begins it owns it.</summary>
internal static class CreateOrganisation
{
    private const int MostOwnedByOne = 20;

    public sealed record Asked(string Slug, string Name, string Locale = "nl", string Country = "NL");

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/organisations", Handle).SignedIn().Creates();

    public static async Task<Outcome<SeeOrganisation.OrganisationView>> Handle(
        Asked asked, Caller caller, Client client, Accounts accounts, OrganisationDirectory organisations,
        IOptions<IdentityOptions> options, CancellationToken ct)
    {
        if (caller.UserId is not { } userId) return PersonNeeded;
        if (Refuse(asked.Slug, asked.Name, asked.Locale, asked.Country) is { } refusal) return refusal;

        var created = await accounts.Db.Transact<SeeOrganisation.OrganisationView>(async tx =>
        {
            if (!options.Value.AnyoneMayCreateOrganisations && !await tx.One<bool>(OwnsDefault, new { userId }, ct))
                return OrganisationsClosed;
            if (await tx.One<long>(CountOwned, new { userId }, ct) >= MostOwnedByOne) return TooManyOrganisations;
            if (await Make(tx, asked.Slug, asked.Name.Trim(), asked.Locale, asked.Country, isDefault: false, userId, caller.Actor,
                client.Address, ct) is not { } orgId)
                return SlugTaken;
            return new SeeOrganisation.OrganisationView(
                orgId, asked.Slug, asked.Name.Trim(), asked.Locale, asked.Country, SeeOrganisation.FirstTier, false, [], 1, tx.Now);
        }, ct);
        organisations.Forget();
        return created;
    }

    public static Refusal? Refuse(string slug, string name, string locale, string country) =>
        Facts.RefuseSlug(slug) ?? Facts.RefuseName(name) ?? Facts.RefuseLocale(locale) ?? Facts.RefuseCountry(country);

    /// <summary>The organisation and its first owner, in the caller's transaction; null when the slug is taken.</summary>
    public static async Task<Guid?> Make(
        Tx tx, string slug, string name, string locale, string country, bool isDefault, Guid ownerId, string actor, string address,
        CancellationToken ct)
    {
        var orgId = tx.NewId();
        if (await tx.Run(Insert, new { ofOrgId = orgId, slug, name, locale, country, isDefault, tx.Now }, ct) == 0) return null;
        await tx.Run(InsertOwner, new { ofOrgId = orgId, ownerId, tx.Now }, ct);
        await tx.Audit(actor, "organisation.created", orgId, address, new { slug }, ct);
        tx.PublishFor(orgId, new OrganisationCreated(orgId, slug, name));
        await tx.Run(Signals.Send, new { channel = OrganisationDirectory.Channel, payload = "" }, ct);
        await tx.Tell(ownerId, ct);
        return orgId;
    }

    private const string OwnsDefault = """
        select exists (
            select from identity.members
            join identity.organisations on organisations.org_id = members.org_id
            where members.user_id = @userId and members.role = 'owner' and organisations.is_default)
        """;

    private const string CountOwned = "select count(*) from identity.members where user_id = @userId and role = 'owner'";

    private const string Insert = """
        insert into identity.organisations (org_id, slug, name, is_default, locale, country, created_at)
        values (@ofOrgId, @slug, @name, @isDefault, @locale, @country, @now)
        on conflict on constraint organisations_slug_unique do nothing
        """;

    private const string InsertOwner =
        "insert into identity.members (org_id, user_id, role, added_at) values (@ofOrgId, @ownerId, 'owner', @now)";
}
