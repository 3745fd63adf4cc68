using System.Net;
using System.Text.Json;

namespace Balie.Kernel.Tests.Http;

/// <summary>What integrators read: the description of the API, its page, and the pages of the errors.</summary>
public sealed class ApiDocumentTests(ModuleApp<ProbeModule> app) : IClassFixture<ModuleApp<ProbeModule>>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_OpenAPI_3_1_with_relative_servers_and_both_ways_to_sign_in()
    {
        var root = await Document();

        Assert.StartsWith("3.1", root.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        Assert.Equal("/", root.GetProperty("servers")[0].GetProperty("url").GetString());
        var schemes = root.GetProperty("components").GetProperty("securitySchemes");
        Assert.Equal("http", schemes.GetProperty("bearer").GetProperty("type").GetString());
        Assert.Equal("X-Api-Key", schemes.GetProperty("apiKey").GetProperty("name").GetString());
        Assert.Contains(root.GetProperty("tags").EnumerateArray(), tag => tag.GetProperty("name").GetString() == "Probe");
    }

    [Fact]
    public async Task Every_reference_leads_somewhere_and_every_operation_has_a_name_of_its_own()
    {
        var root = await Document();

        Assert.All(References(root), reference => Assert.True(Find(root, reference), reference));
        var names = Operations(root).Select(operation => operation.GetProperty("operationId").GetString()).ToArray();
        Assert.NotEmpty(names);
        Assert.Equal(names.Distinct(), names);
    }

    [Fact]
    public async Task A_slice_names_its_operation_and_its_summary_and_its_module()
    {
        var search = (await Document()).GetProperty("paths").GetProperty("/api/v1/search").GetProperty("get");

        Assert.Equal("SearchNotes", search.GetProperty("operationId").GetString());
        Assert.Equal("Looks for text with values of every kind that a query can carry.", search.GetProperty("summary").GetString());
        Assert.Equal("Probe", search.GetProperty("tags")[0].GetString());
        Assert.All(Operations(await Document()), operation =>
            Assert.Contains(operation.GetProperty("tags")[0].GetString(), (string[])["Probe", "Kernel"]));
    }

    [Fact]
    public async Task What_creates_answers_201_and_wants_a_key()
    {
        var post = (await Document()).GetProperty("paths").GetProperty("/api/v1/notes").GetProperty("post");

        Assert.True(post.GetProperty("responses").TryGetProperty("201", out var made));
        Assert.False(post.GetProperty("responses").TryGetProperty("200", out _));
        Assert.True(made.GetProperty("headers").TryGetProperty("RateLimit", out _));
        Assert.Contains("#/components/parameters/Idempotency-Key", Parameters(post));
        Assert.Contains("#/components/parameters/X-Organisation", Parameters(post));
        Assert.Equal("#/components/schemas/ProbeModuleWritten",
            post.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema")
                .GetProperty("$ref").GetString());
    }

    [Fact]
    public async Task What_the_ground_binds_is_a_parameter_and_never_a_body()
    {
        var paths = (await Document()).GetProperty("paths");
        var search = paths.GetProperty("/api/v1/search").GetProperty("get");
        var edit = paths.GetProperty("/api/v1/drafts/{noteId}").GetProperty("put");

        Assert.False(search.TryGetProperty("requestBody", out _));
        Assert.Equal(
            ["text", "number", "id", "at", "#/components/parameters/limit", "#/components/parameters/cursor",
                "#/components/parameters/X-Organisation"],
            Parameters(search));
        Assert.Equal(["noteId", "#/components/parameters/If-Match", "#/components/parameters/X-Organisation"], Parameters(edit));
        Assert.Equal(["200", "400", "401", "404", "409", "412", "413", "415", "422", "428", "429", "503"],
            edit.GetProperty("responses").EnumerateObject().Select(answer => answer.Name));
    }

    [Fact]
    public async Task A_header_of_a_modules_own_is_told_and_explained()
    {
        var root = await Document();
        var header = root.GetProperty("components").GetProperty("parameters").GetProperty("X-Probe");

        Assert.Equal(["#/components/parameters/X-Probe", "#/components/parameters/X-Organisation"],
            Parameters(root.GetProperty("paths").GetProperty("/api/v1/programme").GetProperty("get")));
        Assert.Equal(("header", "Whose."), (header.GetProperty("in").GetString(), header.GetProperty("description").GetString()));
    }

    [Fact]
    public async Task Who_may_is_said()
    {
        var paths = (await Document()).GetProperty("paths");

        Assert.Equal(3, paths.GetProperty("/api/v1/search").GetProperty("get").GetProperty("security").GetArrayLength());
        var secrets = paths.GetProperty("/api/v1/secrets").GetProperty("get");
        Assert.Equal(2, secrets.GetProperty("security").GetArrayLength());
        Assert.Contains("AuditRead", secrets.GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.True(secrets.GetProperty("responses").TryGetProperty("403", out _));
    }

    [Fact]
    public async Task Text_and_moments_say_what_they_are()
    {
        var root = await Document();

        Assert.Equal("string", root.GetProperty("components").GetProperty("schemas").GetProperty("ProbeModuleNote")
            .GetProperty("properties").GetProperty("text").GetProperty("type").GetString());
        Assert.Equal("date-time", root.GetProperty("paths").GetProperty("/api/v1/search").GetProperty("get").GetProperty("parameters")
            .EnumerateArray().Single(parameter => parameter.TryGetProperty("name", out var name) && name.GetString() == "at")
            .GetProperty("schema").GetProperty("format").GetString());
    }

    [Fact]
    public async Task Neither_health_nor_metrics_nor_HEAD_is_part_of_the_API()
    {
        var root = await Document();

        Assert.All(root.GetProperty("paths").EnumerateObject(), path => Assert.StartsWith("/api/v1/", path.Name, StringComparison.Ordinal));
        Assert.All(root.GetProperty("paths").EnumerateObject(), path => Assert.False(path.Value.TryGetProperty("head", out _)));
    }

    [Fact]
    public async Task The_page_shows_every_route_and_needs_no_script_and_no_other_host()
    {
        var answer = await app.Http.GetAsync(new Uri("/docs", UriKind.Relative), Ct);
        var page = await answer.Content.ReadAsStringAsync(Ct);

        Assert.Equal("text/html; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Contains("script-src 'self'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("`", page, StringComparison.Ordinal);
        Assert.DoesNotContain("style=", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http://", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("https://", page, StringComparison.OrdinalIgnoreCase);
        foreach (var operation in Operations(await Document()))
            Assert.Contains($"id=\"{operation.GetProperty("operationId").GetString()}\"", page, StringComparison.Ordinal);
        Assert.Contains("curl -X POST", page, StringComparison.Ordinal);
        Assert.Equal("text/css",
            (await app.Http.GetAsync(new Uri("/docs/docs.css", UriKind.Relative), Ct)).Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Whoever_opens_the_address_in_a_browser_is_led_to_the_page()
    {
        var answer = await app.Http.GetAsync(new Uri("/", UriKind.Relative), Ct);

        Assert.Equal((HttpStatusCode.Redirect, "/docs"), (answer.StatusCode, answer.Headers.Location?.ToString()));
    }

    [Fact]
    public async Task Every_problem_leads_to_its_page()
    {
        var refused = await app.Http.GetAsync(new Uri("/api/v1/secrets", UriKind.Relative), Ct);
        var type = (await refused.IsRefused(HttpStatusCode.Unauthorized, "kernel.unauthenticated", Ct))
            .GetProperty("type").GetString() ?? "";

        var page = await Ask(type, "text/html,*/*;q=0.8");
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.Contains("<code>kernel.unauthenticated</code>", await page.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        var told = JsonDocument.Parse(await (await Ask(type, "application/json")).Content.ReadAsStringAsync(Ct)).RootElement;
        Assert.Equal(401, told.GetProperty("status").GetInt32());
    }

    [Theory]
    [InlineData("kernel.too_many_requests")]
    [InlineData("kernel.too_large")]
    [InlineData("kernel.idempotency_key_reused")]
    [InlineData("probe.note_not_found")]
    [InlineData("probe.too_few")]
    public async Task Refusals_of_the_kernel_and_of_modules_are_listed(string code)
    {
        var list = await app.Http.GetStringAsync(new Uri("/problems", UriKind.Relative), Ct);

        Assert.Contains($"href=\"/problems/{code}\"", list, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await Ask($"/problems/{code}", "text/html")).StatusCode);
    }

    [Fact]
    public async Task An_unknown_code_is_not_found_and_not_repeated_as_markup() =>
        await (await Ask("/problems/%3Cscript%3E", "text/html")).IsRefused(HttpStatusCode.NotFound, "kernel.not_found", Ct);

    [Fact]
    public void What_a_page_is_filled_with_is_never_markup()
    {
        var page = Html.Page("<b>", "&").Add($"<p>{"<script>alert('1')</script>\""}</p>").End();

        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.Contains("<p>&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.Contains("<h1>&lt;b&gt;</h1><p>&amp;</p>", page, StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> Ask(string path, string accept)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return app.Http.SendAsync(request, Ct);
    }

    private async Task<JsonElement> Document()
    {
        var answer = await app.Http.GetAsync(new Uri("/openapi/v1.json", UriKind.Relative), Ct);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct)).RootElement;
    }

    private static IEnumerable<JsonElement> Operations(JsonElement root) =>
        root.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).Select(operation => operation.Value);

    private static string[] Parameters(JsonElement operation) => [.. operation.GetProperty("parameters").EnumerateArray()
        .Select(parameter => parameter.TryGetProperty("$ref", out var reference)
            ? reference.GetString() ?? ""
            : parameter.GetProperty("name").GetString() ?? "")];

    private static IEnumerable<string> References(JsonElement node) => node.ValueKind switch
    {
        JsonValueKind.Object => node.EnumerateObject().SelectMany(member =>
            member is { Name: "$ref", Value.ValueKind: JsonValueKind.String }
                ? [member.Value.GetString() ?? ""]
                : References(member.Value)),
        JsonValueKind.Array => node.EnumerateArray().SelectMany(References),
        _ => [],
    };

    private static bool Find(JsonElement root, string reference)
    {
        var node = root;
        foreach (var part in reference.TrimStart('#', '/').Split('/'))
            if (!node.TryGetProperty(part, out node)) return false;
        return true;
    }
}
