using System.Text.Json;

namespace Balie.Payments.Providers.Mollie;

/// <summary>An amount with exactly the decimals of its currency.</summary>
internal sealed record MollieAmount(string? Currency, string? Value)
{
    public static MollieAmount Of(Money money) => new(money.Currency, MinorUnits.ToDecimal(money));

    public Money ToMoney() =>
        Currency is { Length: 3 } currency && MinorUnits.FromDecimal(Value, currency) is { } money
            ? money
            : throw new ProviderAwayException("Mollie gave an amount that is none.");
}

/// <summary>What travels along with payments and refunds, and comes back with them.</summary>
internal sealed record MollieMetadata(Guid? Attempt = null, string? Order = null, Guid? Refund = null, string? Key = null);

internal sealed record NewMolliePayment(
    MollieAmount Amount, string Description, string RedirectUrl, string CancelUrl, string? WebhookUrl, string? Method, string? Locale,
    string? CaptureMode, MollieMetadata Metadata);

internal sealed record NewMollieMovement(MollieAmount Amount, string Description, MollieMetadata Metadata);

internal sealed record MolliePayment(
    string? Id, string? Status, MollieAmount? Amount, MollieAmount? AmountChargedBack, string? Method, bool? IsCancelable,
    DateTimeOffset? AuthorizedAt, DateTimeOffset? ExpiresAt, MollieDetails? Details, MollieStatusReason? StatusReason,
    MollieEmbedded? _embedded, MollieLinks? _links);

internal sealed record MollieDetails(string? FailureReason);

internal sealed record MollieStatusReason(string? Code);

internal sealed record MollieEmbedded(
    IReadOnlyList<MollieMovement>? Refunds, IReadOnlyList<MollieMovement>? Captures, IReadOnlyList<MollieChargeback>? Chargebacks);

/// <summary>A refund or a capture. Metadata of others, such as the dashboard, may be any JSON at all.</summary>
internal sealed record MollieMovement(
    string? Id, string? Status, MollieAmount? Amount, JsonElement? Metadata, MollieStatusReason? StatusReason)
{
    public MollieMetadata Ours()
    {
        try { return Metadata?.Deserialize<MollieMetadata>(Texts.CamelJson) ?? new MollieMetadata(); }
        catch (JsonException) { return new MollieMetadata(); }
    }
}

internal sealed record MollieChargeback(MollieAmount? Amount, DateTimeOffset? ReversedAt);

internal sealed record MollieMovements(MollieEmbedded? _embedded);

internal sealed record MollieLinks(MollieLink? Checkout);

internal sealed record MollieLink(string? Href);

internal sealed record MollieError(int Status, string? Title, string? Detail, string? Field);

/// <summary>A next-generation webhook.</summary>
internal sealed record MollieEvent(
    string? Resource, string? Id, string? Type, string? EntityId, DateTimeOffset? CreatedAt, MollieEventEmbedded? _embedded);

internal sealed record MollieEventEmbedded(MollieEventEntity? Entity);

internal sealed record MollieEventEntity(string? PaymentId);
