namespace Balie.Tests.Routes;

/// <summary>
/// How each route that takes a body is called well, for tests that go through all of them. A route that is missing here fails those
/// tests, so it cannot be forgotten. Where success would lock the caller out, a secret in the body is wrong.
/// </summary>
public static class Recipes
{
    // Above what is made of them: static fields begin in the order of the file.
    private static readonly object Price = Given.Price(1500);

    private static readonly object Because = new { reason = "De zanger is ziek." };

    private static readonly object Mondays =
        new { weekdays = new[] { "monday" }, times = new[] { "20:00" }, from = "2026-09-01", until = "2026-09-14", durationMinutes = 90 };

    private static readonly object Row = new { row = "A", numbers = new[] { "1", "2" }, wheelchair = new[] { "1" } };

    private static readonly object Capacity = new { capacity = 40, force = false, reason = "Meer plaats." };

    private static readonly object Venue =
        new { name = "Zaal", country = "NL", zone = "Europe/Amsterdam", street = "Plein 1", postalCode = "1000 AA", city = "Utrecht" };

    private static readonly object Methods = new[] { new { method = "ideal", label = "iDEAL | Wero", isEnabled = true } };

    private static readonly object Webhook =
        new { url = "https://localhost/opnieuw", eventTypes = new[] { "order.paid_too_late" }, description = "Proef" };
    private static readonly object Refund = new
    {
        reason = "Ziek.",
        lines = new[] { new { lineId = "019b76da-a800-7000-8000-00000000abcd", quantity = 1 } },
        terms = "policy",
        restock = true,
    };

    private static readonly object TicketType = new
    {
        name = "Student",
        price = Price,
        description = "Met kaart",
        cap = 5,
        onSaleFrom = "2026-01-02T00:00:00Z",
        onSaleUntil = "2026-06-02T00:00:00Z",
        minPerOrder = 1,
        maxPerOrder = 4,
    };

    /// <summary>A body by the name of its route, made of the ids that it asks for by the names that routes give them.</summary>
    public static readonly Dictionary<string, Func<Func<string, string>, object>> Bodies = new(DoorEstate.Bodies)
    {
        ["PUT /api/v1/policies"] = _ => new { resaleFrom = "P20D" },

        ["POST /api/v1/auth/register"] = _ =>
            new { email = "nieuw@example.org", password = "achttien gele giraffen", name = "Nieuw", locale = "nl" },
        ["POST /api/v1/auth/verify"] = _ => new { email = "nieuw@example.org", code = "000000" },
        ["POST /api/v1/auth/login"] = _ => new { email = "nieuw@example.org", password = "niet het juiste woord", code = "000000" },
        ["POST /api/v1/auth/refresh"] = _ => new { refreshToken = "AAAA" },
        ["POST /api/v1/auth/logout"] = _ => new { refreshToken = "AAAA" },
        ["POST /api/v1/auth/forgot"] = _ => new { email = "nieuw@example.org" },
        ["POST /api/v1/auth/reset"] = _ => new { email = "nieuw@example.org", code = "000000", password = "achttien gele giraffen" },
        ["POST /api/v1/auth/password"] = _ => new { currentPassword = "niet het juiste woord", password = "achttien gele giraffen" },
        ["POST /api/v1/auth/totp/enrolment"] = _ => new { password = "niet het juiste woord" },
        ["POST /api/v1/auth/totp/confirmation"] = _ => new { code = "000000" },
        ["POST /api/v1/auth/totp/removal"] = _ => new { password = "niet het juiste woord", code = "000000" },
        ["POST /api/v1/auth/totp/recovery-codes"] = _ => new { password = "niet het juiste woord", code = "000000" },

        ["POST /api/v1/organisations"] = _ => new { slug = "nog-een-huis", name = "Nog een huis", locale = "nl", country = "NL" },
        ["PUT /api/v1/organisations/{organisationId}"] = _ =>
            new { slug = "een-ander-huis", name = "Een ander huis", locale = "nl", country = "NL" },
        ["POST /api/v1/organisations/{organisationId}/members"] = _ => new { email = "niemand@example.org", role = "door" },
        ["PUT /api/v1/organisations/{organisationId}/members/{userId}"] = _ => new { role = "support" },
        ["POST /api/v1/organisations/{organisationId}/api-keys"] = _ =>
            new { name = "Kassa", scopes = new[] { "eventsRead" }, expiresAt = "2027-01-01T00:00:00Z" },

        ["POST /api/v1/venues"] = _ => Venue,
        ["PUT /api/v1/venues/{venueId}"] = _ => Venue,
        ["POST /api/v1/venues/{venueId}/seating-plans"] = _ =>
            new { name = "Opstelling", sections = new[] { new { name = "Balkon", rows = new[] { Row } } } },

        ["POST /api/v1/events"] = id => new
        {
            title = "Avond",
            summary = "Kort",
            description = "Lang",
            language = "nl",
            currency = "EUR",
            venueId = id("venueId"),
            personLimit = 4,
            zones = new[] { new { name = "Zaal", capacity = 10 } },
            ticketTypes = new[] { new { name = "Vol", price = Price, zoneName = "Zaal", cap = 5, minPerOrder = 1, maxPerOrder = 4 } },
            slots = new { dates = new[] { new { startsLocal = "2026-08-01T20:00:00", endsLocal = "2026-08-01T22:00:00" } }, capacity = 50 },
        },
        ["PUT /api/v1/events/{eventId}"] = id =>
            new { title = "Avond", summary = "Kort", description = "Lang", language = "nl", venueId = id("venueId"), personLimit = 4 },
        ["PUT /api/v1/events/{eventId}/postponement"] = _ => Because,
        ["PUT /api/v1/events/{eventId}/cancellation"] = _ => Because,
        ["PUT /api/v1/events/{eventId}/schedule"] = id => new
        {
            slots = new[] { new { slotId = id("slotId"), startsLocal = "2026-07-02T20:00:00", endsLocal = "2026-07-02T22:00:00" } },
            reason = "De zanger is ziek.",
        },
        ["POST /api/v1/events/{eventId}/slots"] = _ => new
        {
            recurrence = Mondays,
            capacity = 10,
        },
        ["POST /api/v1/events/{eventId}/zones"] = _ => new { name = "Balkon", capacity = 10 },
        ["PUT /api/v1/zones/{zoneId}"] = _ => new { name = "Loge", capacity = 12 },
        ["POST /api/v1/events/{eventId}/ticket-types"] = _ => TicketType,
        ["PUT /api/v1/ticket-types/{ticketTypeId}"] = _ => TicketType,
        ["PUT /api/v1/slots/{slotId}/cancellation"] = _ => Because,
        ["PUT /api/v1/slots/{slotId}/capacity"] = _ => Capacity,
        ["PUT /api/v1/slots/{slotId}/zones/{zoneId}/capacity"] = _ => Capacity,
        ["PUT /api/v1/slots/{slotId}/ticket-types/{ticketTypeId}/capacity"] = _ => Capacity,

        ["POST /api/v1/bookings"] = id => new
        {
            eventId = id("eventId"),
            slotId = id("slotId"),
            items = new[] { new { ticketTypeId = id("ticketTypeId"), quantity = 1 } },
            holder = new { name = "Gast", email = "gast@example.org" },
        },
        ["PATCH /api/v1/bookings/{idOrReference}/cancel"] = _ => Because,

        ["POST /api/v1/bookings/{idOrReference}/payment"] = _ => new { locale = "en" },

        ["POST /api/v1/cart/lines"] = id => Line(id),
        ["PATCH /api/v1/cart/lines/{lineId}"] = _ => new { quantity = 1 },
        ["POST /api/v1/cart/vouchers"] = id => new { code = id("code") },
        ["POST /api/v1/orders"] = id => new
        {
            acceptedTerms = true,
            lines = new[] { Line(id) },
            buyer = new { name = "Gast", email = "gast@example.org", locale = "nl" },
            expectedTotal = Price,
        },
        ["POST /api/v1/orders/{orderOrReference}/cancel"] = _ => Because,
        ["PUT /api/v1/orders/{orderOrReference}/settlement"] = _ => Because,
        ["PUT /api/v1/orders/{orderOrReference}/hold"] = _ => Because,
        ["POST /api/v1/orders/{orderOrReference}/refunds"] = _ => Refund,
        ["POST /api/v1/orders/{orderOrReference}/refunds/preview"] = _ => Refund,
        ["POST /api/v1/orders/{orderOrReference}/refund-request"] = _ => Refund,
        ["POST /api/v1/refunds/{refundId}/rejection"] = _ => Because,
        ["PUT /api/v1/refund-policy"] = _ => new
        {
            rules = new
            {
                tiers = new[] { new { untilHoursBefore = 24, shareBasisPoints = 5_000 } },
                feePerUnitMinor = 100,
                feePerOrderMinor = 0,
                feesGoBack = false,
            },
        },
        ["PUT /api/v1/invoice-settings"] = _ => new
        {
            name = "Theater De Kelder",
            address = "Kelderstraat 1",
            postalCode = "1000 AA",
            city = "Utrecht",
            country = "NL",
            vatNumber = "NL123456789B01",
            registration = "12345678",
            iban = "NL91ABNA0417164300",
            invoicePrefix = "F",
            creditNotePrefix = "C",
        },
        ["POST /api/v1/vouchers"] = _ => new
        {
            kind = "percentage",
            shareBasisPoints = 1_000,
            cap = Price,
            maxUses = 10,
            offerIds = new[] { "019b76da-a800-7000-8000-00000000abcd" },
            validFrom = "2026-01-02T00:00:00Z",
            validUntil = "2026-06-02T00:00:00Z",
        },

        ["POST /api/v1/payments/{attemptId}/start"] = _ => new { method = "card" },
        ["POST /api/v1/payments/accounts"] = _ =>
            new { provider = "sandbox", name = "Nog een", isLive = false, isEnabled = true, position = 2, methods = Methods },
        ["PUT /api/v1/payments/accounts/{accountId}"] = _ =>
            new { name = "Proef", isLive = false, isEnabled = true, position = 1, methods = Methods },
        ["POST /api/v1/payments/payouts"] = _ => new
        {
            provider = "sandbox",
            amount = Price,
            fee = Price,
            paidOn = "2026-01-03",
            reference = "PO-7",
        },

        ["POST /api/v1/mail-templates/{mailName}/test"] = _ => new { locale = "nl" },
        ["POST /api/v1/webhooks"] = _ => Webhook,
        ["PUT /api/v1/webhooks/{webhookId}"] = _ => Webhook,
        ["POST /api/v1/webhooks/{webhookId}/replay"] = _ => new { from = "2026-01-01T00:00:00Z", until = "2026-01-02T00:00:00Z" },
        ["PUT /api/v1/tickets/{idOrNumber}/holder"] = _ => new { name = "Gast", email = "gast@example.org" },
        ["POST /api/v1/tickets/{idOrNumber}/codes"] = _ => Because,
        ["PUT /api/v1/tickets/{ticketId}/voiding"] = _ => Because,
        ["POST /api/v1/tickets/{idOrNumber}/transfers"] = _ => new { email = "vriend@example.org" },
        ["PUT /api/v1/transfers/{transferId}/acceptance"] = _ => new { secret = "geraden", name = "Vriend" },
        ["PUT /api/v1/transfers/{transferId}/refusal"] = _ => new { secret = "geraden" },
        ["POST /api/v1/ticket-keys"] = _ => new { revokeOlder = true },
    };

    private static object Line(Func<string, string> id) => new
    {
        kind = "tickets",
        offer = new
        {
            eventId = id("eventId"),
            slotId = id("slotId"),
            items = new[] { new { ticketTypeId = id("ticketTypeId"), quantity = 1 } },
        },
    };
    /// <summary>Parameters of addresses that name something of the product's own, the same for everyone.</summary>
    public static readonly IReadOnlyDictionary<string, string> Everyones =
        new Dictionary<string, string> { ["mailName"] = "tickets", ["provider"] = "sandbox" };

    /// <summary>What routes outside the API read that are sent something; they make of the bytes what they can.</summary>
    public static readonly IReadOnlyDictionary<string, byte[]> Doors = new Dictionary<string, byte[]>
    {
        ["POST /webhooks/{provider}/{accountId}"] = MappedRoute.Bytes(new { id = "evt_1", type = "payment.paid" }),
        ["POST /internal/v1/orders/{orgId}"] = MappedRoute.Bytes(new { holdId = "019b76da-a800-7000-8000-00000000abcd", kind = "tickets" }),
        ["POST /sandbox/payments/{reference}/outcome"] = MappedRoute.Bytes(new { outcome = "rich" }),
        ["POST /orders/{reference}"] = "email=jo%40example.org&do=pay"u8.ToArray(),
        ["POST /bookings/{reference}"] = "email=jo%40example.org&do=take"u8.ToArray(),
        ["POST /tickets/{number}"] = "email=jo%40example.org&do=pdf"u8.ToArray(),
        ["POST /transfers/{transferId}"] = "secret=geheim&name=Jo"u8.ToArray(),
    };

    /// <summary>
    /// Routes that keep what a device says happened, also where it names what we do not know; each fact gets its own verdict.
    /// </summary>
    public static readonly IReadOnlySet<string> TakesFacts = new HashSet<string> { "POST /api/v1/checkins/upload" };

    /// <summary>What a query parameter's id is the id of.</summary>
    public static readonly IReadOnlyDictionary<string, string> Queries =
        new Dictionary<string, string>
        {
            ["venue"] = "venueId",
            ["eventId"] = "eventId",
            ["slotId"] = "slotId",
            ["orderId"] = "paymentOrderId",
        };

    /// <summary>Whatever of a route no test through all routes could fill in.</summary>
    public static IEnumerable<string> Missing(IEnumerable<MappedRoute> routes, Estate estate) =>
        from route in routes
        where route.IsApi
        from missing in (IEnumerable<string>)
        [
            .. route.PathParameters.Where(name => !estate.Ids.ContainsKey(name)).Select(name => $"an id for {{{name}}} in Estate"),
            .. route.QueryIds.Where(name => !Queries.ContainsKey(name)).Select(name => $"what ?{name}= names in Recipes.Queries"),
            .. route.TakesBody && !Bodies.ContainsKey(route.Name) ? (string[])["a body in Recipes.Bodies"] : [],
        ]
        select $"{route.Name} misses {missing}";

    /// <summary>Recipes of routes that are gone.</summary>
    public static IEnumerable<string> Stale(IEnumerable<MappedRoute> routes) => Bodies.Keys.Except(routes.Select(route => route.Name));
}
