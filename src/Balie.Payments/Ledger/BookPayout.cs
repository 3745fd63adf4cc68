using Balie.Contracts.Payments;
using Balie.Payments.Providers;
using Npgsql;
using static Balie.Payments.PaymentsRefusals;

namespace Balie.Payments.Ledger;

/// <summary>
/// Books what a provider paid out to the bank, and what it kept for itself. The same payout is booked once, by the provider's reference.
/// </summary>
internal static class BookPayout
{
    private const string ReferenceUnique = "payouts_reference_unique";
    private const int LongestReference = 100;

    /// <param name="Amount">What arrived at the bank.</param>
    /// <param name="Fee">What the provider kept; left out when nothing.</param>
    /// <param name="PaidOn">The day on the statement.</param>
    /// <param name="Reference">The provider's.</param>
    public sealed record NewPayout(string Provider, Money Amount, DateOnly PaidOn, string Reference, Money? Fee = null);

    public sealed record Payout(
        Guid Id, string Provider, Money Amount, Money Fee, DateOnly PaidOn, string Reference, string Actor, DateTimeOffset CreatedAt);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/payments/payouts", Handle).Needs(Permission.LedgerWrite).Creates();

    public static async Task<Outcome<Payout>> Handle(
        NewPayout body, Caller caller, Db db, ILedger ledger, ProviderCalls providers, CancellationToken ct)
    {
        try { return await Book(body, caller, db, ledger, providers, ct); }
        catch (PostgresException twin) when (twin.ConstraintName == ReferenceUnique) { return PayoutKnown; }
    }

    private static Task<Outcome<Payout>> Book(
        NewPayout body, Caller caller, Db db, ILedger ledger, ProviderCalls providers, CancellationToken ct) =>
        db.Transact<Payout>(async tx =>
        {
            var fee = body.Fee ?? Money.Zero(body.Amount.Currency);
            if (Wrong(body, fee, providers).ToArray() is { Length: > 0 } problems) return PayoutWrong with { Errors = problems };

            var payout = new Payout(
                tx.NewId(), body.Provider, body.Amount, fee, body.PaidOn, body.Reference.Trim(), caller.Actor, tx.Now);
            await tx.Run(Insert, new
            {
                payout.Id,
                payout.Provider,
                amountMinor = payout.Amount.Amount,
                feeMinor = fee.Amount,
                fee.Currency,
                payout.PaidOn,
                payout.Reference,
                payout.Actor,
                tx.Now,
            }, ct);
            await ledger.Post(tx, new LedgerEntry("payout", payout.Id, null, payout.Reference,
            [
                new(Accounts.Bank, payout.Amount), new(Accounts.ProviderFees, fee),
                new(Accounts.Provider(payout.Provider), Money.Zero(fee.Currency) - payout.Amount - fee),
            ]), ct);
            return payout;
        }, ct);

    private static IEnumerable<FieldError> Wrong(NewPayout body, Money fee, ProviderCalls providers)
    {
        if (providers.Find(body.Provider) is null)
            yield return new FieldError("provider", $"Choose from {string.Join(", ", providers.Names)}.");
        if (body.Amount.Amount <= 0) yield return new FieldError("amount", "More than nothing.");
        if (body.Amount.Currency.Length != 3 || body.Amount.Currency.Any(letter => !char.IsAsciiLetterUpper(letter)))
            yield return new FieldError("amount.currency", "Three capitals, such as EUR.");
        if (fee.Amount < 0 || fee.Currency != body.Amount.Currency)
            yield return new FieldError("fee", "Nothing or more, in the currency of the amount.");
        if (body.Reference.Trim().Length is 0 or > LongestReference)
            yield return new FieldError("reference", $"1 to {LongestReference} characters.");
    }

    private const string Insert = """
        insert into payments.payouts (
            org_id, payout_id, provider, amount_minor, fee_minor, currency, paid_on, reference, actor, created_at)
        values (@orgId, @id, @provider, @amountMinor, @feeMinor, @currency, @paidOn, @reference, @actor, @now)
        """;
}
