namespace Balie.Contracts.Orders;

/// <summary>What is hidden from others and open to somebody, because a voucher in their cart unlocks it.</summary>
public interface IUnlockedOffers
{
    /// <summary>In which a guest shows the cart; somebody signed in has their own.</summary>
    const string CartHeader = "X-Cart";

    /// <param name="cart">The header's value, if any; one that is no cart's opens nothing.</param>
    Task<IReadOnlyList<Guid>> Of(Caller caller, string? cart, CancellationToken ct);
}
