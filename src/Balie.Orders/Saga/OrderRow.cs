using Balie.Contracts.Orders;

namespace Balie.Orders.Saga;

/// <summary>One order as it stands in the database.</summary>
internal sealed record OrderRow(
    Guid OrderId, string Reference, string Status, string OnHold, Guid? UserId, string BuyerName, string BuyerEmail, string Locale,
    long TotalMinor, string Currency, long SettledMinor, long AuthorisedMinor, long CapturedMinor, long RefundedMinor,
    long ChargedBackMinor, bool CaptureLater, DateTimeOffset? ExpiresAt, DateTimeOffset? ConfirmedAt, DateTimeOffset CreatedAt)
{
    public Money Total => new(TotalMinor, Currency);

    /// <summary>What covers it for good.</summary>
    public long PaidMinor => CapturedMinor + SettledMinor;

    public Money Due => new(Math.Max(0, TotalMinor - PaidMinor), Currency);

    /// <summary>Authorised money counts where it is only taken once the places are the buyer's.</summary>
    public bool IsCovered => PaidMinor + (CaptureLater ? AuthorisedMinor : 0) >= TotalMinor;

    public bool IsSold => Status is OrderStates.Confirmed or OrderStates.Completed;

    public Buyer Buyer => new(UserId, BuyerName, BuyerEmail, Locale);

    public const string Columns = """
        order_id, reference, status, on_hold, user_id, buyer_name, buyer_email, locale, total_minor, currency::text, settled_minor,
            authorised_minor, captured_minor, refunded_minor, charged_back_minor, capture_later, expires_at, confirmed_at, created_at
        """;

    /// <summary>Locks it: the beginning of every change to an order, its payments and its refunds.</summary>
    public static Task<OrderRow?> Lock(Tx tx, Guid orderId, CancellationToken ct) => tx.One<OrderRow>(SelectLocked, new { orderId }, ct);

    private const string SelectLocked = $"""
        select {Columns}
        from orders.orders
        where org_id = @orgId and order_id = @orderId
        for update
        """;

    /// <summary>
    /// Finds one order for whoever may see it: its own person, staff, or a guest who knows the reference or id and the e-mail address.
    /// Everybody else gets nothing, as if it did not exist.
    /// </summary>
    public static Task<OrderRow?> Find(
        Sql sql, string idOrReference, string? email, Caller caller, Permission staff, bool forUpdate, CancellationToken ct)
    {
        var reference = References.Read(idOrReference);
        Guid? orderId = Guid.TryParse(idOrReference, out var id) ? id : null;
        if (reference is null && orderId is null) return Task.FromResult<OrderRow?>(null);
        return sql.One<OrderRow>(forUpdate ? SelectOne + "for update" : SelectOne,
            new { orderId, reference, userId = caller.UserId, email, isStaff = caller.May(staff) }, ct);
    }

    private const string SelectOne = $"""
        select {Columns}
        from orders.orders
        where org_id = @orgId
        and (order_id = @orderId or reference = @reference)
        and (@isStaff or user_id = @userId or buyer_email_folded = lower(@email))

        """;
}
