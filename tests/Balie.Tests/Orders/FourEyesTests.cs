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
        var (owner, organisationId) = await Organisation("vier-ogen");
        var accountant = await Colleague("vier-ogen");
        var (one, other) = (await Key(owner, organisationId), await Key(owner, organisationId));

        var asked = await Asked(one, await Sold(owner));
        foreach (var program in (HttpClient[])[one, other])
        {
            await (await Approve(program, asked)).IsRefused(HttpStatusCode.Forbidden, "orders.approval_needs_person", Ct);
            await (await program.Post($"/api/v1/refunds/{asked}/rejection", new { reason = "Nee." }, Ct))
                .IsRefused(HttpStatusCode.Forbidden, "orders.approval_needs_person", Ct);
        }
        var seen = await (await one.GetAsync($"/api/v1/refunds/{asked}", Ct)).IsOk<JsonElement>(Ct);
        Assert.Equal("proposed", seen.GetProperty("refund").Text("status"));

        var approved = await (await Approve(accountant, asked)).IsOk<JsonElement>(Ct);

        Assert.NotEqual("proposed", approved.Text("status"));
        Assert.StartsWith("user:", approved.Text("decidedBy"), StringComparison.Ordinal);
        Assert.StartsWith("apikey:", approved.Text("requestedBy"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_made_the_key_that_asked_is_not_the_second_pair_of_eyes_even_by_another_key_or_after_they_revoked_it()
    {
        var (owner, organisationId) = await Organisation("achter-de-sleutel");
        var accountant = await Colleague("achter-de-sleutel");
        var maker = await Key(owner, organisationId, [.. Scopes, "apiKeysWrite"]);
        var made = await Made(maker, KeysOf(organisationId), new { name = "Door een sleutel", scopes = Scopes });

        string[] refunds =
            [await Asked(maker, await Sold(owner)), await Asked(With(made.Text("key"), organisationId), await Sold(owner))];

        foreach (var asked in refunds)
            await (await Approve(owner, asked)).IsRefused(HttpStatusCode.Forbidden, "orders.approval_by_somebody_else", Ct);
        await (await owner.DeleteAsync($"{KeysOf(organisationId)}/{made.Text("id")}", Ct)).IsOk<JsonElement>(Ct);
        foreach (var asked in refunds)
            await (await Approve(owner, asked)).IsRefused(HttpStatusCode.Forbidden, "orders.approval_by_somebody_else", Ct);
        foreach (var asked in refunds) await (await Approve(accountant, asked)).IsOk<JsonElement>(Ct);
    }

    [Fact]
    public async Task What_a_key_of_the_operator_asked_for_anybody_may_approve()
    {
        var (owner, organisationId) = await Organisation("van-de-beheerder");
        var key = (await app.Installation.CreateApiKey("van-de-beheerder", "Koppeling", Scopes, null, Ct)).Value;

        var asked = await Asked(With(key?.Key ?? "", organisationId), await Sold(owner));

        await (await Approve(owner, asked)).IsOk<JsonElement>(Ct);
    }

    private static Task<HttpResponseMessage> Approve(HttpClient client, string refundId) =>
        client.Post($"/api/v1/refunds/{refundId}/approval", new { }, Ct);

    private static async Task<string> Asked(HttpClient program, string orderId)
    {
        var asked = await Made(program, $"/api/v1/orders/{orderId}/refunds", new { reason = "Ziek.", all = true, terms = "full" });
        Assert.Equal("proposed", asked.Text("status"));
        return asked.Text("id");
    }

    private async Task<(HttpClient Owner, string OrganisationId)> Organisation(string slug)
    {
        await app.Installation.EnsureOwner("beheer@example.org", Password, "Beheer", Ct);
        var owner = await Person($"baas-{slug}@example.org");
        var organisationId = (await Made(owner, "/api/v1/organisations", new { slug, name = "Vier ogen" })).Text("id");
        owner.DefaultRequestHeaders.Add("X-Organisation", organisationId);
        return (owner, organisationId);
    }

    private async Task<HttpClient> Colleague(string slug)
    {
        var email = $"boekhouder-{slug}@example.org";
        var colleague = await Person(email);
        Assert.Null((await app.Installation.SetMember(slug, email, Roles.Finance, Ct)).Refusal);
        colleague.DefaultRequestHeaders.Add("X-Organisation", slug);
        return colleague;
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

    private async Task<HttpClient> Key(HttpClient owner, string organisationId, string[]? scopes = null)
    {
        var made = await Made(owner, KeysOf(organisationId), new { name = "Boekhouding", scopes = scopes ?? Scopes });
        return With(made.Text("key"), organisationId);
    }

    private HttpClient With(string key, string organisationId)
    {
        var client = app.Guest();
        client.DefaultRequestHeaders.Add("X-Api-Key", key);
        client.DefaultRequestHeaders.Add("X-Organisation", organisationId);
        return client;
    }

    private static string KeysOf(string organisationId) => $"/api/v1/organisations/{organisationId}/api-keys";

    private static async Task<JsonElement> Made(HttpClient client, string address, object body) =>
        await (await client.Post(address, body, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);
}
