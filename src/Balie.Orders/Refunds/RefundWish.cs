using Balie.Contracts.Orders;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Refunds;

/// <summary>What is to go back, in one of four ways: everything that is left, some lines, some units, or a plain sum.</summary>
/// <param name="All">Everything that is left; of what was used already, only at the hands of staff.</param>
/// <param name="Units">Single tickets.</param>
/// <param name="Amount">Staff only: so much money, and nothing is given back for it.</param>
/// <param name="Terms">policy: by the organisation's rules. full: all that was paid, service fees included; staff only.</param>
/// <param name="Restock">Staff only: false leaves what was sold with the buyer.</param>
internal sealed record RefundWish(
    string Reason, bool All = false, IReadOnlyList<RefundWish.Line>? Lines = null, IReadOnlyList<Guid>? Units = null, Money? Amount = null,
    string Terms = RefundTerms.Policy, bool Restock = true)
{
    private const int LongestReason = 500;
    private const int MostParts = 200;

    /// <param name="Quantity">All that is left of it, if not said.</param>
    internal sealed record Line(Guid LineId, int? Quantity = null);

    public Refusal? Problem(bool byStaff)
    {
        if (Reason.Trim().Length is 0 or > LongestReason) return ReasonRequired;
        var ways = (All ? 1 : 0) + (Lines is null ? 0 : 1) + (Units is null ? 0 : 1) + (Amount is null ? 0 : 1);
        if (ways != 1) return RefundWishUnclear;
        if (Lines is { Count: 0 or > MostParts } || Units is { Count: 0 or > MostParts }) return RefundWishUnclear;
        if (Lines is not null && (Lines.Any(line => line is null) || Lines.DistinctBy(line => line.LineId).Count() < Lines.Count))
            return RefundWishUnclear.At("lines");
        if (Units is not null && Units.Distinct().Count() < Units.Count) return RefundWishUnclear.At("units");
        if (Amount is { Amount: <= 0 }) return RefundWishUnclear.At("amount");
        if (Terms is not (RefundTerms.Policy or RefundTerms.Full)) return RefundWishUnclear.At("terms", "Choose policy or full.");
        return byStaff || (Amount is null && Terms == RefundTerms.Policy && Restock) ? null : RefundTermsNotYours;
    }

    /// <summary>Which units of which lines these are.</summary>
    /// <param name="byStaff">Whoever was let in has had what they paid for; only staff may see that otherwise.</param>
    public Outcome<TakenBack[]> Choose(SoldOrder sold, bool byStaff)
    {
        if (Amount is not null) return Array.Empty<TakenBack>();
        if (Units is not null) return ChooseUnits(sold, Units, byStaff);
        SoldLine[] items = [.. sold.Lines.Where(line => line.IsItem)];
        var wanted = Lines?.Select(line => (line.LineId, line.Quantity)) ?? items.Select(line => (line.LineId, (int?)null));
        var taken = new List<TakenBack>();
        foreach (var (lineId, quantity) in wanted)
        {
            if (items.FirstOrDefault(line => line.LineId == lineId) is not { } line) return NotInThisOrder.At("lines");
            if (quantity is < 1 || quantity > line.LeftQuantity) return RefundTooMany.With("available", line.LeftQuantity);
            var back = ChooseFrom(sold, line, quantity, byStaff || sold.HoldOf(line).IsCalledOff);
            if (back.Refusal is not null) return back.Refusal;
            if (back.Value is { Quantity: > 0 } some) taken.Add(some);
        }
        if (taken.Count == 0) return NothingToRefund;
        return IsWithoutIdentity(sold, taken) is { } early && Restock ? early : taken.ToArray();
    }

    private static Outcome<TakenBack> ChooseFrom(SoldOrder sold, SoldLine line, int? quantity, bool alsoUsed)
    {
        var units = sold.HoldOf(line).UnitsOf(line);
        if (units.Count == 0) return new TakenBack(line, quantity ?? line.LeftQuantity, []);
        HeldUnit[] left = [.. units.Where(unit => !unit.IsGone && !line.ReturnedUnits.Contains(unit.UnitId) && (alsoUsed || !unit.IsUsed))];
        var count = quantity ?? Math.Min(left.Length, line.LeftQuantity);
        if (count > left.Length) return UnitUsed.With("available", left.Length);
        // The last ones first: whoever keeps a part of their tickets keeps those with the lowest numbers.
        return new TakenBack(line, count, [.. left.Reverse().OrderBy(unit => unit.IsUsed).Take(count).Select(unit => unit.UnitId)]);
    }

    private static Outcome<TakenBack[]> ChooseUnits(SoldOrder sold, IReadOnlyList<Guid> unitIds, bool byStaff)
    {
        var taken = new Dictionary<Guid, TakenBack>();
        foreach (var unitId in unitIds)
        {
            var found = sold.Lines.Where(line => line.IsItem)
                .SelectMany(line => sold.HoldOf(line).UnitsOf(line).Select(unit => (Line: line, Unit: unit)))
                .FirstOrDefault(one => one.Unit.UnitId == unitId);
            if (found.Line is not { } line) return NotInThisOrder.At("units");
            if (found.Unit.IsGone || line.ReturnedUnits.Contains(unitId)) return RefundTooMany.With("available", 0);
            if (found.Unit.IsUsed && !byStaff && !sold.HoldOf(line).IsCalledOff) return UnitUsed.With("available", 0);
            var before = taken.GetValueOrDefault(line.LineId) ?? new TakenBack(line, 0, []);
            if (before.Quantity == line.LeftQuantity) return RefundTooMany.With("available", line.LeftQuantity);
            taken[line.LineId] = before with { Quantity = before.Quantity + 1, UnitIds = [.. before.UnitIds, unitId] };
        }
        return taken.Values.ToArray();
    }

    // Tickets exist a moment after an order is paid. Before that a hold goes back whole, or not yet.
    private static Refusal? IsWithoutIdentity(SoldOrder sold, List<TakenBack> taken) =>
        taken.Where(back => back.UnitIds.Count == 0).Any(back => sold.Lines
            .Where(line => line.HoldId == back.Line.HoldId)
            .Any(line => line.LeftQuantity != (taken.Find(other => other.Line.LineId == line.LineId)?.Quantity ?? 0)))
            ? UnitsNotReady
            : null;
}

/// <summary>So many units of a line go back.</summary>
/// <param name="UnitIds">Which; empty where they have no identity, and then all that is left of the hold goes back.</param>
internal sealed record TakenBack(SoldLine Line, int Quantity, IReadOnlyList<Guid> UnitIds);
