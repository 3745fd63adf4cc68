using System.Text.Json;

namespace Balie.Tests.House;

/// <summary>What integrators build on, kept beside the code so that a review sees every change of it.</summary>
public sealed class ApiDocumentTests(Product app) : IClassFixture<Product>
{
    private static readonly string[] Methods = ["get", "post", "put", "patch", "delete"];
    private static readonly JsonSerializerOptions Readable = new(Json.Options) { WriteIndented = true };

    [Fact]
    public async Task Docs_openapi_json_is_what_the_product_says_of_itself()
    {
        using var document = await Read();

        await Snapshot.Holds("docs/openapi.json", JsonSerializer.Serialize(document.RootElement, Readable) + "\n", Product.Ct);
    }

    [Fact]
    public async Task The_document_tells_of_every_api_route_and_of_no_other()
    {
        using var document = await Read();
        var told =
            from path in document.RootElement.GetProperty("paths").EnumerateObject()
            from operation in path.Value.EnumerateObject()
            where Methods.Contains(operation.Name)
            select $"{operation.Name.ToUpperInvariant()} {path.Name}";

        Assert.Equal(
            app.Routes.Where(route => route.IsApi).Select(route => route.Name).Order(),
            told.Where(name => name.Contains(" /api/v1/", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public async Task Every_route_of_carts_and_checkout_takes_the_guests_cart()
    {
        using var document = await Read();
        var takes =
            from path in document.RootElement.GetProperty("paths").EnumerateObject()
            where path.Name.StartsWith("/api/v1/cart", StringComparison.Ordinal) || path.Name == "/api/v1/orders"
            from operation in path.Value.EnumerateObject()
            where path.Name != "/api/v1/orders" || operation.Name == "post"
            select (Route: $"{operation.Name} {path.Name}", Text: operation.Value.GetProperty("parameters").ToString());

        Assert.Equal(9, takes.Count());
        Assert.All(takes, route => Assert.Contains("#/components/parameters/X-Cart", route.Text, StringComparison.Ordinal));
    }

    private async Task<JsonDocument> Read() => JsonDocument.Parse(await app.Http.GetStringAsync("/openapi/v1.json", Product.Ct));
}
