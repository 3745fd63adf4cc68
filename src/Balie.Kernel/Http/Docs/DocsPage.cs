using System.Text.Json;
using System.Text.Json.Nodes;

namespace Balie.Kernel;

/// <summary>
/// The description of the API for people, <c>/docs</c>: the same document as <c>/openapi/v1.json</c>, written out as one page that needs no
/// script, no other host and no network.
/// </summary>
internal static class DocsPage
{
    private static readonly string[] Methods = ["get", "post", "put", "patch", "delete"];
    private static readonly JsonSerializerOptions Compact = new() { Encoder = Json.Options.Encoder };

    private sealed record Route(string Method, string Path, JsonNode Operation)
    {
        public string Id => Operation["operationId"]?.GetValue<string>() ?? Path;
        public string Tag => Operation["tags"]?[0]?.GetValue<string>() ?? "Other";
    }

    public static string Write(byte[] openApi)
    {
        var document = JsonNode.Parse(openApi) ?? throw new JsonException("The description of the API is empty.");
        var words = new SchemaWords(document);
        var routes = Routes(document).ToLookup(route => route.Tag);
        var page = Html.Page("Balie API", document["info"]?["description"]?.GetValue<string>() ?? "");
        foreach (var tag in routes) WriteContents(page, tag);
        foreach (var tag in routes)
        {
            page.Add($"<h2 id=\"{tag.Key}\">{tag.Key}</h2>\n");
            foreach (var route in tag) WriteRoute(page, words, route);
        }
        return page.End();
    }

    private static IEnumerable<Route> Routes(JsonNode document) =>
        from path in document["paths"]?.AsObject() ?? []
        from method in Methods
        where path.Value?[method] is not null
        select new Route(method.ToUpperInvariant(), path.Key, path.Value[method]!); // The line above looked.

    private static void WriteContents(Html page, IGrouping<string, Route> tag)
    {
        page.Add($"<nav aria-label=\"{tag.Key}\"><p><a href=\"#{tag.Key}\">{tag.Key}</a></p><ul class=\"routes\">\n");
        foreach (var route in tag)
            page.Add($"<li><a href=\"#{route.Id}\"><code><span class=\"method\">{route.Method}</span>{route.Path}</code></a></li>\n");
        page.Add($"</ul></nav>\n");
    }

    private static void WriteRoute(Html page, SchemaWords words, Route route)
    {
        var operation = route.Operation;
        page.Add($"""
            <article id="{route.Id}">
            <h3><code><span class="method">{route.Method}</span>{route.Path}</code></h3>
            <p>{new Html.Prose(operation["summary"]?.GetValue<string>())}</p>
            <p>{WhoMay(operation)} {new Html.Prose(operation["description"]?.GetValue<string>())}</p>

            """);
        var parameters = (operation["parameters"]?.AsArray() ?? []).Select(words.Resolve).OfType<JsonNode>().ToArray();
        WriteMembers(page, "Parameters", parameters.Select(parameter => new SchemaWords.Member(
            $"{parameter["name"]} ({parameter["in"]})", words.Kind(parameter["schema"]), IsRequired(parameter),
            parameter["description"]?.GetValue<string>())));
        var body = operation["requestBody"]?["content"]?.AsObject().FirstOrDefault();
        WriteMembers(page, "Body", words.Members(body?.Value?["schema"]));
        WriteAnswers(page, words, operation);
        page.Add($"<pre><code>{Curl(words, route, parameters, body)}</code></pre>\n</article>\n");
    }

    private static string WhoMay(JsonNode operation) =>
        IsForGuests(operation) ? "Guests are welcome." : "For signed-in people and API keys.";

    // An empty requirement among the others says that none is needed.
    private static bool IsForGuests(JsonNode operation) =>
        operation["security"]?.AsArray().Any(requirement => requirement?.AsObject().Count == 0) is true;

    private static bool IsRequired(JsonNode parameter) => parameter["required"]?.GetValue<bool>() is true;

    private static void WriteMembers(Html page, string caption, IEnumerable<SchemaWords.Member> members)
    {
        var rows = members.ToArray();
        if (rows.Length == 0) return;
        page.Add($"""
            <div class="scroll"><table><caption>{caption}</caption>
            <tr><th scope="col">Name</th><th scope="col">Kind</th><th scope="col">Meaning</th></tr>

            """);
        foreach (var row in rows)
        {
            var kind = row.Required ? $"{row.Kind}, required" : row.Kind;
            page.Add($"<tr><td><code>{row.Name}</code></td><td>{kind}</td><td>{new Html.Prose(row.Description)}</td></tr>\n");
        }
        page.Add($"</table></div>\n");
    }

    private static void WriteAnswers(Html page, SchemaWords words, JsonNode operation)
    {
        page.Add($"<div class=\"scroll\"><table><caption>Answers</caption>\n");
        foreach (var (status, answer) in operation["responses"]?.AsObject() ?? [])
        {
            var meaning = new Html.Prose(words.Resolve(answer)?["description"]?.GetValue<string>());
            page.Add($"<tr><th scope=\"row\">{status}</th><td>{meaning}</td></tr>\n");
        }
        page.Add($"</table></div>\n");
        var success = operation["responses"]?.AsObject().FirstOrDefault(answer => answer.Key[0] == '2').Value;
        var data = words.Resolve(success?["content"]?["application/json"]?["schema"])?["properties"]?["data"];
        var shape = words.Resolve(data);
        WriteMembers(page, shape?["items"] is null ? "data" : "data[]", words.Members(shape?["items"] ?? data));
    }

    private static string Curl(SchemaWords words, Route route, JsonNode[] parameters, KeyValuePair<string, JsonNode?>? body)
    {
        var path = route.Path;
        foreach (var part in parameters.Where(parameter => parameter["in"]?.ToString() == "path"))
            path = path.Replace($"{{{part["name"]}}}", words.Example(part["schema"])?.ToString(), StringComparison.Ordinal);
        var lines = new List<string> { $"curl -X {route.Method} \"$BALIE{path}\"" };
        if (!IsForGuests(route.Operation)) lines.Add("-H \"Authorization: Bearer $TOKEN\"");
        foreach (var header in parameters.Where(parameter => parameter["in"]?.ToString() == "header" && IsRequired(parameter)))
            lines.Add($"-H '{header["name"]}: {(header["name"]?.ToString() == "If-Match" ? "\"v1\"" : words.Example(header["schema"]))}'");
        if (body is { Key: { } type, Value: { } content })
        {
            lines.Add($"-H 'Content-Type: {type}'");
            lines.Add($"-d '{words.Example(content["schema"])?.ToJsonString(Compact)}'");
        }
        return string.Join(" \\\n  ", lines);
    }
}
