namespace Balie.Contracts.Identity;

/// <summary>What everyone may know of an organisation.</summary>
/// <param name="Locale">The language it speaks first, such as <c>nl</c> or <c>nl-BE</c>.</param>
/// <param name="Country">ISO 3166 alpha-2.</param>
/// <param name="Tier">Its rate limit tier: standard, plus or premium.</param>
public sealed record OrganisationFacts(Guid OrganisationId, string Slug, string Name, string Locale, string Country, string Tier);

/// <summary>Organisations by id, from memory; at most a second behind the database.</summary>
public interface IOrganisations
{
    ValueTask<OrganisationFacts?> See(Guid organisationId, CancellationToken ct);
}
