using System.Security.Cryptography;
using Balie.Contracts.Inventory;
using Balie.Contracts.Payments;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Vouchers;

/// <summary>
/// Makes a voucher: a share or a sum off, what opens hidden offers, or money paid before. Uses that are limited are a pool of Inventory.
/// A gift voucher's money stands in the ledger from here on as what we owe its bearer.
/// </summary>
internal static class CreateVoucher
{
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private const int CodeLength = 12;
    private const long HighestMinor = 100_000_000;
    private const int MostOffers = 100;
    private const int MostUses = 1_000_000;

    /// <param name="Kind">percentage, amount, unlock or gift.</param>
    /// <param name="Code">4 to 40 letters, digits and dashes; without it one is made that nobody guesses.</param>
    /// <param name="Amount">Of an amount: what it takes off. Of a gift: what was paid for it.</param>
    /// <param name="OfferIds">What a discount is limited to, or what an unlock opens: such as ticket types.</param>
    public sealed record Request(
        string Kind, string? Code = null, int? ShareBasisPoints = null, Money? Amount = null, Money? Cap = null, int? MaxUses = null,
        IReadOnlyList<Guid>? OfferIds = null, DateTimeOffset? ValidFrom = null, DateTimeOffset? ValidUntil = null);

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/vouchers", Handle).Needs(Permission.OrdersWrite).Creates();

    public static async Task<Outcome<VoucherView>> Handle(
        Request request, Caller caller, IInventory inventory, ILedger ledger, Db db, CancellationToken ct)
    {
        if (Problem(request) is { } problem) return problem;
        var code = request.Code is null ? RandomNumberGenerator.GetString(Alphabet, CodeLength) : Voucher.Read(request.Code);
        if (code is null) return KernelRefusals.Invalid.At("code", "Use 4 to 40 letters, digits and dashes.");
        return await db.Transact<VoucherView>(async tx =>
        {
            var voucher = new Voucher
            {
                VoucherId = tx.NewId(),
                Code = code,
                Kind = request.Kind,
                ShareBasisPoints = request.ShareBasisPoints,
                AmountMinor = request.Amount?.Amount,
                CapMinor = request.Cap?.Amount,
                BalanceMinor = request.Kind == VoucherKinds.Gift ? request.Amount?.Amount : null,
                Currency = request.Amount?.Currency ?? request.Cap?.Currency ?? "EUR",
                MaxUses = request.MaxUses,
                OfferIds = request.OfferIds?.Distinct().ToArray(),
                ValidFrom = request.ValidFrom,
                ValidUntil = request.ValidUntil,
                CreatedAt = tx.Now,
            };
            if (await tx.Run(Insert, new
            {
                voucher.VoucherId,
                voucher.Code,
                voucher.Kind,
                voucher.ShareBasisPoints,
                voucher.AmountMinor,
                voucher.CapMinor,
                voucher.BalanceMinor,
                voucher.Currency,
                voucher.MaxUses,
                voucher.OfferIds,
                voucher.ValidFrom,
                voucher.ValidUntil,
                caller.Actor,
                voucher.CreatedAt,
            }, ct) == 0) return CodeTaken;
            if (voucher.MaxUses is { } uses) await inventory.CreatePool(tx, voucher.VoucherId, uses, ct);
            if (request is { Kind: VoucherKinds.Gift, Amount: { } paid })
            {
                await ledger.Post(tx, new LedgerEntry("gift_voucher_sold", voucher.VoucherId, null, voucher.Code,
                    [new LedgerLine(Accounts.Bank, paid), new LedgerLine(Accounts.GiftVouchers, paid with { Amount = -paid.Amount })]), ct);
            }
            return VoucherView.Of(voucher, 0);
        }, ct);
    }

    private static Refusal? Problem(Request request)
    {
        var (kind, invalid) = (request.Kind, KernelRefusals.Invalid);
        void Expect(bool holds, string field, string message) => invalid = holds ? invalid : invalid.At(field, message);

        Expect(kind is VoucherKinds.Percentage or VoucherKinds.Amount or VoucherKinds.Unlock or VoucherKinds.Gift, "kind",
            "Choose percentage, amount, unlock or gift.");
        Expect(kind == VoucherKinds.Percentage ? request.ShareBasisPoints is >= 1 and <= 10_000 : request.ShareBasisPoints is null,
            "shareBasisPoints", "A percentage has 1 to 10000, other kinds none.");
        Expect(kind is VoucherKinds.Amount or VoucherKinds.Gift ? Fits(request.Amount) : request.Amount is null, "amount",
            $"An amount or gift has 1 to {HighestMinor} of a currency, other kinds none.");
        Expect(request.Cap is null || (kind == VoucherKinds.Percentage && Fits(request.Cap)), "cap",
            $"Only a percentage has a cap, of 1 to {HighestMinor}.");
        Expect(request.MaxUses is null or (>= 1 and <= MostUses), "maxUses", $"Must be between 1 and {MostUses}.");
        Expect(request.OfferIds is null or { Count: >= 1 and <= MostOffers }, "offerIds",
            $"Name 1 to {MostOffers} offers, or leave it out.");
        Expect(kind != VoucherKinds.Unlock || request.OfferIds is not null, "offerIds", "Say what it opens.");
        Expect(kind != VoucherKinds.Gift || (request.OfferIds is null && request.MaxUses is null), "kind",
            "A gift voucher is money: it has no offers and no number of uses.");
        Expect(!(request.ValidUntil <= request.ValidFrom), "validUntil", "Must be after validFrom.");
        return invalid.Errors.Count == 0 ? null : invalid;
    }

    private static bool Fits(Money? amount) =>
        amount is { Amount: >= 1 and <= HighestMinor, Currency: { Length: 3 } currency } && currency.All(char.IsAsciiLetterUpper);

    private const string Insert = """
        insert into orders.vouchers (
            org_id, voucher_id, code, kind, share_basis_points, amount_minor, cap_minor, balance_minor, currency, max_uses, offer_ids,
            valid_from, valid_until, actor, created_at)
        values (
            @orgId, @VoucherId, @Code, @Kind, @ShareBasisPoints, @AmountMinor, @CapMinor, @BalanceMinor, @Currency, @MaxUses, @OfferIds,
            @ValidFrom, @ValidUntil, @Actor, @CreatedAt)
        on conflict (org_id, code) do nothing
        """;
}
