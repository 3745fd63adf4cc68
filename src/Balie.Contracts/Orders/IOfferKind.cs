using System.Text.Json;

namespace Balie.Contracts.Orders;

/// <summary>
/// A kind of thing that can be sold. Orders knows no tickets and no products: whoever sells them implements this, and keeps what it holds
/// under the id that Orders chose. Prices are the kind's own; nothing that a browser sent is one.
/// </summary>
public interface IOfferKind
{
    /// <summary>What a cart line calls it: <c>tickets</c>.</summary>
    string Kind { get; }

    /// <summary>
    /// The path of the page on which whoever bought it sees what they have; null where there is none. Like the order's own page it takes an
    /// <c>email</c> from a form.
    /// </summary>
    string? PageOf(Guid holdId) => null;

    /// <summary>
    /// Holds what is wished for, or says why not. Commits by itself, together with the companions, so that a hold without its cart line
    /// cannot exist. The same hold id again is refused by its key, and a companion key that is taken (an idempotent twin's) refuses with
    /// <c>kernel.idempotency_in_progress</c>.
    /// </summary>
    Task<Outcome<HeldOffer>> Hold(HoldRequest request, CancellationToken ct);

    /// <summary>These holds as they are priced and stand now; unknown ones are left out.</summary>
    Task<IReadOnlyList<HeldOffer>> See(Sql sql, IReadOnlyList<Guid> holdIds, CancellationToken ct);

    /// <summary>
    /// Changes how much or which a hold has, all or nothing: what is new is held before anything is let go, so its buyer is never without,
    /// and a refusal leaves it as it was. Commits by itself, together with what the asker records.
    /// </summary>
    Task<Outcome<HeldOffer>> Change(ChangeRequest request, CancellationToken ct);

    /// <summary>Gives a hold another end, later or earlier. False when it has ended already.</summary>
    Task<bool> Extend(Tx tx, Guid holdId, DateTimeOffset until, CancellationToken ct);

    /// <summary>
    /// Makes a hold somebody's own, once it is paid. One that lapsed is taken again where that is possible. False when it is not: then the
    /// asker rolls back to its savepoint, and the money must go back. Safe to repeat.
    /// </summary>
    Task<bool> Confirm(Tx tx, Guid holdId, Buyer buyer, string actor, CancellationToken ct);

    /// <summary>
    /// Lets go of a hold that was not paid. Safe to repeat, and for one that has ended; a late payment may still confirm it.
    /// </summary>
    Task Release(Tx tx, Guid holdId, string actor, string reason, CancellationToken ct);

    /// <summary>
    /// Takes back units of a confirmed hold, all that are left when none are named: they are void, and free for others.
    /// </summary>
    Task Withdraw(Tx tx, Guid holdId, IReadOnlyList<Guid>? unitIds, string actor, string reason, CancellationToken ct);
}

/// <summary>Who buys. Guests give both; for somebody signed in the account says them.</summary>
/// <param name="Locale">The language of mails: <c>nl</c> or <c>en</c>.</param>
public sealed record Buyer(Guid? UserId, string Name, string Email, string Locale);

/// <param name="HoldId">Chosen by the asker, a UUIDv7.</param>
/// <param name="Wish">The line's <c>offer</c> as the request gave it, in the shape that the kind documents.</param>
/// <param name="Until">When the hold ends; null for the kind's own length.</param>
/// <param name="Unlocked">Offers that are hidden from others and open to this asker, such as ticket types.</param>
/// <param name="Companions">Rows to commit with the hold, once it is known what it costs.</param>
public sealed record HoldRequest(
    Guid HoldId, Caller Caller, JsonElement Wish, Buyer? Buyer, DateTimeOffset? Until, IReadOnlyList<Guid> Unlocked,
    Func<HeldOffer, IReadOnlyList<CompanionRow>> Companions);

/// <param name="Items">By offer, of those that the hold has. Others stay.</param>
/// <param name="Unlocked">As of <see cref="HoldRequest"/>.</param>
/// <param name="Lock">Begins the transaction: false when the hold is not the asker's any more.</param>
/// <param name="Record">Ends it, with what is held now.</param>
public sealed record ChangeRequest(
    Guid HoldId, Caller Caller, IReadOnlyDictionary<Guid, WantedItem> Items, IReadOnlyList<Guid> Unlocked, Func<Tx, Task<bool>> Lock,
    Func<Tx, HeldOffer, Task> Record);

/// <summary>What a hold is to have of an offer from now on.</summary>
/// <param name="Quantity">0 leaves it out.</param>
/// <param name="Seats">Exactly these, so many; null keeps what it has, and leaves to the kind which come and go.</param>
public sealed record WantedItem(int Quantity, IReadOnlyList<int>? Seats = null);

/// <summary>What is held, priced now.</summary>
/// <param name="Title">What it is: <c>Hamlet</c>.</param>
/// <param name="Detail">Which one: <c>zaterdag 12 december 2026 20:00, Grote Zaal</c>. Empty where there is no more to say.</param>
/// <param name="SubjectId">What was sold, by which a refund of all its orders finds them: the event.</param>
/// <param name="PartId">The part of it: the slot.</param>
/// <param name="State">One of <see cref="HoldStates"/>.</param>
/// <param name="ExpiresAt">While held.</param>
/// <param name="StartsAt">When it takes place, by which refund rules count; null where nothing does.</param>
/// <param name="IsCalledOff">The seller cannot deliver: the buyer gets everything back.</param>
public sealed record HeldOffer(
    Guid HoldId, string Kind, string Title, string Detail, Guid SubjectId, Guid PartId, string State, DateTimeOffset? ExpiresAt,
    DateTimeOffset? StartsAt, bool IsCalledOff, IReadOnlyList<HeldItem> Items);

/// <summary>One priced line of a hold.</summary>
/// <param name="Line">From 1; stable for the life of the hold.</param>
/// <param name="OfferId">Such as the ticket type.</param>
/// <param name="VatBasisPoints">900 is 9 %; included in the price.</param>
/// <param name="Units">The single things, once they exist: tickets after they were issued.</param>
/// <param name="IsHidden">Sold only to whoever unlocks it, by the kind's present rules.</param>
/// <param name="Seats">Where single ones can be chosen: those that are held.</param>
public sealed record HeldItem(
    int Line, Guid OfferId, string Name, int Quantity, Money UnitPrice, int VatBasisPoints, IReadOnlyList<HeldUnit> Units,
    bool IsHidden = false, IReadOnlyList<HeldSeat>? Seats = null);

/// <summary>A numbered seat, and what people call it.</summary>
public sealed record HeldSeat(int Seat, string Label);

/// <summary>One thing that can be used, or given back by itself.</summary>
/// <param name="Label">Its number: <c>K7QMWZ2R4T-1</c>.</param>
/// <param name="IsUsed">Somebody was let in with it.</param>
/// <param name="IsGone">Withdrawn already.</param>
public sealed record HeldUnit(Guid UnitId, string Label, bool IsUsed, bool IsGone);

/// <summary>The values of <see cref="HeldOffer.State"/>.</summary>
public static class HoldStates
{
    public const string Held = "held";
    public const string Confirmed = "confirmed";

    /// <summary>It ended unpaid; a late payment may still get it.</summary>
    public const string Lapsed = "lapsed";

    /// <summary>Taken back whole.</summary>
    public const string Gone = "gone";
}
