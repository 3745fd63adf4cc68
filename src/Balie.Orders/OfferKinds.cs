using Balie.Contracts.Orders;

namespace Balie.Orders;

/// <summary>What can be sold in this installation, by kind.</summary>
internal sealed class OfferKinds(IEnumerable<IOfferKind> kinds)
{
    private readonly Dictionary<string, IOfferKind> _kinds = kinds.ToDictionary(kind => kind.Kind);

    public IOfferKind? Find(string kind) => _kinds.GetValueOrDefault(kind);

    /// <exception cref="InvalidOperationException">What was sold once is no longer part of the installation.</exception>
    public IOfferKind Get(string kind) =>
        Find(kind) ?? throw new InvalidOperationException($"Nothing of kind {kind} is sold here, but something of it was.");

    /// <summary>Holds of several kinds as they stand now, by id; unknown ones are left out.</summary>
    public async Task<Dictionary<Guid, HeldOffer>> See(Sql sql, IEnumerable<(string Kind, Guid HoldId)> holds, CancellationToken ct)
    {
        var seen = new Dictionary<Guid, HeldOffer>();
        foreach (var kind in holds.GroupBy(hold => hold.Kind))
        {
            if (Find(kind.Key) is not { } seller) continue;
            foreach (var held in await seller.See(sql, [.. kind.Select(hold => hold.HoldId)], ct)) seen.Add(held.HoldId, held);
        }
        return seen;
    }
}
