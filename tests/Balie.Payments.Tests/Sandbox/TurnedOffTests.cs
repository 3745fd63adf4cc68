using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;

namespace Balie.Payments.Tests.Sandbox;

/// <summary>One process that has the sandbox, and others that do not.</summary>
public sealed class TrialApp : PaymentsApp
{
    private bool _hasSandbox = true;

    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Configuration["Balie:payments:Sandbox"] = $"{_hasSandbox}";
    }

    /// <summary>As after a restart with <c>Balie:Payments:Sandbox=false</c>; the caller stops it.</summary>
    public async Task<(WebApplication App, HttpClient Http)> WithoutSandbox()
    {
        _hasSandbox = false;
        var app = await StartAnother();
        return (app, new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(app.Urls.Single()) });
    }
}

/// <summary>An installation that takes real money does without the sandbox: then there is nothing of it, whatever it did before.</summary>
public sealed class TurnedOffTests(TrialApp app) : IClassFixture<TrialApp>
{
    private static CancellationToken Ct => PaymentsApp.Ct;

    [Fact]
    public async Task Turned_off_it_is_gone_with_pages_webhooks_and_payments_and_buyers_hear_what_to_do()
    {
        var ((_, begun), (_, fresh)) = (await app.Open(), await app.Open());
        var reference = await app.Start(begun);
        var hook = $"/webhooks/sandbox/{(await app.See(begun)).AccountId}";
        var page = $"/sandbox/payments/{reference}";
        string[] there = [.. (await Asked(app.Http)).Where(answer => !answer.EndsWith("404", StringComparison.Ordinal))];

        var (other, http) = await app.WithoutSandbox();
        await using var stopped = other;
        using var gone = http;

        Assert.Equal(3, there.Length);
        Assert.All(await Asked(http), answer => Assert.EndsWith("404", answer, StringComparison.Ordinal));
        Assert.Equal("created", (await app.See(begun)).State);
        Assert.Empty((await (await http.GetAsync("/api/v1/payments/methods", Ct)).IsOk<JsonElement>(Ct)).EnumerateArray());
        foreach (var attemptId in (Guid[])[begun, fresh])
        {
            await (await http.PostAsJsonAsync($"/api/v1/payments/{attemptId}/start", new { }, Ct))
                .IsRefused(HttpStatusCode.ServiceUnavailable, "payments.no_account", Ct);
            using var shown = await http.GetAsync($"/pay/{attemptId}", Ct);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, shown.StatusCode);
            Assert.Contains("vraag hoe u kunt betalen", await shown.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        }

        async Task<string[]> Asked(HttpClient at)
        {
            using var look = await at.GetAsync(page, Ct);
            using var forged = await at.PostAsJsonAsync(hook, new { }, Ct);
            using var choose = await at.PostAsJsonAsync($"{page}/outcome", new { outcome = "rich" }, Ct);
            return [.. new[] { look, forged, choose }.Select(answer => $"{answer.RequestMessage?.RequestUri}: {(int)answer.StatusCode}")];
        }
    }

    [Fact]
    public async Task Turned_off_nobody_can_have_it_and_nobody_is_told_of_it()
    {
        var (other, http) = await app.WithoutSandbox();
        await using var stopped = other;
        using var owner = http;
        owner.DefaultRequestHeaders.Authorization = TestCallers.Bearer(Roles.Owner);

        var refused = await owner.Post("/api/v1/payments/accounts", new { provider = "sandbox", name = "Proef", isLive = false }, Ct);

        await refused.IsRefused(HttpStatusCode.UnprocessableEntity, "payments.provider_unknown", Ct);
        var problem = JsonDocument.Parse(await refused.Content.ReadAsStringAsync(Ct)).RootElement;
        Assert.Equal("Choose from adyen, mollie, stripe.", problem.GetProperty("errors")[0].GetProperty("message").GetString());
    }
}
