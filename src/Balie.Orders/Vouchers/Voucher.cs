namespace Balie.Orders.Vouchers;

/// <summary>The values of <c>orders.vouchers.kind</c>.</summary>
internal static class VoucherKinds
{
    /// <summary>A share of what it covers, up to a cap.</summary>
    public const string Percentage = "percentage";

    /// <summary>A fixed sum off what it covers.</summary>
    public const string Amount = "amount";

    /// <summary>Opens offers that are hidden without it.</summary>
    public const string Unlock = "unlock";

    /// <summary>Money paid before: a means of payment with a balance, no discount.</summary>
    public const string Gift = "gift";
}

/// <summary>A voucher as it stands in the database.</summary>
internal sealed record Voucher
{
    /// <summary>Of the use that it was read by, if any.</summary>
    public Guid UseId { get; init; }

    public Guid VoucherId { get; init; }
    public string Code { get; init; } = "";
    public string Kind { get; init; } = "";
    public int? ShareBasisPoints { get; init; }
    public long? AmountMinor { get; init; }
    public long? CapMinor { get; init; }
    public long? BalanceMinor { get; init; }
    public string Currency { get; init; } = "";
    public int? MaxUses { get; init; }
    public Guid[]? OfferIds { get; init; }
    public DateTimeOffset? ValidFrom { get; init; }
    public DateTimeOffset? ValidUntil { get; init; }
    public DateTimeOffset? WithdrawnAt { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    public bool IsDiscount => Kind is VoucherKinds.Percentage or VoucherKinds.Amount;

    /// <summary>Of a discount that names no offers, everything.</summary>
    public bool Covers(Guid? offerId) => OfferIds is null || (offerId is { } id && OfferIds.Contains(id));

    public bool IsValid(DateTimeOffset now) => WithdrawnAt is null && !(ValidFrom > now) && !(ValidUntil <= now);

    public const string Columns = """
        vouchers.voucher_id, vouchers.code, vouchers.kind, vouchers.share_basis_points, vouchers.amount_minor, vouchers.cap_minor,
            vouchers.balance_minor, vouchers.currency, vouchers.max_uses, vouchers.offer_ids, vouchers.valid_from, vouchers.valid_until,
            vouchers.withdrawn_at, vouchers.created_at
        """;

    /// <summary>What somebody typed, as codes are stored; null when it cannot be one.</summary>
    public static string? Read(string typed)
    {
        var code = typed.Trim().ToUpperInvariant();
        return code.Length is >= 4 and <= 40 && code.All(character => char.IsAsciiLetterUpper(character) || char.IsAsciiDigit(character)
            || character == '-') ? code : null;
    }
}
