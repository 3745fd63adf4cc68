using System.Globalization;
using System.Text.Json;

namespace Balie.Payments.Providers.Adyen;

/// <summary>An amount in Adyen's smallest unit, which for a few currencies is not the currency's own.</summary>
internal sealed record AdyenAmount(string? Currency, long Value)
{
    public static AdyenAmount Of(Money money) => new(money.Currency, MinorUnits.To(money, Decimals(money.Currency)));

    public Money ToMoney() =>
        Currency is { Length: 3 } currency
            ? MinorUnits.From(Value, currency, Decimals(currency))
            : throw new ProviderAwayException("Adyen gave an amount that is none.");

    private static int Decimals(string currency) => currency switch
    {
        "CLP" or "ISK" => 2,
        "CVE" or "IDR" => 0,
        _ => Money.DecimalsOf(currency),
    };
}

internal sealed record NewAdyenLink(
    string MerchantAccount, AdyenAmount Amount, string Reference, string Description, string ReturnUrl, string? ShopperLocale,
    string ExpiresAt, IReadOnlyList<string>? AllowedPaymentMethods, bool? ManualCapture, int? CaptureDelayHours, bool Reusable = false);

internal sealed record AdyenLinkChange(string Status);

internal sealed record AdyenLink(string? Id, string? Url, string? Status, AdyenAmount? Amount, DateTimeOffset? ExpiresAt);

internal sealed record NewAdyenModification(
    string MerchantAccount, string Reference, AdyenAmount? Amount = null, string? MerchantRefundReason = null);

internal sealed record AdyenModification(string? PspReference, string? PaymentPspReference, string? Status);

internal sealed record AdyenError(int Status, string? ErrorCode, string? Message, string? ErrorType);

internal sealed record AdyenNotification(string? Live, IReadOnlyList<AdyenEnvelope>? NotificationItems);

internal sealed record AdyenEnvelope(AdyenItem? NotificationRequestItem);

internal sealed record AdyenItem(
    string? PspReference, string? OriginalReference, string? MerchantAccountCode, string? MerchantReference, AdyenAmount? Amount,
    string? EventCode, string? EventDate, string? Success, string? Reason, string? PaymentMethod,
    IReadOnlyDictionary<string, JsonElement>? AdditionalData)
{
    public bool Succeeded => Success == "true";

    public string? Additional(string name) =>
        AdditionalData?.TryGetValue(name, out var value) == true && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public DateTimeOffset? OccurredAt() =>
        DateTimeOffset.TryParse(EventDate, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment.ToUniversalTime()
            : null;
}
