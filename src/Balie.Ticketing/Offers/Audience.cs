using Balie.Contracts.Orders;
using Microsoft.AspNetCore.Http;

namespace Balie.Ticketing.Offers;

/// <summary>To whom something is shown or sold: staff see what is hidden, and others what a code opened to them.</summary>
internal sealed record Audience(bool SeesHidden, IReadOnlyList<Guid> Unlocked)
{
    public static Audience Everybody { get; } = new(false, []);

    public static Audience Staff { get; } = new(true, []);

    public static Audience Of(Caller caller, IReadOnlyList<Guid> unlocked) =>
        caller.May(Permission.EventsRead) ? Staff : unlocked.Count == 0 ? Everybody : new Audience(false, unlocked);

    public bool Sees(bool hidden, Guid ticketTypeId) => !hidden || SeesHidden || Unlocked.Contains(ticketTypeId);

    public bool Sees(TypeOffer type) => Sees(type.Hidden, type.TicketTypeId);
}

/// <summary>
/// Finds the audience of a request. Only where something is hidden, and somebody has a cart that may open it, are carts looked into.
/// </summary>
internal sealed class Audiences(IServiceProvider services)
{
    private readonly IUnlockedOffers? _unlocked = services.GetService<IUnlockedOffers>();

    public async ValueTask<Audience> Of(HttpRequest request, Caller caller, bool hides, CancellationToken ct)
    {
        if (!hides) return Audience.Everybody;
        var cart = request.Headers[IUnlockedOffers.CartHeader] is [{ } token] ? token : null;
        var hasCart = cart is not null || caller.UserId is not null;
        if (caller.May(Permission.EventsRead) || !hasCart || _unlocked is null) return Audience.Of(caller, []);
        return Audience.Of(caller, await _unlocked.Of(caller, cart, ct));
    }
}
