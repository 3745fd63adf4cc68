using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Balie.Payments.Pages;
using Balie.Payments.Providers;
using Balie.Ui;

namespace Balie.Payments.Tests.Pages;

/// <summary>What a buyer sees, in both languages, without script.</summary>
public sealed class PageTests(BankApp app) : IClassFixture<BankApp>, IDisposable
{
    private static CancellationToken Ct => PaymentsApp.Ct;

    public void Dispose() => app.Bank.Reset();

    private async Task<string> Returned(string locale, PaymentSnapshot snapshot)
    {
        var (_, attemptId) = await app.Open(locale: locale);
        await (await app.Http.PostAsJsonAsync($"/api/v1/payments/{attemptId}/start", new { }, Ct)).IsOk<JsonElement>(Ct);
        app.Has(attemptId, snapshot);
        return await app.Browser.GetStringAsync($"/pay/{attemptId}/return", Ct);
    }

    [Theory]
    [InlineData("nl", "Captured", "Betaald, dank u wel", "€&#xA0;25,00")]
    [InlineData("en", "Captured", "Paid, thank you", "€25.00")]
    [InlineData("nl", "Authorised", "Betaling toegezegd", "Bestelling")]
    [InlineData("en", "Authorised", "Payment reserved", "Order")]
    [InlineData("nl", "Pending", "Uw bank verwerkt de betaling", "http-equiv=\"refresh\"")]
    [InlineData("en", "Pending", "Your bank is processing the payment", "http-equiv=\"refresh\"")]
    [InlineData("nl", "Created", "Nog niet betaald", "Verder met betalen")]
    [InlineData("en", "Created", "Not paid yet", "Continue to payment")]
    [InlineData("nl", "Failed", "De betaling is niet gelukt", "Opnieuw proberen")]
    [InlineData("en", "Failed", "The payment did not succeed", "Try again")]
    [InlineData("nl", "Cancelled", "De betaling is geannuleerd", "Opnieuw proberen")]
    [InlineData("en", "Cancelled", "The payment was cancelled", "Try again")]
    [InlineData("nl", "Expired", "De tijd is om", "Opnieuw proberen")]
    [InlineData("en", "Expired", "The time is up", "Try again")]
    public async Task The_return_page_says_what_is_true(string locale, string state, string title, string also)
    {
        var snapshot = FakeBank.Snapshot(Enum.Parse<AttemptState>(state), state == "Captured" ? 2500 : 0);

        var page = await Returned(locale, snapshot);

        Assert.Contains($"<html lang=\"{locale}\">", page, StringComparison.Ordinal);
        Assert.Contains($"<h1>{title}</h1>", page, StringComparison.Ordinal);
        Assert.Contains(also, page, StringComparison.Ordinal);
        Assert.Contains("2 kaarten voor Hamlet", page, StringComparison.Ordinal);
        Assert.Contains("href=\"/orders/", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nl", "De betaaldienst antwoordt niet")]
    [InlineData("en", "The payment provider does not answer")]
    public async Task A_provider_that_is_away_is_told_with_a_way_back(string locale, string title)
    {
        var (_, attemptId) = await app.Open(locale: locale);
        app.Bank.Before = (_, _) => throw FakeBank.Away;

        var answer = await app.Browser.GetAsync($"/pay/{attemptId}", Ct);
        var page = await answer.Content.ReadAsStringAsync(Ct);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Contains(title, page, StringComparison.Ordinal);
        Assert.Contains($"href=\"/pay/{attemptId}\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_cannot_ask_shows_what_is_known()
    {
        var (_, attemptId) = await app.Open();
        await (await app.Http.PostAsJsonAsync($"/api/v1/payments/{attemptId}/start", new { }, Ct)).IsOk<JsonElement>(Ct);
        app.Bank.Before = (_, _) => throw FakeBank.Away;

        Assert.Contains("Nog niet betaald", await app.Browser.GetStringAsync($"/pay/{attemptId}/return", Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_to_nothing_says_so_in_the_browsers_language()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/pay/{Guid.CreateVersion7()}");
        request.Headers.AcceptLanguage.ParseAdd("en-GB");

        var answer = await app.Browser.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("There is no such payment", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Looking_whether_a_link_works_starts_nothing_and_pages_may_load_only_our_own()
    {
        var (_, attemptId) = await app.Open();

        var head = await app.Browser.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/pay/{attemptId}"), Ct);
        var page = await app.Browser.GetAsync($"/pay/{attemptId}/return", Ct);
        var style = await app.Browser.GetAsync("/ui/sheet.css", Ct);

        Assert.Equal((HttpStatusCode.OK, 0), (head.StatusCode, app.Bank.MadeFor(attemptId)));
        Assert.Contains("style-src 'self'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal(("text/css", true), (style.Content.Headers.ContentType?.MediaType, page.Headers.CacheControl?.NoStore));
    }

    [Fact]
    public void What_a_buyer_wrote_is_text_and_never_markup()
    {
        var markup = (Markup)$"<p>{"<b>&\"'é€"}</p>{(Markup)$"<i>{"x"}</i>"}";

        Assert.Equal("<p>&lt;b&gt;&amp;&quot;&#x27;é€</p><i>x</i>", markup.ToString());
    }

    [Theory]
    [InlineData(123456789, "EUR", "€\u00a01.234.567,89", "€1,234,567.89")]
    [InlineData(-5, "EUR", "−€\u00a00,05", "−€0.05")]
    [InlineData(500, "JPY", "JPY\u00a0500", "JPY\u00a0500")]
    [InlineData(1500, "KWD", "KWD\u00a01,500", "KWD\u00a01.500")]
    public void Amounts_are_written_as_people_write_them(long amount, string currency, string dutch, string english)
    {
        Assert.Equal(dutch, PayTexts.In("nl-NL").Of(new Money(amount, currency)));
        Assert.Equal(english, PayTexts.In("en").Of(new Money(amount, currency)));
    }
}
