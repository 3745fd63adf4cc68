namespace Balie.Testing.Payments;

/// <summary>What a buyer, or their bank, makes of a payment.</summary>
public enum BuyerDoes
{
    /// <summary>Paid, or only authorised where the shop asked for that.</summary>
    Pays,

    /// <summary>Begun, and the bank says later: a transfer.</summary>
    PaysSlowly,

    /// <summary>Declined.</summary>
    Fails,

    Cancels,

    /// <summary>Walks away until the page is over.</summary>
    LetsExpire,
}

/// <summary>What is wrong with a webhook that somebody else wrote.</summary>
public enum Forgery
{
    /// <summary>Signed by somebody who does not know the secret.</summary>
    WrongKey,

    /// <summary>Signed well, and changed afterwards.</summary>
    Tampered,

    /// <summary>Not signed at all.</summary>
    NoSignature,

    /// <summary>Signed well, an hour ago.</summary>
    Stale,

    /// <summary>Signed well, for an hour from now.</summary>
    Future,

    /// <summary>Signed well, for another account of the provider.</summary>
    OtherAccount,
}

/// <summary>
/// A payment provider that speaks the real one's protocol over HTTP on this machine, for tests: keys, limits, idempotency, webhooks with
/// signatures, and an own ledger. It can be told to do everything that goes wrong.
/// </summary>
public interface IFakeProvider : IAsyncDisposable
{
    string Name { get; }

    /// <summary>The settings of an account at it, as JSON, for the product under test.</summary>
    string Settings { get; }

    /// <summary>Where its webhooks go, for the providers where that is set once and not with each payment.</summary>
    Uri? WebhookUrl { get; set; }

    FakeServer Server { get; }

    Courier Courier { get; }

    FakeLedger Ledger { get; }

    /// <summary>What the buyer does while the payment is still being made, faster than anybody heard of it.</summary>
    BuyerDoes? Eager { get; set; }

    /// <summary>What happens on the provider's page.</summary>
    void Buyer(string providerRef, BuyerDoes what);

    /// <summary>Lets every refund that is under way end.</summary>
    void SettleRefunds(bool well = true);

    /// <summary>A refund that had been paid out comes back.</summary>
    void ReturnRefund(string refundRef);

    /// <summary>The card holder's bank takes the money back.</summary>
    void ChargeBack(string providerRef);

    /// <summary>A webhook that says this was paid and is not to be believed; null where the protocol knows no such fault.</summary>
    Letter? Forge(Forgery how, string providerRef);

    /// <summary>The names under which the provider knows the payments begun for this attempt of ours.</summary>
    IReadOnlyList<string> PaymentsOf(Guid attemptId);
}
