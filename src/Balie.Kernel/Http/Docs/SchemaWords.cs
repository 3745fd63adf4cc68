using System.Text.Json.Nodes;

namespace Balie.Kernel;

/// <summary>Says a JSON schema of the API's own description in words, and by example.</summary>
internal sealed class SchemaWords(JsonNode document)
{
    private const int Deepest = 5;

    internal sealed record Member(string Name, string Kind, bool Required, string? Description);

    /// <summary>All members of an object, those of objects inside it with their path: <c>items[].quantity</c>.</summary>
    public IEnumerable<Member> Members(JsonNode? schema, string prefix = "", int depth = 0)
    {
        var here = Resolve(schema);
        if (depth == Deepest || here?["properties"] is not JsonObject members) yield break;
        var required = here["required"]?.AsArray().Select(name => name?.GetValue<string>()).ToHashSet() ?? [];
        foreach (var (name, member) in members)
        {
            var (path, kind) = (prefix + name, Kind(member));
            yield return new Member(path, kind, required.Contains(name), Resolve(member)?["description"]?.GetValue<string>());
            var inner = Resolve(member);
            var element = inner?["items"];
            foreach (var deeper in Members(element ?? inner, element is null ? $"{path}." : $"{path}[].", depth + 1)) yield return deeper;
        }
    }

    public string Kind(JsonNode? schema)
    {
        var here = Resolve(schema);
        if (here?["enum"] is JsonArray values) return string.Join(" | ", values.Select(value => value?.ToJsonString()));
        var type = TypeOf(here);
        if (type == "array") return $"list of {Kind(here?["items"])}";
        return here?["format"]?.GetValue<string>() is { } format ? $"{type} ({format})" : type;
    }

    public JsonNode? Example(JsonNode? schema, int depth = 0)
    {
        var here = Resolve(schema);
        if (depth == Deepest || here is null) return null;
        if (here["enum"] is JsonArray { Count: > 0 } values) return values[0]?.DeepClone();
        return TypeOf(here) switch
        {
            "object" => new JsonObject(
                (here["properties"] as JsonObject ?? [])
                    .Select(member => KeyValuePair.Create(member.Key, Example(member.Value, depth + 1)))),
            "array" => new JsonArray(Example(here["items"], depth + 1)),
            "integer" or "number" => 1,
            "boolean" => true,
            "text" => here["format"]?.GetValue<string>() switch
            {
                "uuid" => "01900000-0000-7000-8000-000000000001",
                "date-time" => "2026-07-01T18:00:00Z",
                "date" => "2026-07-01",
                "time" => "20:00:00",
                _ => "text",
            },
            _ => null,
        };
    }

    /// <summary>Follows a reference, and looks through "this or null".</summary>
    public JsonNode? Resolve(JsonNode? schema)
    {
        for (var hops = 0; hops < Deepest; hops++)
        {
            if (schema?["$ref"]?.GetValue<string>() is { } reference)
                schema = reference.TrimStart('#', '/').Split('/').Aggregate((JsonNode?)document, (node, part) => node?[part]);
            else if (schema?["oneOf"] is JsonArray choices)
                schema = choices.FirstOrDefault(choice => choice?["type"]?.ToString() != "null");
            else return schema;
        }
        return schema;
    }

    private static string TypeOf(JsonNode? schema)
    {
        var named = schema?["type"] switch
        {
            JsonArray types => types.Select(type => type?.GetValue<string>()).FirstOrDefault(type => type != "null"),
            JsonValue one => one.GetValue<string>(),
            _ => null,
        };
        return named switch
        {
            "string" => "text",
            null => "any",
            _ => named,
        };
    }
}
