using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Balie.Testing.Payments;

/// <summary>
/// Adyen's Checkout API by payment links, as its documents describe it: modifications are only <c>received</c>, what became of them comes
/// by signed notification, which is delivered until somebody accepts it.
/// </summary>
public sealed class FakeAdyen : IFakeProvider
{
    public const string Key = "AQEyhmfxL4PKZRRwSKFGlpK5gYmxEDmzLzDqNSy";
    public const string Account = "BalieTestECOM";
    public const string HmacKey = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
    public const string User = "balie-hook";
    public const string Password = "a-password-for-the-hook";
    private const string OtherHmacKey = "0000000000000000000000000000000000000000000000000000000000000000";
    private readonly Dictionary<string, FakeAdyenLink> _links = [];
    private readonly Dictionary<string, FakeAdyenPayment> _payments = [];
    // No number comes twice within a run: a late call for one that has ended, at an address given out again, finds nothing here.
    private static int _numbers;

    public FakeAdyen()
    {
        Server = new FakeServer("application/json", Answer) { BeforeAnswer = Courier.Hurry };
        Settings = new JsonObject
        {
            ["apiKey"] = Key,
            ["merchantAccount"] = Account,
            ["hmacKeys"] = new JsonArray(HmacKey),
            ["webhookUser"] = User,
            ["webhookPasswords"] = new JsonArray(Password),
            ["baseAddress"] = new Uri(Server.Address, "v72").ToString(),
        }.ToJsonString();
    }

    public string Name => "adyen";
    public string Settings { get; }
    public Uri? WebhookUrl { get; set; }
    public FakeServer Server { get; }
    public Courier Courier { get; } = new();
    public FakeLedger Ledger { get; } = new();
    public FakeKeys Keys { get; } = new();
    public BuyerDoes? Eager { get; set; }

    /// <summary>Whether the next captures and cancellations end well.</summary>
    public bool ModificationsSucceed { get; set; } = true;

    /// <summary>Whether what is left after a partial capture stays reserved.</summary>
    public bool MultipleCaptures { get; set; } = true;

    public void Buyer(string providerRef, BuyerDoes what)
    {
        lock (Server.Turn) Act(_links[providerRef], what);
    }

    public void SettleRefunds(bool well = true)
    {
        lock (Server.Turn)
            foreach (var payment in _payments.Values)
                foreach (var refund in payment.Refunds.Where(refund => refund.Status == "received").ToList())
                {
                    refund.Status = well ? "done" : "failed";
                    if (well) Ledger.Add(payment.Psp, "refund", refund.Psp, -refund.Amount, payment.Currency);
                    Tell(payment, "REFUND", well, refund.Psp, refund.Reference, refund.Amount, well ? "" : "Insufficient balance");
                }
    }

    public void ReturnRefund(string refundRef)
    {
        lock (Server.Turn)
        {
            var payment = _payments.Values.Single(its => its.Refunds.Exists(refund => refund.Psp == refundRef));
            var refund = payment.Refunds.Single(its => its.Psp == refundRef);
            refund.Status = "failed";
            Ledger.Add(payment.Psp, "refund_returned", refund.Psp, refund.Amount, payment.Currency);
            Tell(payment, "REFUNDED_REVERSED", true, refund.Psp, refund.Reference, refund.Amount, "");
        }
    }

    public void ChargeBack(string providerRef)
    {
        lock (Server.Turn)
        {
            var payment = Paid(providerRef);
            payment.ChargedBack = payment.Captured - payment.Refunded;
            var dispute = Psp();
            Ledger.Add(payment.Psp, "chargeback", dispute, -payment.ChargedBack, payment.Currency);
            Tell(payment, "CHARGEBACK", true, dispute, payment.Reference, payment.ChargedBack, "Fraud");
        }
    }

    /// <summary>A capture that was done is taken back by the bank.</summary>
    public void FailCapture(string providerRef)
    {
        lock (Server.Turn)
        {
            var payment = Paid(providerRef);
            var amount = payment.Captured;
            payment.Captured = 0;
            Ledger.Add(payment.Psp, "chargeback", payment.Psp, -amount, payment.Currency);
            Tell(payment, "CAPTURE_FAILED", true, Psp(), payment.Reference, amount, "Capture Failed");
        }
    }

    /// <summary>Any other notification: <c>REPORT_AVAILABLE</c>, or a code nobody has heard of.</summary>
    public void Notify(string code, string providerRef, bool success = true)
    {
        lock (Server.Turn)
        {
            var payment = Paid(providerRef);
            Tell(payment, code, success, Psp(), payment.Reference, payment.Amount, "");
        }
    }

    public Letter? Forge(Forgery how, string providerRef)
    {
        var link = _links[providerRef];
        var to = WebhookUrl ?? throw new InvalidOperationException("There is nowhere to send it.");
        var account = how == Forgery.OtherAccount ? "SomebodyElseECOM" : Account;
        var item = Item("AUTHORISATION", true, Psp(), "", link.Reference, link.Amount, link.Currency, "", account);
        if (how is Forgery.Stale or Forgery.Future) return null;
        if (how == Forgery.NoSignature) item.Remove("additionalData");
        if (how is Forgery.WrongKey) Sign(item, OtherHmacKey);
        if (how is Forgery.Tampered or Forgery.OtherAccount) Sign(item, HmacKey);
        if (how == Forgery.Tampered) item["amount"]!["value"] = link.Amount + 1;
        return new Letter(to, "forged", providerRef, () => Write(to, item));
    }

    public IReadOnlyList<string> PaymentsOf(Guid attemptId)
    {
        lock (Server.Turn)
            return
            [
                .. _links.Values.Where(its => its.Reference.Contains($"{attemptId}", StringComparison.Ordinal)).Select(its => its.Id),
            ];
    }

    /// <summary>The payment made by a link, once there is one.</summary>
    public string PspOf(string link)
    {
        lock (Server.Turn) return Paid(link).Psp;
    }

    public async ValueTask DisposeAsync()
    {
        await Courier.DisposeAsync();
        await Server.DisposeAsync();
    }

    private FakeAnswer Answer(FakeCall call)
    {
        if (call.Path is ["checkout", var page, ..] && _links.TryGetValue(page, out var shown)) return Checkout(call, shown);
        if (call.Header("X-API-Key") != Key) return Problem(401, "000", "HTTP Status Response - Unauthorized");
        if (call.Header("Idempotency-Key").Length > 64) return Problem(422, "703", "Idempotency key too long");
        if (call.Method != "POST") return Api(call);
        return Keys.Once(
            call, () => Api(call),
            isBusy: () => Problem(422, "704", "request already processed or in progress") with
            {
                Headers = new Dictionary<string, string> { ["transient-error"] = "true" },
            },
            isOther: () => Problem(422, "708", "The idempotency key was used with another request"),
            replayed: answer => answer);
    }

    private FakeAnswer Api(FakeCall call)
    {
        var body = call.Body.Length > 0 ? JsonNode.Parse(call.Body)! : new JsonObject();
        if (call.Method == "POST" && body["merchantAccount"]?.GetValue<string>() != Account)
            return Problem(403, "901", "Invalid Merchant Account");
        return (call.Method, call.Path) switch
        {
            ("POST", ["v72", "paymentLinks"]) => Create(body),
            ("GET", ["v72", "paymentLinks", var id]) when _links.TryGetValue(id, out var link) => new FakeAnswer(200, Show(link)),
            ("PATCH", ["v72", "paymentLinks", var id]) when _links.TryGetValue(id, out var link) => Expire(link, body),
            ("POST", ["v72", "payments", var psp, var what]) when _payments.TryGetValue(psp, out var payment) =>
                Modify(payment, what, body),
            ("POST", ["v72", "payments", ..]) => Problem(422, "167", "Original pspReference required for this operation"),
            _ => Problem(404, "000", "Not found"),
        };
    }

    private FakeAnswer Create(JsonNode body)
    {
        var amount = body["amount"]?["value"]?.GetValue<long>() ?? 0;
        var reference = body["reference"]?.GetValue<string>() ?? "";
        if (amount <= 0) return Problem(422, "100", "Field 'amount' is not valid.");
        if (reference.Length is 0 or > 80) return Problem(422, "130", "Reference Missing");
        var link = new FakeAdyenLink
        {
            Id = "PL" + Convert.ToHexString(RandomNumberGenerator.GetBytes(8)),
            Amount = amount,
            Currency = body["amount"]!["currency"]!.GetValue<string>(),
            Reference = reference,
            ReturnUrl = body["returnUrl"]?.GetValue<string>() ?? "",
            ExpiresAt = body["expiresAt"]?.GetValue<string>() ?? "",
            IsManual = body["manualCapture"]?.GetValue<bool>() == true,
        };
        _links[link.Id] = link;
        var answer = new FakeAnswer(201, Show(link));
        if (Eager is { } what) Act(link, what);
        return answer;
    }

    private FakeAnswer Expire(FakeAdyenLink link, JsonNode body)
    {
        if (body["status"]?.GetValue<string>() != "expired" || link.Status is not ("active" or "paymentPending"))
            return Problem(422, "205", "The payment link cannot be updated to this status.");
        link.Status = "expired";
        return new FakeAnswer(200, Show(link));
    }

    private FakeAnswer Modify(FakeAdyenPayment payment, string what, JsonNode body)
    {
        var amount = body["amount"]?["value"]?.GetValue<long>() ?? payment.Amount;
        var reference = body["reference"]?.GetValue<string>() ?? "";
        var psp = Psp();
        switch (what)
        {
            case "captures" when payment.IsCancelled || amount > payment.Amount - payment.Captured:
                return Problem(422, "137", "Invalid amount specified");
            case "refunds" when amount > payment.Captured - payment.Refunded - payment.ChargedBack:
                return Problem(422, "137", "Refund amount too high");
            case "captures":
                if (ModificationsSucceed) Take(payment, amount, psp);
                Tell(payment, "CAPTURE", ModificationsSucceed, psp, reference, amount, ModificationsSucceed ? "" : "Refused");
                break;
            case "refunds":
                payment.Refunds.Add(new FakeAdyenRefund { Psp = psp, Amount = amount, Reference = reference });
                break;
            case "cancels":
                var cancelled = ModificationsSucceed && payment.Captured == 0;
                if (cancelled) payment.IsCancelled = true;
                Tell(payment, "CANCELLATION", cancelled, psp, reference, payment.Amount, cancelled ? "" : "Payment is captured");
                break;
            default:
                return Problem(404, "000", "Not found");
        }
        return new FakeAnswer(201, new JsonObject
        {
            ["merchantAccount"] = Account,
            ["paymentPspReference"] = payment.Psp,
            ["pspReference"] = psp,
            ["reference"] = reference,
            ["status"] = "received",
        });
    }

    private void Take(FakeAdyenPayment payment, long amount, string reference)
    {
        payment.Captured += amount;
        payment.IsCancelled |= !MultipleCaptures;
        Ledger.Add(payment.Psp, "capture", reference, amount, payment.Currency);
    }

    private void Act(FakeAdyenLink link, BuyerDoes what)
    {
        if (link.Status is not ("active" or "paymentPending")) return;
        switch (what)
        {
            case BuyerDoes.Pays or BuyerDoes.Fails:
                var payment = new FakeAdyenPayment
                {
                    Psp = Psp(),
                    Link = link.Id,
                    Amount = link.Amount,
                    Currency = link.Currency,
                    Reference = link.Reference,
                };
                _payments[payment.Psp] = payment;
                var pays = what == BuyerDoes.Pays;
                link.Status = pays ? "completed" : "active";
                payment.IsCancelled = !pays;
                if (pays && !link.IsManual) Take(payment, link.Amount, payment.Psp);
                Tell(payment, "AUTHORISATION", pays, payment.Psp, link.Reference, link.Amount, pays ? "" : "Refused");
                break;
            case BuyerDoes.PaysSlowly:
                link.Status = "paymentPending";
                break;
            case BuyerDoes.LetsExpire:
                link.Status = "expired";
                break;
            case BuyerDoes.Cancels:
                // Back in the shop; the link stays as it was.
                break;
            default:
                throw new InvalidOperationException($"Unknown {what}.");
        }
    }

    private void Tell(
        FakeAdyenPayment payment, string code, bool success, string psp, string reference, long amount, string reason)
    {
        var original = psp == payment.Psp ? "" : payment.Psp;
        var item = Item(code, success, psp, original, reference, amount, payment.Currency, reason, Account);
        Sign(item, HmacKey);
        Courier.Post(WebhookUrl, code, payment.Psp, () => Write(WebhookUrl, item));
    }

    private static JsonObject Item(
        string code, bool success, string psp, string original, string reference, long amount, string currency, string reason,
        string account)
    {
        var item = new JsonObject
        {
            ["additionalData"] = new JsonObject(),
            ["amount"] = new JsonObject { ["currency"] = currency, ["value"] = amount },
            ["eventCode"] = code,
            ["eventDate"] = "2026-01-01T13:00:00+01:00",
            ["merchantAccountCode"] = account,
            ["merchantReference"] = reference,
            ["paymentMethod"] = "ideal",
            ["pspReference"] = psp,
            ["reason"] = reason,
            ["success"] = success ? "true" : "false",
        };
        if (original.Length > 0) item["originalReference"] = original;
        return item;
    }

    private static void Sign(JsonObject item, string hexKey)
    {
        var text = string.Join(':',
            new[] { "pspReference", "originalReference", "merchantAccountCode", "merchantReference" }.Select(name => $"{item[name]}")
                .Concat([$"{item["amount"]!["value"]}", $"{item["amount"]!["currency"]}", $"{item["eventCode"]}", $"{item["success"]}"]));
        item["additionalData"]!["hmacSignature"] =
            Convert.ToBase64String(HMACSHA256.HashData(Convert.FromHexString(hexKey), Encoding.UTF8.GetBytes(text)));
    }

    private static HttpRequestMessage Write(Uri? to, JsonObject item)
    {
        var notice = new JsonObject
        {
            ["live"] = "false",
            ["notificationItems"] = new JsonArray(new JsonObject { ["NotificationRequestItem"] = item.DeepClone() }),
        };
        var login = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));
        return new HttpRequestMessage(HttpMethod.Post, to)
        {
            Content = new StringContent(notice.ToJsonString(), Encoding.UTF8, "application/json"),
            Headers = { Authorization = new AuthenticationHeaderValue("Basic", login) },
        };
    }

    private FakeAnswer Checkout(FakeCall call, FakeAdyenLink link)
    {
        if (call is not { Method: "POST", Path: [_, _, var choice] } || FakePage.Read(choice) is not { } what)
            return FakePage.Show("Adyen", link.Id, $"{link.Amount} {link.Currency}");
        Act(link, what);
        return new FakeAnswer(303, Location: link.ReturnUrl);
    }

    private JsonObject Show(FakeAdyenLink link) => new()
    {
        ["id"] = link.Id,
        ["url"] = new Uri(Server.Address, $"checkout/{link.Id}").ToString(),
        ["status"] = link.Status,
        ["amount"] = new JsonObject { ["currency"] = link.Currency, ["value"] = link.Amount },
        ["merchantAccount"] = Account,
        ["reference"] = link.Reference,
        ["expiresAt"] = link.ExpiresAt,
    };

    private FakeAdyenPayment Paid(string name) =>
        _payments.TryGetValue(name, out var payment) ? payment : _payments.Values.Last(its => its.Link == name && !its.IsCancelled);

    private string Psp() => "FAKE" + Interlocked.Increment(ref _numbers).ToString("D12", CultureInfo.InvariantCulture);

    private static FakeAnswer Problem(int status, string code, string message) => new(status, new JsonObject
    {
        ["status"] = status,
        ["errorCode"] = code,
        ["message"] = message,
        ["errorType"] = status == 422 ? "validation" : "security",
    });
}
