using System.Collections.Frozen;

namespace Balie.Orders.Refunds;

/// <summary>The values of <c>orders.refunds.status</c>.</summary>
internal static class RefundStates
{
    /// <summary>Waits for a second pair of eyes. What it would give back is set aside, nothing else has happened.</summary>
    public const string Proposed = "proposed";
    public const string Declined = "declined";

    /// <summary>Decided: the sale is reversed, the provider is to be asked.</summary>
    public const string Requested = "requested";

    /// <summary>The provider was asked.</summary>
    public const string Submitted = "submitted";
    public const string Succeeded = "succeeded";

    /// <summary>The provider could not. The buyer is owed the money still; staff must look.</summary>
    public const string Failed = "failed";

    /// <summary>Failed or came back, and replaced by another.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>It was paid out and came back, such as from a closed account.</summary>
    public const string Reversed = "reversed";

    public static readonly FrozenSet<string> All =
        [Proposed, Declined, Requested, Submitted, Succeeded, Failed, Cancelled, Reversed];

    private static readonly FrozenDictionary<string, FrozenSet<string>> Table = new Dictionary<string, FrozenSet<string>>
    {
        [Proposed] = [Requested, Declined],
        [Requested] = [Submitted, Succeeded, Failed],
        [Submitted] = [Succeeded, Failed],
        // A success after a failure wins: providers correct themselves.
        [Failed] = [Succeeded, Cancelled],
        [Succeeded] = [Reversed],
        [Reversed] = [Succeeded, Cancelled],
        [Declined] = [],
        [Cancelled] = [],
    }.ToFrozenDictionary();

    public static bool MayBecome(string from, string to) => Table.TryGetValue(from, out var next) && next.Contains(to);
}

/// <summary>The values of <c>orders.refunds.kind</c>.</summary>
internal static class RefundKinds
{
    /// <summary>Somebody gave something back, or staff decided.</summary>
    public const string Decided = "decided";

    /// <summary>The seller cannot deliver.</summary>
    public const string CalledOff = "called_off";

    /// <summary>Somebody gave money back in the provider's own screens.</summary>
    public const string ByHand = "by_hand";
}

/// <summary>The values of <c>orders.refunds.terms</c>: by which rules the sum was worked out.</summary>
internal static class RefundTerms
{
    public const string Policy = "policy";

    /// <summary>All that was paid for it, service fees included. Staff only.</summary>
    public const string Full = "full";

    /// <summary>A sum that staff chose; nothing is given back for it.</summary>
    public const string Sum = "sum";
}
