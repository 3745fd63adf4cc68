namespace Balie.Contracts.Payments;

/// <summary>
/// The double-entry ledger of an organisation. Entries are only ever added, in the transaction of what they tell of, and balance to zero
/// per currency; the database refuses one that does not.
/// </summary>
public interface ILedger
{
    /// <summary>Posts an entry; the same kind of entry for the same document is posted once.</summary>
    Task Post(Tx tx, LedgerEntry entry, CancellationToken ct);
}

/// <param name="Kind">sale, refund, capture, payout, chargeback, …</param>
/// <param name="DocumentId">The order, refund, attempt, … that it tells of.</param>
/// <param name="Reference">For the bookkeeper: the order's reference or the invoice's number.</param>
public sealed record LedgerEntry(string Kind, Guid DocumentId, Guid? OrderId, string Reference, IReadOnlyList<LedgerLine> Lines);

/// <param name="Amount">Debit is positive, credit negative.</param>
public sealed record LedgerLine(string Account, Money Amount);

/// <summary>The accounts. Some have one per rate or provider, after a colon.</summary>
public static class Accounts
{
    /// <summary>What buyers owe us (debit) and what we owe them (credit): a paid order leaves it at zero.</summary>
    public const string Customers = "customers";

    /// <summary>Sales without VAT.</summary>
    public const string Revenue = "revenue";

    /// <summary>Service fees without VAT.</summary>
    public const string Fees = "fees";

    /// <summary>Gift vouchers sold and not yet spent.</summary>
    public const string GiftVouchers = "gift_vouchers";

    /// <summary>Money taken back by card holders' banks.</summary>
    public const string Chargebacks = "chargebacks";

    /// <summary>Our account at the bank, where providers pay out.</summary>
    public const string Bank = "bank";

    /// <summary>What providers keep for their work.</summary>
    public const string ProviderFees = "provider_fees";

    /// <summary>VAT to hand over, per rate: <c>vat:900</c>.</summary>
    public static string Vat(int basisPoints) => $"vat:{basisPoints}";

    /// <summary>Our money at a provider: <c>provider:mollie</c>.</summary>
    public static string Provider(string provider) => $"provider:{provider}";
}
