using Balie.Contracts.Identity;
using Balie.Identity.SignIn;
using Npgsql;
using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.Organisations;

/// <summary>Changes what an organisation is called and how it speaks, from the version named in <c>If-Match</c>.</summary>
internal static class UpdateOrganisation
{
    public sealed record Asked(string Slug, string Name, string Locale, string Country);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPut("/organisations/{organisationId:guid}", Handle).Needs(Permission.OrganisationWrite);

    public static async Task<Outcome<SeeOrganisation.OrganisationView>> Handle(
        Guid organisationId, Asked asked, IfMatch match, Caller caller, Client client, OrganisationDirectory organisations, Db db,
        CancellationToken ct)
    {
        if (CreateOrganisation.Refuse(asked.Slug, asked.Name, asked.Locale, asked.Country) is { } refusal) return refusal;
        if (match.Problem is { } problem) return problem;
        try
        {
            var updated = await db.Transact<SeeOrganisation.OrganisationView>(async tx =>
            {
                var changed = await tx.Run(Update, new
                {
                    organisationId,
                    asked.Slug,
                    name = asked.Name.Trim(),
                    asked.Locale,
                    asked.Country,
                    match.Any,
                    version = match.Version ?? 0,
                }, ct);
                if (await SeeOrganisation.Find(tx, organisationId, ct) is not { } organisation) return OrganisationNotFound;
                if (changed == 0) return KernelRefusals.VersionChanged;

                await tx.Audit(
                    caller.Actor, "organisation.updated", organisationId, client.Address, new { organisation.Version, asked.Slug }, ct);
                tx.Publish(new OrganisationUpdated(organisationId, organisation.Version));
                await tx.Run(Signals.Send, new { channel = OrganisationDirectory.Channel, payload = "" }, ct);
                return organisation;
            }, ct);
            organisations.Forget();
            return updated;
        }
        catch (PostgresException taken) when (taken.ConstraintName == "organisations_slug_unique")
        {
            return SlugTaken;
        }
    }

    private const string Update = """
        update identity.organisations
        set slug = @slug, name = @name, locale = @locale, country = @country, version = version + 1
        where org_id = @orgId and org_id = @organisationId and (@any or version = @version)
        """;
}
