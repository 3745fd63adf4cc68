using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Balie.Testing.Payments;

/// <summary>
/// Mollie's Payments API v2 as its documents describe it: keys, decimals by currency, captures and refunds in their stages, unsigned
/// webhooks that name a payment and nothing else, and signed ones where asked for.
/// </summary>
public sealed class FakeMollie : IFakeProvider
{
    private const string Json = "application/hal+json";
    private readonly Dictionary<string, FakeMolliePayment> _payments = [];
    // No number comes twice within a run: a late call for one that has ended, at an address given out again, finds nothing here.
    private static int _numbers;

    public FakeMollie()
    {
        Server = new FakeServer(Json, Answer) { BeforeAnswer = Courier.Hurry };
        Settings = new JsonObject
        {
            ["apiKey"] = Key,
            ["webhookSecrets"] = new JsonArray(Secret),
            ["baseAddress"] = new Uri(Server.Address, "v2").ToString(),
        }.ToJsonString();
    }

    public const string Key = "test_dHar4XY7LxsDOtmnkVtjNVWXLSlXsM";
    public const string OtherKey = "test_anotherProfileOfSomebodyElse00";
    public const string Secret = "mollie_signing_secret";

    public string Name => "mollie";
    public string Settings { get; }
    public FakeServer Server { get; }
    public Courier Courier { get; } = new();
    public FakeLedger Ledger { get; } = new();
    public FakeKeys Keys { get; } = new();
    public BuyerDoes? Eager { get; set; }

    /// <summary>Each payment brings its own; this is for signed events, which are sent beside when it is set.</summary>
    public Uri? WebhookUrl { get; set; }

    /// <summary>Mollie calls no address it cannot reach. Tests may, unless they are about that.</summary>
    public bool RefusesLoopback { get; set; }

    /// <summary>Whether an open payment may be cancelled; with some methods it may not.</summary>
    public bool IsCancelable { get; set; } = true;

    /// <summary>Whether captures and releases end when the test says so.</summary>
    public bool IsSlow { get; set; }

    public void Buyer(string providerRef, BuyerDoes what)
    {
        lock (Server.Turn) Act(_payments[providerRef], what);
    }

    public void SettleRefunds(bool well = true)
    {
        lock (Server.Turn)
            foreach (var payment in _payments.Values)
                foreach (var refund in payment.Refunds.Where(refund => refund.IsOpen).ToList()) Settle(payment, refund, well);
    }

    /// <summary>Lets every capture and release that is under way end.</summary>
    public void SettleTheRest(bool well = true)
    {
        lock (Server.Turn)
            foreach (var payment in _payments.Values)
            {
                foreach (var capture in payment.Captures.Where(capture => capture.IsOpen).ToList()) End(payment, capture, well);
                if (payment.IsBeingReleased && well) Cancelled(payment);
                payment.IsBeingReleased = false;
            }
    }

    public void ReturnRefund(string refundRef)
    {
        lock (Server.Turn)
        {
            var (payment, refund) = Find(refundRef);
            refund.Status = "failed";
            Ledger.Add(payment.Id, "refund_returned", refund.Id, refund.Amount, payment.Currency);
            Tell(payment, "refund.failed");
        }
    }

    public void ChargeBack(string providerRef)
    {
        lock (Server.Turn)
        {
            var payment = _payments[providerRef];
            payment.ChargedBack = payment.Captured - payment.Refunded;
            Ledger.Add(payment.Id, "chargeback", Next("chb_"), -payment.ChargedBack, payment.Currency);
            Tell(payment, "payment.chargeback");
        }
    }

    public Letter? Forge(Forgery how, string providerRef)
    {
        var body = Event("payment.paid", providerRef);
        var to = WebhookUrl ?? _payments[providerRef].WebhookUrl ?? throw new InvalidOperationException("There is nowhere to send it.");
        return how switch
        {
            Forgery.WrongKey => new Letter(to, "forged", providerRef, () => Signed(to, body, Sign(body, "a_secret_of_nobody"))),
            Forgery.Tampered => new Letter(to, "forged", providerRef, () => Signed(to, body + " ", Sign(body, Secret))),
            Forgery.NoSignature => new Letter(to, "forged", providerRef, () => Signed(to, body, null)),
            _ => null,
        };
    }

    public IReadOnlyList<string> PaymentsOf(Guid attemptId)
    {
        lock (Server.Turn)
            return [.. _payments.Values.Where(its => its.Metadata?["attempt"]?.GetValue<string>() == $"{attemptId}").Select(its => its.Id)];
    }

    /// <summary>The other stages of a refund: queued until there is a balance, processing on its way.</summary>
    public void SetRefund(string refundRef, string status)
    {
        lock (Server.Turn)
        {
            var (payment, refund) = Find(refundRef);
            refund.Status = status;
            // Of queued, pending and canceled Mollie does not tell.
            if (status is "processing") Tell(payment, "refund.processing");
        }
    }

    /// <summary>Makes a payment of another profile, which our key must not see.</summary>
    public string Foreign()
    {
        var payment = new FakeMolliePayment
        {
            Id = Next("tr_"),
            Owner = OtherKey,
            Currency = "EUR",
            Amount = 1_000,
            RedirectUrl = "https://shop.example/",
            WebhookUrl = null,
        };
        lock (Server.Turn) _payments[payment.Id] = payment;
        return payment.Id;
    }

    public static string Sign(string body, string secret) =>
        "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body)));

    public async ValueTask DisposeAsync()
    {
        await Courier.DisposeAsync();
        await Server.DisposeAsync();
    }

    private FakeAnswer Answer(FakeCall call)
    {
        if (call.Path is ["checkout", var page, ..] && _payments.TryGetValue(page, out var shown)) return Checkout(call, shown);
        var key = call.Header("Authorization").Replace("Bearer ", "", StringComparison.Ordinal);
        if (key is not (Key or OtherKey)) return Problem(401, "Unauthorized Request", "Missing authentication, or failed to authenticate");
        return Keys.Once(
            call, () => Api(call, key),
            isBusy: () => Problem(409, "Conflict", "A request with this idempotency key is being worked on"),
            isOther: () => Problem(422, "Unprocessable Entity", "The idempotency key was used with other parameters"),
            replayed: answer => answer);
    }

    private FakeAnswer Api(FakeCall call, string key)
    {
        if (call is { Method: "POST", Path: ["v2", "payments"] }) return Create(JsonNode.Parse(call.Body)!, key);
        if (call.Path is not ["v2", "payments", var id, ..] || !_payments.TryGetValue(id, out var payment) || payment.Owner != key)
            return Problem(404, "Not Found", "No payment exists with this token");
        return (call.Method, call.Path) switch
        {
            ("GET", [_, _, _]) => new FakeAnswer(200, Show(payment, call.Query.GetValueOrDefault("embed").ToString())),
            ("DELETE", [_, _, _]) => Cancel(payment),
            ("POST", [_, _, _, "release-authorization"]) => Release(payment),
            ("GET", [_, _, _, "captures"]) => List("captures", payment.Captures.Select(its => its.Show("capture", payment))),
            ("POST", [_, _, _, "captures"]) => Capture(payment, JsonNode.Parse(call.Body)!),
            ("GET", [_, _, _, "refunds"]) => List("refunds", payment.Refunds.Select(its => its.Show("refund", payment))),
            ("POST", [_, _, _, "refunds"]) => Refund(payment, JsonNode.Parse(call.Body)!),
            ("GET", [_, _, _, "refunds", var re]) when payment.Refunds.Find(its => its.Id == re) is { } refund =>
                new FakeAnswer(200, refund.Show("refund", payment)),
            _ => Problem(404, "Not Found", "There is nothing here"),
        };
    }

    private FakeAnswer Create(JsonNode body, string key)
    {
        var currency = body["amount"]?["currency"]?.GetValue<string>() ?? "";
        if (Amount(body["amount"], currency) is not { } amount) return Problem(422, Invalid, "The amount has wrong decimals", "amount");
        if (amount <= 0) return Problem(422, Invalid, "The amount is lower than the minimum", "amount");
        if (body["description"]?.GetValue<string>() is not { Length: > 0 and <= 255 })
            return Problem(422, Invalid, "The description is invalid", "description");
        if (body["redirectUrl"] is null) return Problem(422, Invalid, "The redirect url is missing", "redirectUrl");
        var webhook = body["webhookUrl"]?.GetValue<string>();
        if (RefusesLoopback && webhook is not null && new Uri(webhook).IsLoopback)
            return Problem(422, Invalid, "The webhook url is invalid because it is unreachable from Mollie's point of view", "webhookUrl");
        var payment = new FakeMolliePayment
        {
            Id = Next("tr_"),
            Owner = key,
            Currency = currency,
            Amount = amount,
            Metadata = body["metadata"]?.DeepClone(),
            RedirectUrl = body["redirectUrl"]!.GetValue<string>(),
            CancelUrl = body["cancelUrl"]?.GetValue<string>(),
            WebhookUrl = webhook is null ? null : new Uri(webhook),
            Method = body["method"]?.GetValue<string>(),
            IsManual = body["captureMode"]?.GetValue<string>() == "manual",
        };
        _payments[payment.Id] = payment;
        var answer = new FakeAnswer(201, Show(payment, ""));
        if (Eager is { } what) Act(payment, what);
        return answer;
    }

    private FakeAnswer Cancel(FakeMolliePayment payment)
    {
        if (!IsCancelable || payment.Status is not ("open" or "pending"))
            return Problem(422, Invalid, "The payment cannot be canceled");
        Cancelled(payment);
        return new FakeAnswer(200, Show(payment, ""));
    }

    private FakeAnswer Release(FakeMolliePayment payment)
    {
        if (payment.Status != "authorized") return Problem(422, Invalid, "The payment has no authorization");
        payment.IsBeingReleased = IsSlow;
        if (!IsSlow) Cancelled(payment);
        return new FakeAnswer(202, new JsonObject());
    }

    private void Cancelled(FakeMolliePayment payment)
    {
        payment.Status = "canceled";
        Tell(payment, "payment.canceled");
    }

    private FakeAnswer Capture(FakeMolliePayment payment, JsonNode body)
    {
        if (payment.Status is not ("authorized" or "paid") || !payment.IsManual)
            return Problem(422, Invalid, "The payment cannot be captured");
        var left = payment.Amount - payment.Captures.Where(its => its.Status != "failed").Sum(its => its.Amount);
        var amount = body["amount"] is { } given ? Amount(given, payment.Currency) : left;
        if (amount is not > 0 || amount > left)
            return Problem(422, Invalid, "The amount is higher than the amount that can be captured", "amount");
        var capture = new FakeMollieMovement
        {
            Id = Next("cpt_"),
            Amount = amount.Value,
            Metadata = body["metadata"]?.DeepClone(),
        };
        payment.Captures.Add(capture);
        if (!IsSlow) End(payment, capture, well: true);
        return new FakeAnswer(201, capture.Show("capture", payment));
    }

    private void End(FakeMolliePayment payment, FakeMollieMovement capture, bool well)
    {
        capture.Status = well ? "succeeded" : "failed";
        if (well) payment.Status = "paid";
        if (well) Ledger.Add(payment.Id, "capture", capture.Id, capture.Amount, payment.Currency);
        Tell(payment, well ? "payment.paid" : "capture.failed");
    }

    private FakeAnswer Refund(FakeMolliePayment payment, JsonNode body)
    {
        if (payment.Captured == 0) return Problem(422, Invalid, "The payment is not paid");
        if (Amount(body["amount"], payment.Currency) is not { } amount || amount <= 0)
            return Problem(422, Invalid, "The amount is invalid", "amount");
        if (amount > payment.Captured - payment.Refunded - payment.ChargedBack)
            return Problem(422, Invalid, "The amount is higher than the maximum", "amount");
        var refund = new FakeMollieMovement { Id = Next("re_"), Amount = amount, Metadata = body["metadata"]?.DeepClone() };
        payment.Refunds.Add(refund);
        return new FakeAnswer(201, refund.Show("refund", payment));
    }

    private void Settle(FakeMolliePayment payment, FakeMollieMovement refund, bool well)
    {
        refund.Status = "processing";
        Tell(payment, "refund.processing");
        refund.Status = well ? "refunded" : "failed";
        if (well) Ledger.Add(payment.Id, "refund", refund.Id, -refund.Amount, payment.Currency);
        Tell(payment, well ? "refund.refunded" : "refund.failed");
    }

    private void Act(FakeMolliePayment payment, BuyerDoes what)
    {
        if (payment.Status is not ("open" or "pending")) return;
        payment.Method ??= "ideal";
        payment.Status = what switch
        {
            BuyerDoes.Pays => payment.IsManual ? "authorized" : "paid",
            BuyerDoes.PaysSlowly => "pending",
            BuyerDoes.Fails => "failed",
            BuyerDoes.Cancels => "canceled",
            BuyerDoes.LetsExpire => "expired",
            _ => throw new InvalidOperationException($"Unknown {what}."),
        };
        if (payment.Status == "authorized") payment.AuthorizedAt = Moment();
        if (payment.Status == "paid") Ledger.Add(payment.Id, "capture", payment.Id, payment.Amount, payment.Currency);
        if (payment.Status != "pending") Tell(payment, $"payment.{payment.Status}");
    }

    /// <summary>The classic webhook, and beside it the signed one where somebody listens for it.</summary>
    private void Tell(FakeMolliePayment payment, string type)
    {
        Courier.Post(payment.WebhookUrl, "payment", payment.Id, () => new HttpRequestMessage(HttpMethod.Post, payment.WebhookUrl)
        {
            Content = new FormUrlEncodedContent([new("id", payment.Id)]),
        });
        var body = Event(type, payment.Id);
        Courier.Post(WebhookUrl, type, payment.Id, () => Signed(WebhookUrl, body, Sign(body, Secret)));
    }

    private string Event(string type, string payment) => new JsonObject
    {
        ["resource"] = "event",
        ["id"] = Next("event_"),
        ["type"] = type,
        ["entityId"] = payment,
        ["createdAt"] = Moment(),
    }.ToJsonString();

    private static HttpRequestMessage Signed(Uri? to, string body, string? signature)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, to) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (signature is not null) request.Headers.Add("X-Mollie-Signature", signature);
        return request;
    }

    private FakeAnswer Checkout(FakeCall call, FakeMolliePayment payment)
    {
        if (call is not { Method: "POST", Path: [_, _, var choice] } || FakePage.Read(choice) is not { } what)
            return FakePage.Show("Mollie", payment.Id, FakeMolliePayment.Write(payment.Amount, payment.Currency).ToJsonString());
        Act(payment, what);
        var back = what == BuyerDoes.Cancels ? payment.CancelUrl ?? payment.RedirectUrl : payment.RedirectUrl;
        return new FakeAnswer(303, Location: back);
    }

    private JsonObject Show(FakeMolliePayment payment, string embed)
    {
        var checkout = new Uri(Server.Address, $"checkout/{payment.Id}").ToString();
        return payment.Show(checkout, IsCancelable, embed.Split(','));
    }

    private static FakeAnswer List(string name, IEnumerable<JsonObject> entries)
    {
        var list = new JsonArray([.. entries]);
        return new FakeAnswer(200, new JsonObject { ["count"] = list.Count, ["_embedded"] = new JsonObject { [name] = list } });
    }

    private (FakeMolliePayment Payment, FakeMollieMovement Refund) Find(string refundRef) =>
        _payments.Values.SelectMany(payment => payment.Refunds.Select(refund => (payment, refund)))
            .Single(its => its.refund.Id == refundRef);

    private string Next(string prefix) =>
        prefix + Interlocked.Increment(ref _numbers).ToString("D6", CultureInfo.InvariantCulture) + "Fk";

    private static long? Amount(JsonNode? amount, string currency)
    {
        var value = amount?["value"]?.GetValue<string>() ?? "";
        var point = value.IndexOf('.', StringComparison.Ordinal);
        var decimals = point < 0 ? 0 : value.Length - point - 1;
        var right = amount?["currency"]?.GetValue<string>() == currency && decimals == FakeMolliePayment.Decimals(currency);
        return right && long.TryParse(value.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture, out var minor)
            ? minor
            : null;
    }

    private const string Invalid = "Unprocessable Entity";

    private static string Moment() => TimeProvider.System.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);

    private static FakeAnswer Problem(int status, string title, string detail, string? field = null)
    {
        var problem = new JsonObject { ["status"] = status, ["title"] = title, ["detail"] = detail };
        if (field is not null) problem["field"] = field;
        return new FakeAnswer(status, problem);
    }
}
