using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Kernel;

/// <summary>What an integrator reads: <c>/openapi/v1.json</c> for programs, <c>/docs</c> and <c>/problems/{code}</c> for people.</summary>
internal static class SeeApi
{
    private const string Style = "docs.css";
    private const string JsonType = "application/json; charset=utf-8";
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(5);

    public static void Map(IEndpointRouteBuilder root)
    {
        var document = root.ServiceProvider.GetRequiredService<ApiDocument>();
        var problems = root.ServiceProvider.GetRequiredService<ProblemPages>();
        var docs = new Lazy<Task<string>>(async () => DocsPage.Write(await document.Json()));
        var style = ReadStyle();

        var pages = root.MapGroup("").ExcludeFromDescription().CachedFor(Kept);
        pages.MapGet("/openapi/v1.json", (RequestDelegate)(async http => await Write(http, JsonType, await document.Json())));
        // Whoever opens the address in a browser finds something to read.
        pages.MapGet("/", () => Results.Redirect("/docs")).ShownInBrowser();
        pages.MapGet("/docs", (RequestDelegate)(async http => await ProblemPages.Page(http, await docs.Value))).ShownInBrowser();
        pages.MapGet("/docs/docs.css", (RequestDelegate)(http => Write(http, "text/css; charset=utf-8", style)));
        pages.MapGet("/problems", (RequestDelegate)problems.WriteAll).ShownInBrowser();
        RequestDelegate explain = http => problems.Write(http, http.GetRouteValue("code") as string ?? "");
        pages.MapGet("/problems/{code}", explain).ShownInBrowser();
    }

    private static Task Write(HttpContext http, string type, byte[] body)
    {
        http.Response.ContentType = type;
        http.Response.ContentLength = body.Length;
        return http.Response.Body.WriteAsync(body, 0, body.Length, http.RequestAborted);
    }

    private static byte[] ReadStyle()
    {
        // Embedded in this very assembly.
        using var stream = typeof(SeeApi).Assembly.GetManifestResourceStream(Style)!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
