using Balie.Contracts.Identity;

namespace Balie.Orders.Tests.Doubles;

/// <summary>Everybody acts for themselves.</summary>
internal sealed class FakeStaff : IStaff
{
    public Task<IReadOnlyList<StaffMember>> WhoMay(Guid organisationId, Permission permission, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<StaffMember>>([]);

    public Task<Guid?> PersonBehind(Guid organisationId, string actor, CancellationToken ct) =>
        Task.FromResult(actor.Split(':') is ["user", var id] ? Guid.Parse(id) : (Guid?)null);
}
