using Balie.Contracts.Inventory;
using Balie.Contracts.Orders;
using Balie.Contracts.Payments;
using Balie.Orders.Carts;
using Balie.Orders.Desk;
using Balie.Orders.Pricing;
using Balie.Orders.Saga;
using Balie.Orders.Vouchers;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Placing;

/// <summary>What an order is to be made of.</summary>
/// <param name="Vouchers">Each with the id of its use.</param>
/// <param name="Expected">What the buyer was shown; null when they did not say.</param>
/// <param name="WantsCodes">What is hidden is ordered only with the voucher that opens it.</param>
/// <param name="Seen">The holds, where they were read in this transaction already.</param>
internal sealed record ToPlace(
    Buyer Buyer, string Actor, string By, IReadOnlyList<(string Kind, Guid HoldId)> Holds, IReadOnlyList<Voucher> Vouchers,
    Money? Expected = null, bool WantsCodes = false, IReadOnlyDictionary<Guid, HeldOffer>? Seen = null);

/// <summary>
/// Makes an order of what is held: priced once more by whoever sells it, written with its payment attempt, held for as long as paying may
/// take. No provider is called; what costs nothing is confirmed at once.
/// </summary>
internal sealed class Placement(
    OfferKinds kinds, OrderSaga saga, OrderReader orders, VoucherUses uses, IPayments payments, IInventory inventory,
    PolicyStore policies)
{
    private static readonly TimeSpan OneDay = TimeSpan.FromDays(1);

    public async Task<Outcome<OrderView>> Place(Tx tx, ToPlace wanted, CancellationToken ct)
    {
        var figures = await policies.Of(tx.OrgId, ct);
        var seen = wanted.Seen ?? await kinds.See(tx, wanted.Holds, ct);
        HeldOffer[] holds = [.. wanted.Holds.Select(hold => seen.GetValueOrDefault(hold.HoldId)).OfType<HeldOffer>()];
        if (holds.Length < wanted.Holds.Count || holds.Any(hold => hold.State != HoldStates.Held || hold.IsCalledOff)) return HoldEnded;
        if (holds.SelectMany(hold => hold.Items).DistinctBy(item => item.UnitPrice.Currency).Count() > 1) return MixedCurrencies;
        if (Misfit(wanted.Vouchers) is { } misfit) return misfit;
        if (wanted.WantsCodes && IsLocked(holds, wanted.Vouchers)) return NotUnlocked;
        if (wanted.By == Triggers.Shopper && await HasTooMany(tx, wanted.Buyer, figures, ct)) return TooManyOrders;

        var priced = Prices.Of(holds, wanted.Vouchers, figures, wanted.Buyer.Locale);
        if (wanted.Expected is { } expected && expected != priced.Total) return PriceChanged.With("total", priced.Total);
        if (Useless(wanted.Vouchers, priced) is { } useless) return VoucherUseless.With("voucher", useless.Code);

        var order = Draft(tx, wanted, priced, figures);
        OrderLineView[] lines = [.. priced.Lines.Select(line => new OrderLineView(
            tx.NewId(), line.Type, line.Kind, line.HoldId, line.Title, line.Detail, line.Name, line.Quantity, line.UnitPrice, line.Amount,
            line.VatBasisPoints))];
        if (!await OrderRows.Insert(tx, order, holds, lines, priced, ct)) return HoldEnded;
        if (await uses.Take(tx, wanted.Vouchers, order.OrderId, ct) is { } usedUp) return usedUp;
        if (!await GiftPayments.Take(tx, order.OrderId, priced.Gifts, wanted.Actor, ct)) return VoucherUsedUp;
        return priced.Due.Amount == 0
            ? await ConfirmAtOnce(tx, wanted, order, ct)
            : await AskForPayment(tx, wanted, order, holds, lines, ct);
    }

    private async Task<Outcome<OrderView>> AskForPayment(
        Tx tx, ToPlace wanted, OrderRow order, HeldOffer[] holds, OrderLineView[] lines, CancellationToken ct)
    {
        var until = order.ExpiresAt ?? throw new InvalidOperationException("An order that awaits payment has an end.");
        await OrderStep.Record(tx, order.OrderId, OrderStates.Draft, order.Status, wanted.By, wanted.Actor, "", ct);
        foreach (var hold in holds.OrderBy(hold => hold.HoldId))
            if (!await kinds.Get(hold.Kind).Extend(tx, hold.HoldId, until, ct)) return HoldEnded;
        var opened = await payments.Open(tx, RequestFor(order) with { IsFirst = true }, ct);
        tx.Publish(new OrderPlaced(order.OrderId, order.Reference, order.Total));
        return OrderReader.View(order, lines, null, Unpaid(order, opened.PaymentUrl));
    }

    private async Task<Outcome<OrderView>> ConfirmAtOnce(Tx tx, ToPlace wanted, OrderRow order, CancellationToken ct)
    {
        tx.Publish(new OrderPlaced(order.OrderId, order.Reference, order.Total));
        var draft = order with { Status = OrderStates.Draft };
        if (await saga.Confirm(tx, draft, wanted.By, wanted.Actor, "nothing left to pay", ct) is not { } confirmed) return HoldEnded;
        return await orders.View(tx, confirmed, ct);
    }

    /// <summary>A new attempt to pay what is due, in the transaction that holds the order's lock.</summary>
    public Task<OpenedPayment> Open(Tx tx, OrderRow order, CancellationToken ct) => payments.Open(tx, RequestFor(order), ct);

    private static PaymentRequest RequestFor(OrderRow order) => new(
        order.OrderId, order.Reference, order.Due, $"{order.Reference}", order.Locale,
        order.ExpiresAt ?? throw new InvalidOperationException("Only an order that awaits payment is paid."), order.CaptureLater);

    private OrderRow Draft(Tx tx, ToPlace wanted, Priced priced, Policies figures) => new(
        tx.NewId(), References.New(), OrderStates.AwaitingPayment, "", wanted.Buyer.UserId, wanted.Buyer.Name, wanted.Buyer.Email,
        wanted.Buyer.Locale, priced.Total.Amount, priced.Total.Currency, priced.Gifts.Sum(gift => gift.Amount.Amount), 0, 0, 0, 0,
        figures.CaptureLater, inventory.Now + figures.PaymentDuration, null, tx.Now);

    private static PaymentTotals Unpaid(OrderRow order, string paymentUrl)
    {
        var zero = Money.Zero(order.Currency);
        return new PaymentTotals(order.OrderId, zero, zero, zero, zero, zero, false, paymentUrl);
    }

    // Those of the cart and those of the request were each looked at, but not together.
    private static Refusal? Misfit(IReadOnlyList<Voucher> vouchers)
    {
        for (var i = 0; i < vouchers.Count; i++)
        {
            Voucher[] before = [.. vouchers.Take(i)];
            if (before.Any(other => other.VoucherId == vouchers[i].VoucherId)) return VoucherNotCombined;
            if (FindVoucher.Misfit(vouchers[i], before) is { } misfit) return misfit;
        }
        return null;
    }

    // A code that was taken out again, or ended, opened what is held and opens it no more.
    private static bool IsLocked(HeldOffer[] holds, IReadOnlyList<Voucher> vouchers)
    {
        var unlocked = UnlockedOffers.Of(vouchers);
        return holds.SelectMany(hold => hold.Items).Any(item => item.IsHidden && !unlocked.Contains(item.OfferId));
    }

    // Whoever types a code expects it to do something; a use of it must not be spent on nothing.
    private static Voucher? Useless(IReadOnlyList<Voucher> vouchers, Priced priced) => vouchers.FirstOrDefault(voucher =>
        voucher.Kind == VoucherKinds.Gift ? priced.Gifts.All(gift => gift.VoucherId != voucher.VoucherId)
        : voucher.IsDiscount && priced.Lines.All(line => line.VoucherId != voucher.VoucherId));

    private static async Task<bool> HasTooMany(Tx tx, Buyer buyer, Policies figures, CancellationToken ct)
    {
        // One order of a person at a time, or a hundred at once would all count the same few.
        var (_, counts) = await tx.Both<string, long>(TakeTurnAndCountRecent, new
        {
            person = $"{tx.OrgId}/{buyer.Email.ToUpperInvariant()}",
            buyer.Email,
            since = tx.Now - OneDay,
        }, ct);
        return counts[0] >= figures.MaxOrdersPerPersonPerDay;
    }

    // The second statement begins when the first has its lock, and sees what was committed meanwhile.
    private const string TakeTurnAndCountRecent = """
        select pg_advisory_xact_lock(hashtextextended(@person, 4712))::text;

        select count(*)
        from orders.orders
        where org_id = @orgId and buyer_email_folded = lower(@email) and created_at > @since
        """;
}
