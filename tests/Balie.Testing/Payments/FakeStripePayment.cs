using System.Text.Json.Nodes;

namespace Balie.Testing.Payments;

/// <summary>A Checkout Session as fake Stripe keeps it.</summary>
internal sealed class FakeStripeSession
{
    public required string Id { get; init; }
    public required long Amount { get; init; }
    public required string Currency { get; init; }
    public required long ExpiresAt { get; init; }
    public required IReadOnlyDictionary<string, string> Form { get; init; }
    public string Status { get; set; } = "open";
    public bool IsPaid { get; set; }

    /// <summary>There once the buyer has done something.</summary>
    public FakeStripeIntent? Intent { get; set; }

    public JsonObject Show(string url, bool expand) => new()
    {
        ["id"] = Id,
        ["object"] = "checkout.session",
        ["url"] = Status == "open" ? url : null,
        ["status"] = Status,
        ["payment_status"] = IsPaid ? "paid" : "unpaid",
        ["amount_total"] = Amount,
        ["currency"] = Currency,
        ["expires_at"] = ExpiresAt,
        ["client_reference_id"] = Form.GetValueOrDefault("client_reference_id"),
        ["metadata"] = new JsonObject { ["attempt"] = Form.GetValueOrDefault("metadata[attempt]") },
        ["payment_intent"] = Intent is null ? null : expand ? Intent.Show(expand: true) : Intent.Id,
    };
}

internal sealed class FakeStripeIntent
{
    public required string Id { get; init; }
    public required string Charge { get; init; }
    public required long Amount { get; init; }
    public required string Currency { get; init; }
    public string? Mark { get; init; }
    public string Status { get; set; } = "requires_payment_method";
    public long Received { get; set; }
    public bool HasCharge { get; set; }
    public string? Error { get; set; }
    public string? CancellationReason { get; set; }
    public FakeStripeDispute? Dispute { get; set; }
    public List<FakeStripeRefund> Refunds { get; } = [];

    public long Refunded => Refunds.Where(refund => refund.Status is not ("failed" or "canceled")).Sum(refund => refund.Amount);

    public JsonObject Show(bool expand) => new()
    {
        ["id"] = Id,
        ["object"] = "payment_intent",
        ["status"] = Status,
        ["amount"] = Amount,
        ["amount_capturable"] = Status == "requires_capture" ? Amount : 0,
        ["amount_received"] = Received,
        ["currency"] = Currency,
        ["cancellation_reason"] = CancellationReason,
        ["metadata"] = Mark is null ? new JsonObject() : new JsonObject { ["attempt"] = Mark },
        ["last_payment_error"] = Error is null ? null : new JsonObject
        {
            ["type"] = "card_error",
            ["code"] = Error,
            ["decline_code"] = "generic_decline",
            ["message"] = "Your card was declined.",
        },
        ["latest_charge"] = !HasCharge ? null : expand ? ShowCharge() : Charge,
    };

    public static JsonObject List(IEnumerable<JsonObject> entries) =>
        new() { ["object"] = "list", ["data"] = new JsonArray([.. entries]), ["has_more"] = false };

    private JsonObject ShowCharge() => new()
    {
        ["id"] = Charge,
        ["object"] = "charge",
        ["amount"] = Amount,
        ["amount_captured"] = Received,
        ["amount_refunded"] = Refunded,
        ["disputed"] = Dispute is not null,
        ["payment_method_details"] = new JsonObject { ["type"] = "ideal" },
        ["refunds"] = List(Refunds.Select(refund => refund.Show(this))),
    };
}

internal sealed class FakeStripeRefund
{
    public required string Id { get; init; }
    public required long Amount { get; init; }
    public required string? Mark { get; init; }
    public string Status { get; set; } = "pending";
    public string? FailureReason { get; set; }

    public JsonObject Show(FakeStripeIntent intent) => new()
    {
        ["id"] = Id,
        ["object"] = "refund",
        ["status"] = Status,
        ["amount"] = Amount,
        ["currency"] = intent.Currency,
        ["payment_intent"] = intent.Id,
        ["charge"] = intent.Charge,
        ["failure_reason"] = FailureReason,
        ["metadata"] = Mark is null ? new JsonObject() : new JsonObject { ["refund"] = Mark },
    };
}

internal sealed class FakeStripeDispute
{
    public required string Id { get; init; }
    public required long Amount { get; init; }
    public string Status { get; set; } = "needs_response";

    public JsonObject Show(FakeStripeIntent intent) => new()
    {
        ["id"] = Id,
        ["object"] = "dispute",
        ["status"] = Status,
        ["amount"] = Amount,
        ["currency"] = intent.Currency,
        ["charge"] = intent.Charge,
        ["payment_intent"] = intent.Id,
        ["metadata"] = new JsonObject(),
    };
}
