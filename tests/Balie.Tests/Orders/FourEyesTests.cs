using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Balie.Tests.Orders;

/// <summary>Above a sum two decide about a refund, and the second is a person, whom one can ask: an API key alone never is.</summary>
public sealed class FourEyesTests(WholeProduct app) : IClassFixture<WholeProduct>
{
    private const string Password = "zeventien paarse olifanten";
    private const int AboveTheSumMinor = 25_001;
    private static readonly string[] Scopes = ["ordersRead", "refundsWrite"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_api_key_approves_or_declines_a_refund_above_the_sum_and_a_person_does()
    {
        await app.Installation.EnsureOwner("beheer@example.org", Password, "Beheer", Ct);
        var owner = await Person("baas@example.org");
        var organisationId = (await Made(owner, "/api/v1/organisations", new { slug = "vier-ogen", name = "Vier ogen" })).Text("id");
        owner.DefaultRequestHeaders.Add("X-Organisation", organisationId);
        var (one, other) = (await Key(owner, organisationId), await Key(owner, organisationId));
        var orderId = await Sold(owner);

        var asked = await Made(one, $"/api/v1/orders/{orderId}/refunds", new { reason = "Ziek.", all = true, terms = "full" });
        Assert.Equal("proposed", asked.Text("status"));
        foreach (var program in (HttpClient[])[one, other])
        {
            await (await program.Post($"/api/v1/refunds/{asked.Text("id")}/approval", new { }, Ct))
                .IsRefused(HttpStatusCode.Forbidden, "orders.approval_needs_person", Ct);
            await (await program.Post($"/api/v1/refunds/{asked.Text("id")}/rejection", new { reason = "Nee." }, Ct))
                .IsRefused(HttpStatusCode.Forbidden, "orders.approval_needs_person", Ct);
        }
        var seen = await (await one.GetAsync($"/api/v1/refunds/{asked.Text("id")}", Ct)).IsOk<JsonElement>(Ct);
        Assert.Equal("proposed", seen.GetProperty("refund").Text("status"));

        var approved = await (await owner.Post($"/api/v1/refunds/{asked.Text("id")}/approval", new { }, Ct)).IsOk<JsonElement>(Ct);

        Assert.NotEqual("proposed", approved.Text("status"));
        Assert.StartsWith("user:", approved.Text("decidedBy"), StringComparison.Ordinal);
        Assert.StartsWith("apikey:", approved.Text("requestedBy"), StringComparison.Ordinal);
    }

    /// <summary>Paid at the desk, a cent above what one may give back alone.</summary>
    private static async Task<string> Sold(HttpClient owner)
    {
        var made = await Made(owner, "/api/v1/events", new
        {
            title = "Gala",
            zone = "Europe/Amsterdam",
            ticketTypes = new[] { new { name = "Loge", price = Given.Price(AboveTheSumMinor) } },
            slots = new { dates = new[] { new { startsLocal = "2026-07-01T20:00:00", endsLocal = "2026-07-01T22:00:00" } }, capacity = 10 },
        });
        foreach (var step in (string[])["publication", "sale"])
            await (await owner.Put($"/api/v1/events/{made.Text("id")}/{step}", new { }, Ct)).IsOk<JsonElement>(Ct);
        var lines = new[] { new { kind = "tickets", offer = new { eventId = made.Text("id"), quantity = 1 } } };
        var order = await Made(owner, "/api/v1/orders", new { acceptedTerms = true, lines, buyer = Buying.Buyer() });
        await (await owner.Put($"/api/v1/orders/{order.Text("id")}/settlement", new { reason = "Contant." }, Ct)).IsOk<JsonElement>(Ct);
        return order.Text("id");
    }

    private async Task<HttpClient> Person(string email)
    {
        Assert.Null((await app.Installation.CreateUser(email, "Baas", Password, "nl", Ct)).Refusal);
        var client = app.Guest();
        var signedIn = await (await client.Post("/api/v1/auth/login", new { email, password = Password }, Ct)).IsOk<JsonElement>(Ct);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", signedIn.Text("accessToken"));
        return client;
    }

    private async Task<HttpClient> Key(HttpClient owner, string organisationId)
    {
        var made = await Made(owner, $"/api/v1/organisations/{organisationId}/api-keys", new { name = "Boekhouding", scopes = Scopes });
        var client = app.Guest();
        client.DefaultRequestHeaders.Add("X-Api-Key", made.Text("key"));
        client.DefaultRequestHeaders.Add("X-Organisation", organisationId);
        return client;
    }

    private static async Task<JsonElement> Made(HttpClient client, string address, object body) =>
        await (await client.Post(address, body, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);
}
