using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;

namespace Balie.Tests.Pages;

/// <summary>What holds for all pages for visitors, whatever is sent to them, and that every mail leads to one.</summary>
public sealed class PageRuleTests(PostalProduct app) : IClassFixture<PostalProduct>
{
    private static readonly string Transfer = $"/transfers/{Guid.CreateVersion7()}";

    private static CancellationToken Ct => Product.Ct;

    public static TheoryData<string> Pages => ["/orders/K7QMWZ2R4T", "/bookings/K7QMWZ2R4T", "/tickets/K7QMWZ2R4T-1", Transfer];

    [Fact]
    public async Task Every_link_in_every_mail_leads_to_a_page()
    {
        var owner = app.As(Roles.Owner);
        var kinds = await (await owner.GetAsync("/api/v1/mail-templates", Ct)).IsOk<JsonElement>(Ct);
        var followed = 0;
        foreach (var kind in kinds.EnumerateArray().Select(kind => kind.Text("name")))
            foreach (var locale in (string[])["nl", "en"])
            {
                var mail = await owner.GetStringAsync($"/api/v1/mail-templates/{kind}/preview?locale={locale}&format=text", Ct);
                foreach (var link in PageWords.LinksIn(mail))
                {
                    using var answer = await app.Http.GetAsync(link, Ct);
                    // What is not there at all is answered with a problem document.
                    Assert.True(answer.Content.Headers.ContentType?.MediaType == "text/html", $"{kind} leads to {link}, which is no page.");
                    followed++;
                }
            }
        Assert.InRange(followed, 20, 100);
    }

    [Theory, MemberData(nameof(Pages))]
    public async Task Whatever_is_sent_as_a_form_is_answered_and_never_with_a_500(string path)
    {
        (string, string)[] many = [.. Enumerable.Range(0, 2_000).Select(number => ($"n{number}", "x"))];
        foreach (var fields in (IEnumerable<(string, string)[]>)
            [[], [("email", "")], [("email", "a\0b@example.org")], [("email", new string('x', 20_000))], [("email", "a"), ("email", "b")],
                [("do", "tickets"), ("creditNote", "geen")], many])
            await app.Http.Fill(HttpStatusCode.NotFound, path, fields);

        using var json = await app.Http.PostAsync(path, JsonContent.Create(new { email = "a@example.org" }), Ct);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, json.StatusCode);
        using var parts = await app.Http.PostAsync(path, new MultipartFormDataContent { { new StringContent("a"), "email" } }, Ct);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, parts.StatusCode);
    }

    [Theory, MemberData(nameof(Pages))]
    public async Task A_form_of_another_site_that_rides_on_a_cookie_is_refused(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = PageWords.FormOf(("email", "a@example.org")) };
        request.Headers.Add("Cookie", "__Host-balie=customer");
        request.Headers.Add("Sec-Fetch-Site", "cross-site");

        (await app.Http.Read(request, HttpStatusCode.Forbidden, "nl")).Says("kwam van een andere website");
    }

    [Theory, MemberData(nameof(Pages))]
    public async Task A_session_that_ended_makes_a_guest_of_its_person_and_no_error(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Cookie", "__Host-balie=niemand");

        await app.Http.Read(request, path == Transfer ? HttpStatusCode.NotFound : HttpStatusCode.OK, "en");
    }

    [Theory, MemberData(nameof(Pages))]
    public async Task Looking_whether_a_link_works_gets_no_body(string path)
    {
        using var answer = await app.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, path), Ct);

        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Ct));
    }

    [Theory]
    [InlineData("nl-BE,en;q=0.8", "nl")]
    [InlineData("en-GB,nl;q=0.8", "en")]
    [InlineData("de-DE,en;q=0.5,nl;q=0.9", "nl")]
    [InlineData("de", "en")]
    [InlineData("*", "nl")]
    public async Task A_page_speaks_the_language_that_the_browser_prefers(string asked, string spoken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/orders/K7QMWZ2R4T");
        request.Headers.TryAddWithoutValidation("Accept-Language", asked);
        using var answer = await app.Http.SendAsync(request, Ct);

        Assert.Contains($"<html lang=\"{spoken}\">", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }
}

/// <summary>The product with the limits that it has for guests.</summary>
public sealed class CountingProduct : Product
{
    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Configuration["Balie:RateLimits:Enabled"] = "true";
        builder.Configuration["Balie:RateLimits:Anonymous"] = "3";
    }
}

public sealed class PageLimitTests(CountingProduct app) : IClassFixture<CountingProduct>
{
    [Fact]
    public async Task Whoever_guesses_is_told_to_wait_in_words()
    {
        for (var guess = 0; guess < 3; guess++)
            await app.Http.Fill(HttpStatusCode.NotFound, "/orders/K7QMWZ2R4T", ("email", $"gok{guess}@example.org"));

        (await app.Http.Fill(HttpStatusCode.TooManyRequests, "/bookings/K7QMWZ2R4T", ("email", "gok@example.org"))).Says("Even geduld");
    }
}
