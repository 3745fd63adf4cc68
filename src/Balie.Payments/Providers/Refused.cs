namespace Balie.Payments.Providers;

/// <summary>Why providers say no, in words that are the same for all of them.</summary>
internal static class Refused
{
    /// <summary>The account's settings: a key that is wrong, lacks a right, or is for test where the account is live.</summary>
    public const string Account = "account";

    /// <summary>No such payment or refund in this account.</summary>
    public const string NotFound = "not_found";

    /// <summary>It was done before, or something else is being done to it.</summary>
    public const string Conflict = "conflict";

    /// <summary>What was asked is not possible: more than is left, a method that is not switched on, a wrong amount.</summary>
    public const string Invalid = "invalid";

    /// <summary>The buyer's bank does not want to.</summary>
    public const string Declined = "declined";

    /// <summary>It is in a state in which this cannot be done any more, or not yet.</summary>
    public const string State = "state";

    /// <summary>The same key was used for something else.</summary>
    public const string Key = "idempotency_key";
}
