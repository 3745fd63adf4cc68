using System.Globalization;
using System.Text.Json.Nodes;

namespace Balie.Testing.Payments;

/// <summary>A payment as fake Mollie keeps and shows it.</summary>
internal sealed class FakeMolliePayment
{
    public required string Id { get; init; }
    public required string Owner { get; init; }
    public required string Currency { get; init; }
    public required long Amount { get; init; }
    public required string RedirectUrl { get; init; }
    public required Uri? WebhookUrl { get; init; }
    public string? CancelUrl { get; init; }
    public JsonNode? Metadata { get; init; }
    public bool IsManual { get; init; }
    public string? Method { get; set; }
    public string Status { get; set; } = "open";
    public string? AuthorizedAt { get; set; }
    public long ChargedBack { get; set; }
    public List<FakeMollieMovement> Captures { get; } = [];
    public List<FakeMollieMovement> Refunds { get; } = [];

    public bool IsBeingReleased { get; set; }

    public long Captured => IsManual ? Captures.Where(its => its.Status == "succeeded").Sum(its => its.Amount)
        : Status == "paid" ? Amount : 0;

    /// <summary>Also what is only on its way: it cannot be given back twice.</summary>
    public long Refunded => Refunds.Where(its => its.Status is not ("failed" or "canceled")).Sum(its => its.Amount);

    public JsonObject Show(string checkout, bool isCancelable, string[] embed)
    {
        var shown = new JsonObject
        {
            ["resource"] = "payment",
            ["id"] = Id,
            ["mode"] = "test",
            ["createdAt"] = "2026-01-01T12:00:00+00:00",
            ["amount"] = Write(Amount, Currency),
            ["description"] = "as given",
            ["method"] = Method,
            ["metadata"] = Metadata?.DeepClone(),
            ["status"] = Status,
            ["isCancelable"] = isCancelable && Status is "open" or "pending",
            ["sequenceType"] = "oneoff",
            ["profileId"] = "pfl_fake",
            ["redirectUrl"] = RedirectUrl,
            ["webhookUrl"] = WebhookUrl?.ToString(),
            ["_links"] = new JsonObject
            {
                ["self"] = new JsonObject { ["href"] = "…", ["type"] = "application/hal+json" },
            },
        };
        if (Status == "open") shown["_links"]!["checkout"] = new JsonObject { ["href"] = checkout, ["type"] = "text/html" };
        if (Status == "failed") shown["details"] = new JsonObject { ["failureReason"] = "insufficient_funds" };
        if (AuthorizedAt is not null) shown["authorizedAt"] = AuthorizedAt;
        if (Captured > 0)
        {
            shown["amountRefunded"] = Write(Refunded, Currency);
            shown["amountRemaining"] = Write(Captured - Refunded, Currency);
        }
        if (IsManual) shown["amountCaptured"] = Write(Captured, Currency);
        if (ChargedBack > 0) shown["amountChargedBack"] = Write(ChargedBack, Currency);
        if (embed is not [""]) shown["_embedded"] = Embedded(embed);
        return shown;
    }

    public static JsonObject Write(long amount, string currency)
    {
        var decimals = Decimals(currency);
        var digits = amount.ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        return new JsonObject
        {
            ["currency"] = currency,
            ["value"] = decimals == 0 ? digits : $"{digits[..^decimals]}.{digits[^decimals..]}",
        };
    }

    public static int Decimals(string currency) => currency switch { "JPY" or "ISK" => 0, "KWD" or "BHD" => 3, _ => 2 };

    private JsonObject Embedded(string[] embed)
    {
        var embedded = new JsonObject();
        if (embed.Contains("refunds")) embedded["refunds"] = new JsonArray([.. Refunds.Select(its => its.Show("refund", this))]);
        if (embed.Contains("captures")) embedded["captures"] = new JsonArray([.. Captures.Select(its => its.Show("capture", this))]);
        if (embed.Contains("chargebacks"))
            embedded["chargebacks"] = ChargedBack == 0
                ? new JsonArray()
                : new JsonArray(new JsonObject
                {
                    ["resource"] = "chargeback",
                    ["id"] = "chb_fake",
                    ["amount"] = Write(ChargedBack, Currency),
                    ["reversedAt"] = null,
                });
        return embedded;
    }
}

/// <summary>A refund or a capture of it.</summary>
internal sealed class FakeMollieMovement
{
    public required string Id { get; init; }
    public required long Amount { get; init; }
    public JsonNode? Metadata { get; init; }
    public string Status { get; set; } = "pending";

    public bool IsOpen => Status is "queued" or "pending" or "processing";

    public JsonObject Show(string resource, FakeMolliePayment payment) => new()
    {
        ["resource"] = resource,
        ["id"] = Id,
        ["amount"] = FakeMolliePayment.Write(Amount, payment.Currency),
        ["status"] = Status,
        ["paymentId"] = payment.Id,
        ["metadata"] = Metadata?.DeepClone(),
        ["createdAt"] = "2026-01-01T12:00:00+00:00",
    };
}
