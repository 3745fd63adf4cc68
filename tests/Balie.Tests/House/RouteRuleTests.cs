using Balie.Tests.Routes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Balie.Tests.House;

/// <summary>The rules for routes, over the product as it runs, each beside a route that breaks it.</summary>
public sealed class RouteRuleTests(Product app) : IClassFixture<Product>
{
    private static readonly Dictionary<string, string> OutsideTheApi = new()
    {
        ["GET /"] = "Leads whoever opens the address to what there is to read.",
        ["GET /health"] = "Alive or not, asked by a load balancer that is nobody.",
        ["GET /ready"] = "The same.",
        ["GET /metrics"] = "Shown only to the addresses that the operator listed.",
        ["GET /.well-known/jwks.json"] = "Public keys.",
        ["GET /.well-known/security.txt"] = "RFC 9116.",
        ["GET /openapi/v1.json"] = "What the API is, for whoever wants to use it.",
        ["GET /docs"] = "The same to read.",
        ["GET /docs/docs.css"] = "And how it looks.",
        ["GET /problems"] = "Every way the API says no.",
        ["GET /problems/{code}"] = "One of them.",
        ["POST /internal/v1/orders/{orgId}"] = "For our own other process, which shows the shared key; nothing to anybody else.",
        ["GET /internal/v1/orders/{orgId}"] = "The same.",
        ["GET /pay/{attemptId}"] = "A payment link names its payment alone, for whoever holds it, at any host name.",
        ["GET /pay/{attemptId}/return"] = "Where the provider sends the buyer back to.",
        ["GET /orders/{reference}"] = "Where mails lead: for everyone with the link and, to see anything, the e-mail address.",
        ["POST /orders/{reference}"] = "The same, once its form was filled in.",
        ["GET /bookings/{reference}"] = "The same, of a booking.",
        ["POST /bookings/{reference}"] = "The same.",
        ["GET /tickets/{number}"] = "The same, of a ticket.",
        ["POST /tickets/{number}"] = "The same.",
        ["GET /transfers/{transferId}"] = "Where an offer of a ticket leads: for everyone with its secret.",
        ["POST /transfers/{transferId}"] = "The same, once its form was filled in.",
        ["GET /ui/sheet.css"] = "How pages for visitors look.",
        ["POST /webhooks/{provider}/{accountId}"] = "Providers are nobody: a request is verified by its signature, or a reason to ask.",
        ["GET /sandbox/payments/{reference}"] = "The page of the built-in provider, which like a real one has no callers of ours.",
        ["POST /sandbox/payments/{reference}/outcome"] = "What the bank does, chosen by whoever tries things out.",
    };

    private static readonly Dictionary<string, string> CreateWithoutKey = new()
    {
        ["POST /api/v1/auth/register"] = "The address is the key: whoever registers twice gets one account and another mail.",
        ["POST /api/v1/devices"] = "The key is shown once, so its answer must not be kept to be repeated.",
        ["POST /api/v1/organisations/{organisationId}/api-keys"] = "The key is shown once, so its answer must not be kept to be repeated.",
        ["POST /api/v1/webhooks"] = "The same, of its secret.",
        ["POST /api/v1/webhooks/{webhookId}/secret"] = "The same, of the new one.",
    };

    private static readonly RequestDelegate Nothing = _ => Task.CompletedTask;

    [Fact]
    public void Every_api_route_says_who_may_use_it() => Assert.Empty(RouteRules.WithoutAccess(app.Routes));

    [Fact]
    public void A_route_that_says_nothing_is_seen() => Assert.NotEmpty(RouteRules.WithoutAccess([Bad("GET")]));

    [Fact]
    public void Only_what_is_named_here_stands_outside_the_api()
    {
        Assert.Empty(RouteRules.Unguarded(app.Routes, OutsideTheApi.Keys));
        Assert.Equal(["GET /admin stands outside the API"], RouteRules.Unguarded([Bad("GET", "/admin")], OutsideTheApi.Keys));
    }

    [Fact]
    public void Whatever_asks_the_database_outside_the_api_is_counted_per_address() => Assert.Equal(
        [
            "GET /pay/{attemptId}", "GET /pay/{attemptId}/return", "GET /sandbox/payments/{reference}",
            "POST /sandbox/payments/{reference}/outcome", "POST /webhooks/{provider}/{accountId}",
        ],
        app.Routes.Where(route => route.Endpoint.Metadata.GetMetadata<CountedPerAddress>() is not null)
            .Select(route => route.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_post_that_creates_wants_a_key() => Assert.Empty(RouteRules.CreatesWithoutKey(app.Routes, CreateWithoutKey.Keys));

    [Fact]
    public void A_post_that_creates_without_a_key_is_seen() =>
        Assert.NotEmpty(RouteRules.CreatesWithoutKey([Bad("POST", metadata: new AnswersWith(201))], []));

    [Fact]
    public void Every_address_named_here_still_stands_there() =>
        Assert.Empty(OutsideTheApi.Keys.Except(app.Routes.Select(route => route.Name)));

    [Fact]
    public void Every_exception_is_still_needed() => Assert.Equal(
        CreateWithoutKey.Keys.Order(), app.Routes.Where(route => route is { Method: "POST", Creates: true, WantsKey: false })
            .Select(route => route.Name).Order());

    [Fact]
    public void No_address_is_taken_twice()
    {
        Assert.Empty(RouteRules.Twins(app.Routes));
        Assert.NotEmpty(RouteRules.Twins([.. app.Routes, app.Routes[0]]));
    }

    private static MappedRoute Bad(string method, string pattern = "/api/v1/bad", params object[] metadata)
    {
        var endpoint = new RouteEndpoint(Nothing, RoutePatternFactory.Parse(pattern), 0,
            new EndpointMetadataCollection([.. metadata, new HttpMethodMetadata([method])]), null);
        return MappedRoute.Of([new DefaultEndpointDataSource(endpoint)]).Single();
    }
}
