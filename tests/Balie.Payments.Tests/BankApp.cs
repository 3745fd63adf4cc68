using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Balie.Payments.Providers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Payments.Tests;

/// <summary>Payments with a live account at the bank that does what a test says. Each class has its own.</summary>
public class BankApp : PaymentsApp, IAsyncLifetime
{
    internal FakeBank Bank { get; } = new();

    public Guid AccountId { get; private set; }

    internal Workers Workers => Services.GetRequiredService<Workers>();

    protected override void Replace(IServiceCollection services)
    {
        base.Replace(services);
        services.AddSingleton<IPaymentProvider>(Bank);
    }

    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Configuration["Balie:payments:ProviderTimeout"] = "00:00:01";
        builder.Configuration["Balie:payments:BreakFor"] = "00:00:01";
    }

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await Begin();
        AccountId = await Account(As(Roles.Owner));
    }

    /// <summary>Another account at the bank.</summary>
    public static async Task<Guid> Account(
        HttpClient owner, string name = "Bank", bool isLive = true, bool isEnabled = true, int position = 0, object[]? methods = null)
    {
        var answer = await owner.Post("/api/v1/payments/accounts",
            new { provider = "fake", name, isLive, isEnabled, position, settings = new { key = "live_0123456789abcdef" }, methods }, Ct);
        return (await answer.IsOk<JsonElement>(HttpStatusCode.Created, Ct)).GetProperty("id").GetGuid();
    }

    /// <summary>The bank's name for what was started here.</summary>
    public static string RefOf(Guid attemptId) => $"fp_{attemptId:n}";

    /// <summary>The bank has it so from now on; it tells nobody.</summary>
    internal void Has(Guid attemptId, PaymentSnapshot snapshot) => Bank.Payments[RefOf(attemptId)] = snapshot;

    /// <summary>A webhook, as this bank sends it.</summary>
    internal async Task<HttpResponseMessage> Tell(params WebhookEvent[] events)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/webhooks/fake/{AccountId}")
        {
            Content = JsonContent.Create(events, options: Json.Options),
        };
        request.Headers.Add(FakeBank.Signature, "good");
        return await Http.SendAsync(request, Ct);
    }

    internal static WebhookEvent About(Guid attemptId, string? key = null, ClaimedChange? claimed = null) =>
        new(key, "payment.changed", RefOf(attemptId), null, null, claimed, "{}");
}
