using Balie.Contracts.Identity;

namespace Balie.Orders.Tests.Doubles;

/// <summary>Every organisation there is, as far as Orders can tell.</summary>
internal sealed class FakeOrganisations : IOrganisations
{
    public ValueTask<OrganisationFacts?> See(Guid organisationId, CancellationToken ct) =>
        ValueTask.FromResult<OrganisationFacts?>(
            new OrganisationFacts(organisationId, "de-kelder", "Theater De Kelder", "nl", "NL", "standard"));
}
