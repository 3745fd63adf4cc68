using System.Text.Json;
using Balie.Contracts.Orders;
using Balie.Orders.Placing;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Carts;

/// <summary>
/// Puts something into the cart, and holds it from that moment on. Hold, line and answer commit together; a new line ends with those that
/// are there already, so the cart has one deadline.
/// </summary>
internal static class AddLine
{
    /// <param name="Kind">Such as tickets.</param>
    /// <param name="Offer">What of it: for tickets <c>{eventId, slotId?, items:[{ticketTypeId, quantity, seats?}]}</c>.</param>
    /// <param name="Buyer">For a guest, where the offer has a limit per person.</param>
    public sealed record Request(string Kind, JsonElement Offer, BuyerDetails? Buyer = null);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/cart/lines", Handle).Public().WithMetadata(new AnswersWith(201), new WantsIdempotencyKey(LooksItself: true));

    public static async Task<Outcome<CartView>> Handle(
        Request request, CartKey key, Caller caller, IdempotentRequest once, CartReader carts, OfferKinds kinds, Db db, SystemDb system,
        CancellationToken ct)
    {
        if (key.Problem is not null) return key.Problem;
        if (request.Offer.ValueKind != JsonValueKind.Object) return KernelRefusals.Malformed;
        if (kinds.Find(request.Kind) is not { } kind) return UnknownKind.At("kind");
        if (request.Buyer?.Problem is { } unusable) return unusable;
        var cart = await carts.Read(db, key, caller, ct);
        if (cart.Lines.Count >= Cart.MostLines) return CartFull.With("available", 0);

        var (holdId, now) = (db.NewId(), db.Now);
        (CartView View, StoredAnswer Answer)? added = null;
        var held = await kind.Hold(new HoldRequest(
            holdId, caller, request.Offer, request.Buyer?.By(caller), cart.Deadline, cart.UnlockedOffers, Companions), ct);
        if (held.Value is not null && added is var (view, answer)) return Outcome<CartView>.Written(view, answer);

        // A twin of this request may be the one that got it: then its answer is ours.
        if (await once.FindAfterTwin(system.As(caller.OrgId), ct) is { } earlier) return earlier;
        return held.Refusal ?? HoldEnded;

        IReadOnlyList<CompanionRow> Companions(HeldOffer offer)
        {
            if (cart.Currency is { } currency && currency != Cart.AmountOf(offer).Currency) throw new RefusedException(MixedCurrencies);
            var after = cart.With(offer).View();
            added = (after, StoredAnswer.Of(after, once.Status));
            var line = CartRows.Of(caller.OrgId, cart, offer, request.Offer.GetRawText(), now);
            return [.. line, once.Store(holdId, added.Value.Answer, now)];
        }
    }
}
