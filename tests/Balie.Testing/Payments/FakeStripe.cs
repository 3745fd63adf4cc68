using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace Balie.Testing.Payments;

/// <summary>
/// Stripe's Checkout Sessions, PaymentIntents, refunds and disputes as its documents describe them: bracketed forms, idempotency records
/// with their parameters, limits on expiry and amounts, signed events.
/// </summary>
public sealed class FakeStripe : IFakeProvider
{
    public const string Key = "sk_test_4eC39HqLyjWDarjtT1zdp7dc";
    public const string Secret = "whsec_fake_secret_of_this_endpoint";
    public const string Version = "2026-09-30.endive";
    private readonly Dictionary<string, FakeStripeSession> _sessions = [];
    // No number comes twice within a run: a late call for one that has ended, at an address given out again, finds nothing here.
    private static int _numbers;

    public FakeStripe()
    {
        Server = new FakeServer("application/json", Answer) { BeforeAnswer = Courier.Hurry };
        Settings = new JsonObject
        {
            ["apiKey"] = Key,
            ["webhookSecrets"] = new JsonArray(Secret),
            ["baseAddress"] = new Uri(Server.Address, "v1").ToString(),
        }.ToJsonString();
    }

    public string Name => "stripe";
    public string Settings { get; }
    public Uri? WebhookUrl { get; set; }
    public FakeServer Server { get; }
    public Courier Courier { get; } = new();
    public FakeLedger Ledger { get; } = new();
    public FakeKeys Keys { get; } = new();
    public BuyerDoes? Eager { get; set; }

    /// <summary>Two while one is being replaced: an event then has a signature of each.</summary>
    public IReadOnlyList<string> Secrets { get; set; } = [Secret];

    /// <summary>Most refunds are done when they are asked for; some banks take their time.</summary>
    public bool RefundsAtOnce { get; set; }

    public TimeProvider Clock { get; set; } = TimeProvider.System;

    public void Buyer(string providerRef, BuyerDoes what)
    {
        lock (Server.Turn) Act(_sessions[providerRef], what);
    }

    public void SettleRefunds(bool well = true)
    {
        lock (Server.Turn)
            foreach (var intent in Intents())
                foreach (var refund in intent.Refunds.Where(refund => refund.Status == "pending").ToList()) Settle(intent, refund, well);
    }

    public void ReturnRefund(string refundRef)
    {
        lock (Server.Turn)
        {
            var intent = Intents().Single(its => its.Refunds.Exists(refund => refund.Id == refundRef));
            var refund = intent.Refunds.Single(its => its.Id == refundRef);
            (refund.Status, refund.FailureReason) = ("failed", "lost_or_stolen_card");
            Ledger.Add(intent.Id, "refund_returned", refund.Id, refund.Amount, intent.Currency.ToUpperInvariant());
            Tell("refund.failed", refund.Show(intent), intent);
        }
    }

    public void ChargeBack(string providerRef)
    {
        lock (Server.Turn)
        {
            var intent = Find(providerRef) ?? throw new InvalidOperationException("Nobody has paid.");
            intent.Dispute = new FakeStripeDispute { Id = Next("du_"), Amount = intent.Received - intent.Refunded };
            Ledger.Add(intent.Id, "chargeback", intent.Dispute.Id, -intent.Dispute.Amount, intent.Currency.ToUpperInvariant());
            Tell("charge.dispute.created", intent.Dispute.Show(intent), intent);
            Tell("charge.dispute.funds_withdrawn", intent.Dispute.Show(intent), intent);
        }
    }

    /// <summary>The dispute ends: won gives the money back to the shop.</summary>
    public void EndDispute(string providerRef, string status)
    {
        lock (Server.Turn)
        {
            var intent = Find(providerRef)!;
            intent.Dispute!.Status = status;
            if (status == "won")
                Ledger.Add(intent.Id, "chargeback", intent.Dispute.Id, intent.Dispute.Amount, intent.Currency.ToUpperInvariant());
            Tell("charge.dispute.closed", intent.Dispute.Show(intent), intent);
        }
    }

    /// <summary>A bank debit, paid slowly before, ends.</summary>
    public void EndSlowPayment(string providerRef, bool well)
    {
        lock (Server.Turn)
        {
            var session = _sessions[providerRef];
            var intent = session.Intent!;
            if (well) Succeed(session, intent);
            else (intent.Status, intent.Error) = ("requires_payment_method", "payment_intent_payment_attempt_failed");
            Tell(well ? "payment_intent.succeeded" : "payment_intent.payment_failed", intent.Show(expand: false), intent);
            Tell($"checkout.session.async_payment_{(well ? "succeeded" : "failed")}", Show(session, expand: false), intent);
        }
    }

    public Letter? Forge(Forgery how, string providerRef)
    {
        var to = WebhookUrl ?? throw new InvalidOperationException("There is nowhere to send it.");
        var body = Event("payment_intent.succeeded", new JsonObject { ["id"] = providerRef, ["object"] = "checkout.session" });
        var now = Clock.GetUtcNow().ToUnixTimeSeconds();
        return new Letter(to, "forged", providerRef, () => how switch
        {
            Forgery.WrongKey or Forgery.OtherAccount => Write(to, body, now, ["whsec_of_somebody_else"]),
            Forgery.Tampered => Write(to, body, now, [Secret], body + " "),
            Forgery.NoSignature => Write(to, body, now, []),
            Forgery.Stale => Write(to, body, now - 3_600, [Secret]),
            Forgery.Future => Write(to, body, now + 3_600, [Secret]),
            _ => throw new InvalidOperationException($"Unknown {how}."),
        });
    }

    public IReadOnlyList<string> PaymentsOf(Guid attemptId)
    {
        lock (Server.Turn) return [.. _sessions.Values.Where(its => its.Form["metadata[attempt]"] == $"{attemptId}").Select(its => its.Id)];
    }

    public static string Sign(long moment, string body, string secret) => Convert.ToHexStringLower(HMACSHA256.HashData(
        Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{moment}.{body}"))));

    public async ValueTask DisposeAsync()
    {
        await Courier.DisposeAsync();
        await Server.DisposeAsync();
    }

    private FakeAnswer Answer(FakeCall call)
    {
        if (call.Path is ["checkout", var page, ..] && _sessions.TryGetValue(page, out var shown)) return Checkout(call, shown);
        var key = call.Header("Authorization").Replace("Bearer ", "", StringComparison.Ordinal);
        if (key != Key) return Problem(401, "invalid_request_error", null, $"Invalid API Key provided: {key}");
        if (call.Header("Stripe-Version") != Version) return Problem(400, Request, null, "Unpinned version");
        return Keys.Once(
            call, () => Api(call),
            isBusy: () => Problem(409, Request, "idempotency_key_in_use", "There is another in-progress request using this key"),
            isOther: () => Problem(400, "idempotency_error", null, "Keys can only be used with the parameters of their first use"),
            replayed: answer => answer with { Headers = new Dictionary<string, string> { ["Idempotent-Replayed"] = "true" } });
    }

    private FakeAnswer Api(FakeCall call)
    {
        var form = QueryHelpers.ParseQuery(call.Body).ToDictionary(field => field.Key, field => field.Value.ToString());
        var expand = call.Query.ContainsKey("expand[]");
        return (call.Method, call.Path) switch
        {
            ("POST", ["v1", "checkout", "sessions"]) => Create(form),
            ("GET", ["v1", "checkout", "sessions", var id]) when _sessions.TryGetValue(id, out var its) => new(200, Show(its, expand)),
            ("POST", ["v1", "checkout", "sessions", var id, "expire"]) when _sessions.TryGetValue(id, out var its) => Expire(its),
            ("GET", ["v1", "payment_intents", var id]) when Find(id) is { } its => new(200, its.Show(expand)),
            ("POST", ["v1", "payment_intents", var id, "capture"]) when Find(id) is { } its => Capture(its, form),
            ("POST", ["v1", "payment_intents", var id, "cancel"]) when Find(id) is { } its => Cancel(its),
            ("POST", ["v1", "refunds"]) => Refund(form),
            ("GET", ["v1", "refunds"]) when Find(call.Query["payment_intent"].ToString()) is { } its =>
                new(200, FakeStripeIntent.List(its.Refunds.Select(refund => refund.Show(its)))),
            ("GET", ["v1", "refunds", var re]) when Intents().FirstOrDefault(its => its.Refunds.Exists(r => r.Id == re)) is { } its =>
                new(200, its.Refunds.Single(r => r.Id == re).Show(its)),
            ("GET", ["v1", "disputes"]) when Find(call.Query["payment_intent"].ToString()) is { } its =>
                new(200, FakeStripeIntent.List(its.Dispute is { } dispute ? [dispute.Show(its)] : [])),
            _ => Problem(404, Request, "resource_missing", $"No such thing: {call}"),
        };
    }

    private FakeAnswer Create(Dictionary<string, string> form)
    {
        foreach (var needed in new[] { "mode", "success_url", "line_items[0][price_data][currency]", "line_items[0][quantity]" })
            if (!form.ContainsKey(needed)) return Problem(400, Request, "parameter_missing", "Missing required param", needed);
        const string Amount = "line_items[0][price_data][unit_amount]";
        if (!long.TryParse(form.GetValueOrDefault(Amount), CultureInfo.InvariantCulture, out var amount) || amount <= 0)
            return Problem(400, Request, "parameter_invalid_integer", "Invalid integer", Amount);
        var currency = form["line_items[0][price_data][currency]"];
        if (currency.Any(char.IsAsciiLetterUpper)) return Problem(400, Request, null, "Invalid currency", "currency");
        if (currency is "kwd" or "bhd" && amount % 10 != 0) return Problem(400, Request, null, "Must end in 0", Amount);
        var life = form.TryGetValue("expires_at", out var expires)
            ? long.Parse(expires, CultureInfo.InvariantCulture) - Clock.GetUtcNow().ToUnixTimeSeconds()
            : 86_400;
        if (life is < 1_800 or > 86_400)
            return Problem(400, Request, null, "Must be between 30 minutes and 24 hours after Checkout Session creation", "expires_at");
        var session = new FakeStripeSession
        {
            Id = Next("cs_test_"),
            Amount = amount,
            Currency = currency,
            Form = form,
            ExpiresAt = Clock.GetUtcNow().ToUnixTimeSeconds() + life,
        };
        _sessions[session.Id] = session;
        var answer = new FakeAnswer(200, Show(session, expand: false));
        if (Eager is { } what) Act(session, what);
        return answer;
    }

    private FakeAnswer Expire(FakeStripeSession session)
    {
        if (session.Status != "open")
            return Problem(400, Request, null, $"Only Checkout Sessions with a status in [\"open\"] can be expired, not {session.Status}");
        Act(session, BuyerDoes.LetsExpire);
        return new FakeAnswer(200, Show(session, expand: false));
    }

    private FakeAnswer Capture(FakeStripeIntent intent, Dictionary<string, string> form)
    {
        if (intent.Status != "requires_capture")
            return Problem(400, Request, "payment_intent_unexpected_state", $"This PaymentIntent has a status of {intent.Status}");
        var amount = form.TryGetValue("amount_to_capture", out var given) ? long.Parse(given, CultureInfo.InvariantCulture) : intent.Amount;
        if (amount > intent.Amount || amount <= 0)
            return Problem(400, Request, "amount_too_large", "The amount is greater than what can be captured", "amount_to_capture");
        // The rest is let go: capturing more than once is another contract.
        (intent.Status, intent.Received) = ("succeeded", amount);
        Ledger.Add(intent.Id, "capture", intent.Id, amount, intent.Currency.ToUpperInvariant());
        Tell("payment_intent.succeeded", intent.Show(expand: false), intent);
        return new FakeAnswer(200, intent.Show(expand: false));
    }

    private FakeAnswer Cancel(FakeStripeIntent intent)
    {
        if (intent.Status is "succeeded" or "canceled" || _sessions.Values.Single(its => its.Intent == intent).Status == "open")
            return Problem(400, Request, "payment_intent_unexpected_state", $"You cannot cancel this PaymentIntent: it is {intent.Status}");
        (intent.Status, intent.CancellationReason) = ("canceled", "requested_by_customer");
        Tell("payment_intent.canceled", intent.Show(expand: false), intent);
        return new FakeAnswer(200, intent.Show(expand: false));
    }

    private FakeAnswer Refund(Dictionary<string, string> form)
    {
        if (Find(form.GetValueOrDefault("payment_intent", "")) is not { } intent)
            return Problem(404, Request, "resource_missing", "No such payment_intent", "payment_intent");
        var left = intent.Received - intent.Refunded;
        var amount = form.TryGetValue("amount", out var given) ? long.Parse(given, CultureInfo.InvariantCulture) : left;
        if (intent.Dispute is not null) return Problem(400, Request, "charge_disputed", "Charge has been disputed");
        if (left == 0) return Problem(400, Request, "charge_already_refunded", "Charge has already been refunded.");
        if (amount <= 0 || amount > left)
            return Problem(400, Request, "amount_too_large", "Refund amount is greater than unrefunded amount on charge", "amount");
        var refund = new FakeStripeRefund { Id = Next("re_"), Amount = amount, Mark = form.GetValueOrDefault("metadata[refund]") };
        intent.Refunds.Add(refund);
        Tell("refund.created", refund.Show(intent), intent);
        if (RefundsAtOnce) Settle(intent, refund, well: true);
        return new FakeAnswer(200, refund.Show(intent));
    }

    private void Settle(FakeStripeIntent intent, FakeStripeRefund refund, bool well)
    {
        refund.Status = well ? "succeeded" : "failed";
        refund.FailureReason = well ? null : "expired_or_canceled_card";
        if (well) Ledger.Add(intent.Id, "refund", refund.Id, -refund.Amount, intent.Currency.ToUpperInvariant());
        Tell(well ? "refund.updated" : "refund.failed", refund.Show(intent), intent);
    }

    private void Act(FakeStripeSession session, BuyerDoes what)
    {
        if (session.Status != "open") return;
        var intent = session.Intent ??= new FakeStripeIntent
        {
            Id = Next("pi_"),
            Charge = Next("ch_"),
            Amount = session.Amount,
            Currency = session.Currency,
            Mark = session.Form.GetValueOrDefault("payment_intent_data[metadata][attempt]"),
        };
        switch (what)
        {
            case BuyerDoes.Pays when session.Form.GetValueOrDefault("payment_intent_data[capture_method]") == "manual":
                (session.Status, intent.Status, intent.HasCharge) = ("complete", "requires_capture", true);
                Tell("payment_intent.amount_capturable_updated", intent.Show(expand: false), intent);
                Tell("checkout.session.completed", Show(session, expand: false), intent);
                break;
            case BuyerDoes.Pays:
                Succeed(session, intent);
                Tell("payment_intent.succeeded", intent.Show(expand: false), intent);
                Tell("checkout.session.completed", Show(session, expand: false), intent);
                break;
            case BuyerDoes.PaysSlowly:
                (session.Status, intent.Status) = ("complete", "processing");
                Tell("payment_intent.processing", intent.Show(expand: false), intent);
                Tell("checkout.session.completed", Show(session, expand: false), intent);
                break;
            case BuyerDoes.Fails:
                (intent.Status, intent.Error) = ("requires_payment_method", "card_declined");
                Tell("payment_intent.payment_failed", intent.Show(expand: false), intent);
                break;
            case BuyerDoes.LetsExpire:
                session.Status = "expired";
                if (intent.Status == "requires_payment_method") intent.Status = "canceled";
                Tell("checkout.session.expired", Show(session, expand: false), intent);
                break;
            case BuyerDoes.Cancels:
                // Back in the shop; the session stays open.
                break;
            default:
                throw new InvalidOperationException($"Unknown {what}.");
        }
    }

    private void Succeed(FakeStripeSession session, FakeStripeIntent intent)
    {
        (session.Status, session.IsPaid) = ("complete", true);
        (intent.Status, intent.Received, intent.HasCharge, intent.Error) = ("succeeded", intent.Amount, true, null);
        Ledger.Add(intent.Id, "capture", intent.Id, intent.Amount, intent.Currency.ToUpperInvariant());
    }

    private void Tell(string type, JsonObject about, FakeStripeIntent intent)
    {
        var body = Event(type, about);
        Courier.Post(WebhookUrl, type, intent.Id, () => Write(WebhookUrl, body, Clock.GetUtcNow().ToUnixTimeSeconds(), Secrets));
    }

    private string Event(string type, JsonObject about) => new JsonObject
    {
        ["id"] = Next("evt_"),
        ["object"] = "event",
        ["type"] = type,
        ["created"] = Clock.GetUtcNow().ToUnixTimeSeconds(),
        ["livemode"] = false,
        ["api_version"] = Version,
        ["data"] = new JsonObject { ["object"] = about.DeepClone() },
        ["request"] = new JsonObject { ["id"] = null, ["idempotency_key"] = null },
    }.ToJsonString();

    private static HttpRequestMessage Write(Uri? to, string body, long moment, IReadOnlyList<string> secrets, string? sent = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, to)
        {
            Content = new StringContent(sent ?? body, Encoding.UTF8, "application/json"),
        };
        var signatures = secrets.Select(secret => $",v1={Sign(moment, body, secret)}");
        request.Headers.TryAddWithoutValidation("Stripe-Signature", $"t={moment}{string.Concat(signatures)},v0=00");
        return request;
    }

    private FakeAnswer Checkout(FakeCall call, FakeStripeSession session)
    {
        if (call is not { Method: "POST", Path: [_, _, var choice] } || FakePage.Read(choice) is not { } what)
            return FakePage.Show("Stripe", session.Id, $"{session.Amount} {session.Currency}");
        Act(session, what);
        return new FakeAnswer(303, Location: what == BuyerDoes.Cancels ? session.Form["cancel_url"] : session.Form["success_url"]);
    }

    private JsonObject Show(FakeStripeSession session, bool expand) =>
        session.Show(new Uri(Server.Address, $"checkout/{session.Id}").ToString(), expand);

    private IEnumerable<FakeStripeIntent> Intents() => _sessions.Values.Select(session => session.Intent).OfType<FakeStripeIntent>();

    private FakeStripeIntent? Find(string name) =>
        Intents().FirstOrDefault(its => its.Id == name) ?? _sessions.GetValueOrDefault(name)?.Intent;

    private string Next(string prefix) => prefix + Interlocked.Increment(ref _numbers).ToString("D14", CultureInfo.InvariantCulture);

    private const string Request = "invalid_request_error";

    private static FakeAnswer Problem(int status, string type, string? code, string message, string? param = null) =>
        new(status, new JsonObject
        {
            ["error"] = new JsonObject { ["type"] = type, ["code"] = code, ["message"] = message, ["param"] = param },
        });
}
