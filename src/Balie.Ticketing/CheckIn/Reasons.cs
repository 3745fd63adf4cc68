using System.Collections.Frozen;

namespace Balie.Ticketing.CheckIn;

/// <summary>A sentence for whoever stands at the door.</summary>
internal sealed record Sentence(string Nl, string En);

/// <summary>
/// Why somebody is not let through. An answer, not a problem: the scanner asked and was told. Codes are public API: add, never rename.
/// </summary>
internal static class Reasons
{
    public const string InvalidCode = "invalid_code";
    public const string AlreadyUsed = "already_used";
    public const string NotYetValid = "not_yet_valid";
    public const string Expired = "expired";
    public const string WrongEvent = "wrong_event";
    public const string WrongSlot = "wrong_slot";
    public const string WrongZone = "wrong_zone";
    public const string Unpaid = "unpaid";
    public const string Refunded = "refunded";
    public const string Cancelled = "cancelled";
    public const string Transferred = "transferred";
    public const string Reissued = "reissued";
    public const string Listed = "listed";
    public const string RevokedDevice = "revoked_device";
    public const string NoReentry = "no_reentry";
    public const string NotInside = "not_inside";
    public const string GroupExceeded = "group_exceeded";

    public static readonly FrozenDictionary<string, Sentence> Sentences = new Dictionary<string, Sentence>
    {
        [InvalidCode] = new("Dit is geen kaartje van ons.", "This is no ticket of ours."),
        [AlreadyUsed] = new("Met dit kaartje is al iemand binnen.", "Somebody is inside with this ticket already."),
        [NotYetValid] = new("De deuren zijn voor dit kaartje nog niet open.", "The doors are not open for this ticket yet."),
        [Expired] = new("Dit kaartje is niet meer geldig.", "This ticket is not valid any more."),
        [WrongEvent] = new("Dit kaartje is voor iets anders.", "This ticket is for another event."),
        [WrongSlot] = new("Dit kaartje is voor een ander tijdstip.", "This ticket is for another time."),
        [WrongZone] = new("Dit kaartje is voor een andere ingang.", "This ticket is for another entrance."),
        [Unpaid] = new("Deze boeking is nog niet betaald.", "This booking is not paid yet."),
        [Refunded] = new("Dit kaartje is terugbetaald.", "This ticket was refunded."),
        [Cancelled] = new("Dit kaartje is geannuleerd.", "This ticket was cancelled."),
        [Transferred] = new("Dit kaartje is van iemand anders geworden.", "This ticket was given to somebody else."),
        [Reissued] = new("Er is een nieuw kaartje voor dit kaartje.", "This ticket was replaced by a new one."),
        [Listed] = new("Dit kaartje staat te koop.", "This ticket is offered for resale."),
        [RevokedDevice] = new("Dit apparaat mag niet meer scannen.", "This device may not scan any more."),
        [NoReentry] = new("Wie naar buiten ging, kan niet opnieuw naar binnen.", "Whoever went out cannot come in again."),
        [NotInside] = new("Met dit kaartje is niemand binnen.", "Nobody is inside with this ticket."),
        [GroupExceeded] = new("Er zijn minder kaartjes over dan mensen.", "Fewer tickets are left than people."),
    }.ToFrozenDictionary();
}
