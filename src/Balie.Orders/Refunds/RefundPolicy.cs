namespace Balie.Orders.Refunds;

/// <summary>
/// What a buyer gets back who gives something back: a share by how long it is until the start, less a flat fee. No tiers mean nothing; one
/// tier until the start is a plain percentage. What the seller calls off is always paid back whole, whatever stands here.
/// </summary>
/// <param name="Tiers">From the earliest to the latest: ever closer to the start, and never a larger share than before.</param>
/// <param name="FeePerUnitMinor">Kept of every ticket that goes back.</param>
/// <param name="FeePerOrderMinor">Kept once of an order, with the first that goes back.</param>
/// <param name="FeesGoBack">Service fees go back in proportion.</param>
internal sealed record RefundPolicy(
    IReadOnlyList<RefundTier> Tiers, int FeePerUnitMinor = 0, int FeePerOrderMinor = 0, bool FeesGoBack = false)
{
    public const int MostTiers = 10;
    private const int MostFeeMinor = 1_000_000;

    /// <summary>Where nobody decided anything: everything but service fees until a visitor may no longer cancel, then nothing.</summary>
    public static RefundPolicy Default(Policies figures) =>
        new([new RefundTier((int)Math.Ceiling(figures.CancellationUntil.TotalHours), RefundTier.Whole)]);

    /// <summary>Which share goes back at this moment. What starts at no moment goes back whole.</summary>
    public int ShareAt(DateTimeOffset now, DateTimeOffset? startsAt) =>
        startsAt is not { } start
            ? RefundTier.Whole
            : Tiers.FirstOrDefault(tier => now <= start - TimeSpan.FromHours(tier.UntilHoursBefore))?.ShareBasisPoints ?? 0;

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public Refusal? Problem()
    {
        var invalid = KernelRefusals.Invalid;
        if (Tiers.Count > MostTiers) return invalid.At("tiers", $"Give at most {MostTiers} tiers.");
        for (var i = 0; i < Tiers.Count; i++)
        {
            if (Tiers[i] is null) return KernelRefusals.Malformed;
            if (Tiers[i].UntilHoursBefore is < 0 or > RefundTier.MostHours)
                invalid = invalid.At($"tiers[{i}].untilHoursBefore", $"Choose from 0 to {RefundTier.MostHours} hours.");
            if (Tiers[i].ShareBasisPoints is < 1 or > RefundTier.Whole)
                invalid = invalid.At($"tiers[{i}].shareBasisPoints", $"Choose from 1 to {RefundTier.Whole}.");
            if (i == 0) continue;
            if (Tiers[i].UntilHoursBefore >= Tiers[i - 1].UntilHoursBefore)
                invalid = invalid.At($"tiers[{i}].untilHoursBefore", "Every tier ends closer to the start than the one before it.");
            if (Tiers[i].ShareBasisPoints > Tiers[i - 1].ShareBasisPoints)
                invalid = invalid.At($"tiers[{i}].shareBasisPoints", "The share does not grow towards the start.");
        }
        if (FeePerUnitMinor is < 0 or > MostFeeMinor)
            invalid = invalid.At("feePerUnitMinor", $"Choose from 0 to {MostFeeMinor}.");
        if (FeePerOrderMinor is < 0 or > MostFeeMinor)
            invalid = invalid.At("feePerOrderMinor", $"Choose from 0 to {MostFeeMinor}.");
        return invalid.Errors.Count == 0 ? null : invalid;
    }
}

/// <param name="UntilHoursBefore">Applies until so many hours before the start.</param>
/// <param name="ShareBasisPoints">10000 is everything.</param>
internal sealed record RefundTier(int UntilHoursBefore, int ShareBasisPoints)
{
    public const int Whole = 10_000;
    public const int MostHours = 24 * 365;
}
