using System.Collections.Frozen;

namespace Balie.Ticketing.Tickets;

/// <summary>
/// The values of <c>ticketing.tickets.status</c>, and which may follow which: what does not stand here is refused. A new holder or a new
/// code is no state of its own kind: it raises the serial, and the old code is dead.
/// </summary>
internal static class TicketStates
{
    /// <summary>Good for one entry, in the hands of whoever booked it.</summary>
    public const string Issued = "issued";

    /// <summary>Somebody was let in with it.</summary>
    public const string CheckedIn = "checked_in";

    /// <summary>Good for one entry, in the hands of somebody it was given to.</summary>
    public const string Transferred = "transferred";

    /// <summary>Offered for resale: opens nothing until it is taken back or has a buyer.</summary>
    public const string Listed = "listed";

    /// <summary>Cancelled or replaced; its place is free or another's.</summary>
    public const string Voided = "voided";

    /// <summary>Its money went back.</summary>
    public const string Refunded = "refunded";

    /// <summary>Nobody came with it.</summary>
    public const string Expired = "expired";

    public static readonly FrozenSet<string> All = [Issued, CheckedIn, Transferred, Listed, Voided, Refunded, Expired];

    private static readonly FrozenDictionary<string, FrozenSet<string>> Next = new Dictionary<string, FrozenSet<string>>
    {
        [Issued] = [CheckedIn, Transferred, Listed, Voided, Refunded, Expired],
        [Transferred] = [CheckedIn, Transferred, Listed, Voided, Refunded, Expired],
        // Out again, or let in by mistake.
        [CheckedIn] = [Issued, Transferred, Voided, Refunded],
        [Listed] = [Issued, Transferred, Voided, Refunded, Expired],
        // Paid back after it was called off, or nobody came.
        [Voided] = [Refunded],
        [Expired] = [Refunded],
        [Refunded] = [],
    }.ToFrozenDictionary();

    public static bool MayBecome(string from, string to) => Next.TryGetValue(from, out var next) && next.Contains(to);

    /// <summary>It holds a place.</summary>
    public static bool IsLive(string status) => status switch
    {
        Issued or CheckedIn or Transferred or Listed => true,
        Voided or Refunded or Expired => false,
        _ => throw new InvalidOperationException($"Unknown status {status}."),
    };

    /// <summary>It can be shown, sent, given away and reissued.</summary>
    public static bool IsGood(string status) => status is Issued or Transferred;
}
