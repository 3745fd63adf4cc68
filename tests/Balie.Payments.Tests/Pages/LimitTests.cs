using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;

namespace Balie.Payments.Tests.Pages;

/// <summary>Small quotas, and one trusted proxy so that a test can come from any address.</summary>
public sealed class LimitedPaymentsApp : BankApp
{
    public const int Pages = 5;
    public const int Webhooks = 8;

    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Configuration["Balie:Proxies:0"] = "127.0.0.1";
        var limits = builder.Configuration.GetSection("Balie:RateLimits");
        limits["Enabled"] = "true";
        limits["Anonymous"] = Pages.ToString(CultureInfo.InvariantCulture);
        limits["Webhooks"] = Webhooks.ToString(CultureInfo.InvariantCulture);
    }
}

/// <summary>What stands at the root is counted per address, and providers have room of their own.</summary>
public sealed class LimitTests(LimitedPaymentsApp app) : IClassFixture<LimitedPaymentsApp>
{
    private static CancellationToken Ct => PaymentsApp.Ct;

    [Fact]
    public async Task Pages_are_a_guests_requests()
    {
        const string From = "192.0.2.1";
        var attempt = Guid.CreateVersion7();
        string[] pages =
            [$"/pay/{attempt}", $"/pay/{attempt}/return", "/sandbox/payments/nothing", $"/pay/{attempt}", $"/pay/{attempt}/return"];
        foreach (var page in pages) Assert.Equal(HttpStatusCode.NotFound, (await Ask(HttpMethod.Get, page, From)).StatusCode);

        foreach (var page in pages.Distinct())
        {
            var refused = await Ask(HttpMethod.Get, page, From);
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter?.Delta);
        }
        var chosen = await Ask(HttpMethod.Post, "/sandbox/payments/nothing/outcome", From);
        Assert.Equal(HttpStatusCode.TooManyRequests, chosen.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Ask(HttpMethod.Get, $"/pay/{attempt}", "192.0.2.2")).StatusCode);
    }

    [Fact]
    public async Task Webhooks_have_a_generous_limit_of_their_own_and_are_told_to_come_again()
    {
        const string From = "198.51.100.1";
        var door = $"/webhooks/fake/{app.AccountId}";
        for (var sent = 0; sent < LimitedPaymentsApp.Webhooks; sent++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await Ask(HttpMethod.Post, door, From)).StatusCode);

        var refused = await Ask(HttpMethod.Post, door, From);

        await refused.IsRefused(HttpStatusCode.TooManyRequests, "kernel.too_many_requests", Ct);
        Assert.InRange(refused.Headers.RetryAfter?.Delta?.TotalSeconds ?? 0, 1, 8);
        Assert.Equal("\"webhooks\";q=8;w=60", refused.Headers.GetValues("RateLimit-Policy").Single());
        // The pages of that address are another matter.
        Assert.Equal(HttpStatusCode.NotFound, (await Ask(HttpMethod.Get, $"/pay/{Guid.CreateVersion7()}", From)).StatusCode);
    }

    private async Task<HttpResponseMessage> Ask(HttpMethod method, string address, string from)
    {
        using var request = new HttpRequestMessage(method, address);
        if (method == HttpMethod.Post) request.Content = new StringContent("[]", System.Text.Encoding.UTF8, "application/json");
        request.Headers.Add("X-Forwarded-For", from);
        return await app.Browser.SendAsync(request, Ct);
    }
}
