using System.Net;
using System.Text.RegularExpressions;
using Balie.Contracts.Orders;
using Balie.Tests.Orders;

namespace Balie.Tests.Pages;

/// <summary>From the payment to the tickets without a keyboard, for whoever paid; and what everybody else sees who comes back.</summary>
public sealed partial class BackFromPaymentTests(PostalProduct app) : IClassFixture<PostalProduct>
{
    private const string Email = "rob@example.org";

    private static CancellationToken Ct => Product.Ct;

    [Fact]
    public async Task Whoever_paid_is_led_to_their_order_and_their_tickets_without_typing()
    {
        var order = await Ordered();
        var (bank, cookie) = await GoToPay(PathOf(order));

        var (back, returned) = await PayThere(bank, cookie, "paid");
        await app.Deliver(Ct);
        var (toOrder, pass) = FormTo("/orders/", returned);
        var sheet = await app.Http.Fill(toOrder, pass);
        var (toBooking, email) = FormTo("/bookings/", sheet);
        var tickets = await app.Http.Fill(toBooking, email);

        returned.Says("Betaald", "Bekijk uw bestelling");
        sheet.Says(order.Reference, "€ 10,90", "Factuur");
        tickets.Says("Rang 1", "data:image/png;base64,");
        foreach (var address in (string[])[bank, back, toOrder, toBooking])
            Assert.DoesNotContain("example.org", new Uri(new Uri(PageWords.PublicAddress), address).PathAndQuery, StringComparison.Ordinal);
        Assert.DoesNotContain("key=", back, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_knows_the_payment_alone_may_pay_it_and_is_asked_who_they_are()
    {
        var (order, own) = (await Ordered(), await Ordered("ander@example.org"));
        var (_, ownCookie) = await GoToPay(PathOf(own));
        var payment = PathOf(order).Split('?')[0];

        foreach (var link in (string[])[payment, $"{payment}?key=", $"{payment}?key=geraden", $"{payment}?{PathOf(own).Split('?')[1]}"])
            Assert.Null((await GoToPay(link)).Cookie);
        var (bank, cookie) = await GoToPay(PathOf(order));
        var (back, _) = await PayThere(bank, cookie, "paid");

        foreach (var stranger in (string?[])[null, ownCookie, "balie-payer=1999999999.geraden"])
        {
            var page = await Look(back, stranger);
            page.Says("Betaald", $"href=\"/orders/{order.Reference}");
            page.IsSilentOn("<form", "pass", Email);
        }
        // The provider's own page leads whoever opens it back to the same address.
        var (again, afresh) = await GoToPay(payment);
        Assert.Equal((back, null), (again, afresh));
    }

    [Fact]
    public async Task The_link_that_was_paid_opens_nothing_any_more()
    {
        var order = await Ordered();
        var (bank, cookie) = await GoToPay(PathOf(order));
        await PayThere(bank, cookie, "paid");

        var (back, late) = await GoToPay(PathOf(order));

        Assert.Null(late);
        (await Look(back, null)).IsSilentOn("<form");
    }

    [Fact]
    public async Task The_way_back_is_open_for_an_hour_and_the_pass_for_a_quarter()
    {
        var order = await Ordered();
        var (bank, cookie) = await GoToPay(PathOf(order));
        var (back, returned) = await PayThere(bank, cookie, "paid");
        var (toOrder, pass) = FormTo("/orders/", returned);

        app.Clock.Advance(TimeSpan.FromMinutes(16));
        var asked = await app.Http.Fill(HttpStatusCode.NotFound, toOrder, pass);
        var (_, fresh) = FormTo("/orders/", await Look(back, cookie));
        (await app.Http.Fill(toOrder, fresh)).Says(order.Reference);
        app.Clock.Advance(TimeSpan.FromMinutes(45));

        asked.Says("Vul uw e-mailadres in.");
        asked.IsSilentOn(Email, "€ 10,90");
        (await Look(back, cookie)).IsSilentOn("<form");
    }

    [Fact]
    public async Task A_pass_opens_one_order_of_one_organisation()
    {
        var (order, other) = (await Ordered(), await Ordered("ander@example.org"));
        var (bank, cookie) = await GoToPay(PathOf(order));
        var (_, returned) = await PayThere(bank, cookie, "paid");
        var (toOrder, pass) = FormTo("/orders/", returned);

        var abroad = $"/orders/{order.Reference}?organisation={Guid.CreateVersion7()}";
        foreach (var elsewhere in (string[])[$"/orders/{other.Reference}", abroad])
            (await app.Http.Fill(HttpStatusCode.NotFound, elsewhere, pass)).IsSilentOn(Email, "€ 10,90");
        await app.Http.Fill(HttpStatusCode.NotFound, toOrder, ("pass", "geraden"), ("email", Email));
        foreach (var deed in (string[])["invoice", "pay"])
            await app.Http.Fill(HttpStatusCode.NotFound, $"/orders/{other.Reference}", pass, ("do", deed));
    }

    [Fact]
    public async Task After_a_payment_that_failed_the_next_one_leads_there_as_well()
    {
        var order = await Ordered();
        var (bank, cookie) = await GoToPay(PathOf(order));

        var (_, failed) = await PayThere(bank, cookie, "failed");
        failed.IsSilentOn("<form");
        var (second, newCookie) = await GoToPay(LinkOf(failed, "Opnieuw proberen"));
        var (_, paid) = await PayThere(second, newCookie, "paid");

        var (toOrder, pass) = FormTo("/orders/", paid);
        (await app.Http.Fill(toOrder, pass)).Says(order.Reference);
    }

    [Fact]
    public async Task The_mark_of_a_payer_goes_to_the_page_of_their_return_alone_and_to_no_script()
    {
        using var answer = await app.Http.GetAsync(PathOf(await Ordered()), Ct);

        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.Matches(
            @"^balie-payer=\d{10}\.[\w-]{43}; max-age=3600; path=/pay/[0-9a-f-]{36}/return; samesite=lax; httponly$", cookie);
        Assert.Equal(["no-referrer"], answer.Headers.GetValues("Referrer-Policy"));
    }

    private async Task<OrderView> Ordered(string email = Email)
    {
        var show = await app.Show(types: Buying.Priced, startsLocal: "2030-07-01T20:00:00", endsLocal: "2030-07-01T22:00:00");
        return await app.Http.Ordered(show, 1, Buying.Buyer(email));
    }

    private static string PathOf(OrderView order) => new Uri(order.PaymentUrl ?? "").PathAndQuery;

    /// <returns>Where the payment link leads, and the mark that a browser keeps.</returns>
    private async Task<(string Address, string? Cookie)> GoToPay(string link)
    {
        using var answer = await app.Http.GetAsync(link, Ct);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        var cookie = answer.Headers.TryGetValues("Set-Cookie", out var set) ? set.Single().Split(';')[0] : null;
        return (PathIn(answer), cookie);
    }

    /// <summary>Chooses at the provider what becomes of it, and follows the way back.</summary>
    private async Task<(string Address, string Page)> PayThere(string bank, string? cookie, string outcome)
    {
        using var answer = await app.Http.PostAsync($"{bank}/outcome", PageWords.FormOf(("outcome", outcome)), Ct);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        var back = PathIn(answer);
        return (back, await Look(back, cookie));
    }

    private Task<string> Look(string address, string? cookie)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (cookie is not null) request.Headers.Add("Cookie", cookie);
        return app.Http.Read(request, HttpStatusCode.OK, "nl");
    }

    private static string PathIn(HttpResponseMessage answer) =>
        new Uri(new Uri(PageWords.PublicAddress), answer.Headers.Location?.ToString()).PathAndQuery;

    /// <summary>The one form of a page that leads there, with what it sends.</summary>
    private static (string Address, (string Name, string Value) Field) FormTo(string beginning, string page)
    {
        var form = Assert.Single(Forms().Matches(page), form => form.Groups[1].Value.StartsWith(beginning, StringComparison.Ordinal));
        return (form.Groups[1].Value, (form.Groups[2].Value, form.Groups[3].Value));
    }

    private static string LinkOf(string page, string label) =>
        Regex.Match(page, $"href=\"([^\"]+)\">{label}<").Groups[1].Value;

    [GeneratedRegex("<form method=\"post\" action=\"([^\"]+)\">\\s*<input type=\"hidden\" name=\"([a-z]+)\" value=\"([^\"]+)\">")]
    private static partial Regex Forms();
}
