namespace Balie.Contracts.Orders;

/// <summary>What is hidden from others and open to somebody, because a voucher in their cart unlocks it.</summary>
public interface IUnlockedOffers
{
    /// <summary>In which a guest shows the cart; somebody signed in has their own.</summary>
    const string CartHeader = "X-Cart";

    /// <summary>How the API's description tells of it, on the routes where it shows what is hidden.</summary>
    static TakesHeader Described { get; } = new(CartHeader, "A guest's cart, as `cart` of the first answer named it.");

    /// <param name="cart">The header's value, if any; one that is no cart's opens nothing.</param>
    Task<IReadOnlyList<Guid>> Of(Caller caller, string? cart, CancellationToken ct);
}
