using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Balie.Tests.Routes;

namespace Balie.Tests.Input;

/// <summary>
/// Bodies that are right but for one member: the wrong kind of value, left out, written twice, or one that is not the sender's to give.
/// </summary>
internal static class Members
{
    private const string Hole = "\"@@hole@@\"";

    /// <summary>In place of any member, whatever it should be.</summary>
    private static readonly string[] WrongValues =
    [
        "null", "true", "0", "-1", "1.5", "-0", "1e400", "1e3", "2147483648", "99999999999999999999", "\"\"", "\" \"", "\"x\"", "\"0\"",
        "{}", "[]", "[null]", "[[]]", "{\"a\":1}", "\"\\u0000\"", "\"a\\u0007b\"",
        "\"\\ud800\"", "\"\\u202egpj.exe\"", "\"e\\u0301\"", "\"2026-02-30\"", "\"9999-12-31T23:59:59Z\"", "\"0001-01-01T00:00:00\"",
        "\"2026-01-01T00:00:00\"", "\"../../etc/passwd\"", "\"' or 1=1 --\"",
        "\"019b76da-a800-7000-8000-00000000abcd\"", "[\"x\",\"x\"]", "[{}]", "[0,0]", "\"" + new string('x', 30_000) + "\"",
        "[" + string.Join(',', Enumerable.Repeat("{}", 2_000)) + "]",
    ];

    /// <summary>What only the server decides.</summary>
    private static readonly string[] OwnedByTheServer =
    [
        "smuggled", "id", "orgId", "org_id", "organisationId", "status", "price", "total", "amount", "version", "sequence", "createdAt",
        "updatedAt", "userId", "createdBy", "permissions", "isAdmin", "isDefault", "tier",
        "verifiedAt", "reference", "expires", "deletedAt", "__proto__", "$type",
    ];

    /// <summary>Never a member of anything, at any depth.</summary>
    private static readonly string[] NeverAMember = ["smuggled", "orgId", "org_id", "__proto__", "isAdmin"];

    public static IEnumerable<Malformed> Wrong(byte[] right)
    {
        foreach (var path in Paths(right))
        {
            foreach (var value in WrongValues)
                yield return new Malformed($"{path} = {value[..Math.Min(40, value.Length)]}", draft =>
                    draft.Body = With(right, path, value));
            yield return new Malformed($"{path} left out", draft => draft.Body = Without(right, path));
            var name = path[(path.LastIndexOf('.') + 1)..];
            if (!name.EndsWith(']'))
                yield return new Malformed($"{path} twice", draft =>
                    draft.Body = With(right, path, $"1,{JsonSerializer.Serialize(name)}:1"), Refused: true);
        }
    }

    /// <summary>An extra member at the top, where the body's own type does not know it, and in every object below.</summary>
    public static IEnumerable<Malformed> MassAssigned(MappedRoute route, byte[] right)
    {
        var known = Known(route);
        foreach (var name in OwnedByTheServer.Where(name => !known.Contains(name))) yield return Extra("$", name, right);
        foreach (var (path, node) in Nodes(right).Where(found => found.Node is JsonObject && found.Path != "$"))
            foreach (var name in NeverAMember) yield return Extra(path, name, right);
    }

    private static HashSet<string> Known(MappedRoute route) =>
        route.Body is { } type && type != typeof(JsonElement) && Json.Options.GetTypeInfo(type) is { Kind: JsonTypeInfoKind.Object } info
            ? [.. info.Properties.Select(property => property.Name)] : [];

    private static Malformed Extra(string path, string name, byte[] right) => new($"{path}.{name} added", draft =>
    {
        var whole = JsonNode.Parse(right)!; // Our own recipe, which is an object.
        (Find(whole, path) as JsonObject)?.Add(name, "x");
        draft.Body = JsonSerializer.SerializeToUtf8Bytes(whole);
    }, Refused: true);

    private static IEnumerable<string> Paths(byte[] right) => Nodes(right).Select(found => found.Path).Where(path => path != "$");

    private static List<(string Path, JsonNode? Node)> Nodes(byte[] right)
    {
        var found = new List<(string, JsonNode?)>();
        void Walk(string path, JsonNode? node)
        {
            found.Add((path, node));
            if (node is JsonObject members) foreach (var (name, value) in members) Walk($"{path}.{name}", value);
            if (node is JsonArray items) foreach (var (index, item) in items.Index()) Walk($"{path}[{index}]", item);
        }
        Walk("$", JsonNode.Parse(right));
        return found;
    }

    private static byte[] With(byte[] right, string path, string raw)
    {
        var whole = JsonNode.Parse(right)!; // Our own recipe, which is an object.
        Find(whole, path)?.ReplaceWith("@@hole@@");
        return System.Text.Encoding.UTF8.GetBytes(whole.ToJsonString().Replace(Hole, raw, StringComparison.Ordinal));
    }

    private static byte[] Without(byte[] right, string path)
    {
        var whole = JsonNode.Parse(right)!; // Our own recipe, which is an object.
        var node = Find(whole, path);
        if (node?.Parent is JsonObject parent) parent.Remove(node.GetPropertyName());
        if (node?.Parent is JsonArray items) items.Remove(node);
        return JsonSerializer.SerializeToUtf8Bytes(whole);
    }

    private static JsonNode? Find(JsonNode whole, string path)
    {
        JsonNode? at = whole;
        foreach (var step in path[1..].Replace("[", ".[", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries))
            at = step[0] == '[' ? at?[int.Parse(step[1..^1], System.Globalization.CultureInfo.InvariantCulture)] : at?[step];
        return at;
    }
}
