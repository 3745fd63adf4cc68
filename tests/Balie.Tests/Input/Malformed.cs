using System.Text;
using Balie.Tests.Routes;

namespace Balie.Tests.Input;

/// <summary>
/// One way in which a request can be wrong. It changes a request that would have been right, so that everything else about it is.
/// </summary>
/// <param name="Refused">True when no route that takes a body may ever accept this; otherwise a route may well not care.</param>
public sealed record Malformed(string Name, Action<Draft> Spoil, bool Refused = false)
{
    public override string ToString() => Name;
}

/// <summary>A request before it is sent: whatever is left null stays as it should be.</summary>
public sealed class Draft
{
    public byte[]? Body { get; set; }

    public string? ContentType { get; set; } = "application/json";

    /// <summary>In place of each id in the address; behind it where there is none.</summary>
    public string? Segment { get; set; }

    public string Query { get; set; } = "";

    public Dictionary<string, string[]> Headers { get; } = [];

    public HttpRequestMessage Request(Uri server, MappedRoute route, Func<string, string> id)
    {
        var behind = Segment is not null && !route.PathParameters.Any() ? $"/{Segment}" : "";
        var address = route.At(name => Segment ?? id(name)) + behind + Query;
        // As it stands: the usual address would repair what is wrong in it.
        var request = new HttpRequestMessage(
            new HttpMethod(route.Method),
            new Uri(server.GetLeftPart(UriPartial.Authority) + address,
                new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (Body is not null && route.Method != "GET")
        {
            request.Content = new ByteArrayContent(Body);
            if (ContentType is not null) request.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
        }
        foreach (var (name, values) in Headers)
            if (!request.Headers.TryAddWithoutValidation(name, values)) request.Content?.Headers.TryAddWithoutValidation(name, values);
        if (route.WantsKey && !Headers.ContainsKey("Idempotency-Key"))
            request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        if (!Headers.ContainsKey("If-Match")) request.Headers.TryAddWithoutValidation("If-Match", "*");
        return request;
    }
}

/// <summary>The table: bodies, headers, addresses and queries that are wrong on any route.</summary>
internal static class MalformedRequests
{
    public const string NoBody = "body not JSON: ";
    public const string NullBody = "body not an object: null";
    private const string Uuid = "019b76da-a800-7000-8000-00000000abcd";

    public static IReadOnlyList<Malformed> All { get; } = [.. Bodies(), .. Types(), .. Headers(), .. Addresses(), .. Queries()];

    /// <summary>Texts that are not JSON, or JSON that no use case has a word for.</summary>
    private static IEnumerable<Malformed> Bodies()
    {
        string[] notJson =
        [
            "", " ", "\n\n", "{", "}", "[", "]", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "[1,", "[1,]", "{,}",
            "{'a':1}", "{a:1}", "{\"a\" 1}", "{\"a\"::1}",
            "{\"a\":01}", "{\"a\":+1}", "{\"a\":.5}", "{\"a\":1.}", "{\"a\":1e}", "{\"a\":0x10}", "{\"a\":NaN}", "{\"a\":Infinity}",
            "{\"a\":-}", "{\"a\":1}{\"a\":1}", "{\"a\":1} x",
            "// note\n{}x", "/* note */ {", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\t", "{\"a\":\"one\ntwo\"}", "undefined",
            "True", "nul", "'text'", "<a>1</a>", "a=1&b=2", "---\na: 1",
            "\u00a0{}", "\ufeff\ufeff{}", "{\"a\":tru}", "\"text", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--",
        ];
        foreach (var text in notJson) yield return Body($"not JSON: {text}", text);

        string[] notAnObject =
            ["null", "true", "0", "-0", "1e400", "\"text\"", "[]", "[{}]", "[null]", "[[]]", "\"\\u0000\"", new string('9', 1000)];
        foreach (var text in notAnObject) yield return Body($"not an object: {text[..Math.Min(20, text.Length)]}", text);

        string[] unknown =
        [
            "{\"smuggled\":1}", "{\"a\":1,\"a\":2}", "{\"\":1}", "{\"\\u0000\":1}", "{\"a\\u0000b\":1}",
            "{\"$type\":\"System.IO.FileInfo\"}", "{\"$ref\":\"#\"}", "{\"__proto__\":{\"admin\":true}}",
            "{\"constructor\":{}}", "{\"a\":1e400}", "{\"a\":-1e-400}", "{\"a\":\"\\ud800\"}", "{\"a\":\"\\udc00\\ud800\"}",
            "{\"\\ud800\":1}", "{\"a\":\"\\u0007\"}", "{\"a\":\"\\u202e\"}", "{\"TITLE\":\"x\"}",
            "{\"a\":" + new string('9', 5000) + "}", "{\"a\":[" + string.Join(',', Enumerable.Repeat("0", 20_000)) + "]}",
            "{\"a\":\"" + new string('x', 50_000) + "\"}",
        ];
        foreach (var text in unknown) yield return Body($"unknown: {text[..Math.Min(30, text.Length)]}", text);

        foreach (var depth in (int[])[33, 1_000, 30_000])
        {
            yield return Body($"arrays {depth} deep", new string('[', depth) + new string(']', depth));
            yield return Body($"arrays {depth} deep, never closed", new string('[', depth));
        }
        yield return Body("objects 5,000 deep", string.Concat(Enumerable.Repeat("{\"a\":", 5_000)) + "1" + new string('}', 5_000));
        yield return Body("100 kB", "{\"a\":\"" + new string('x', 100_000) + "\"}");

        yield return Body("an overlong NUL", [.. "{\"a\":\""u8, 0xC0, 0x80, .. "\"}"u8]);
        yield return Body("a broken euro sign", [.. "{\"a\":\""u8, 0xE2, 0x82, .. "\"}"u8]);
        yield return Body("an encoded surrogate", [.. "{\"a\":\""u8, 0xED, 0xA0, 0x80, .. "\"}"u8]);
        yield return Body("beyond Unicode", [.. "{\"a\":\""u8, 0xF5, 0x80, 0x80, 0x80, .. "\"}"u8]);
        yield return Body("bytes FF", [0xFF, 0xFF, 0xFF]);
        yield return Body("NUL bytes", new byte[64]);
        yield return Body("UTF-16", Encoding.Unicode.GetBytes("{\"a\":1}"));
        yield return Body("UTF-16 with its mark", [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes("{\"a\":1}")]);
        yield return Body("UTF-32", Encoding.UTF32.GetBytes("{\"a\":1}"));
        yield return Body("a byte order mark and nothing", [0xEF, 0xBB, 0xBF]);
        yield return Body("a zip file", [.. "PK"u8, 3, 4, 20, 0, 0, 0, 8, 0]);
        yield return Body("gzip, unsaid", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]);
    }

    /// <summary>A right body under a wrong name.</summary>
    private static IEnumerable<Malformed> Types()
    {
        string?[] types =
        [
            null, "text/plain", "text/json", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data",
            "multipart/form-data; boundary=x", "application/json; charset=utf-16",
            "application/json; charset=nonsense", "application/json, text/plain", "application/jsonp", "application/merge-patch+json",
            "application/", "json", "*/*", ";", "application/json;charset",
        ];
        foreach (var type in types) yield return new Malformed($"Content-Type: {type}", draft => draft.ContentType = type);
        foreach (var encoding in (string[])["gzip", "br", "deflate", "identity, gzip", "nonsense", ""])
            yield return new Malformed($"Content-Encoding: {encoding}", draft => draft.Headers["Content-Encoding"] = [encoding]);
    }

    private static IEnumerable<Malformed> Headers()
    {
        (string Name, string[] Values)[] wrong =
        [
            .. from value in (string[])["", " ", "x", "1234", "\"\"", "\"x\"", $"{{{Uuid}}}",
                Uuid.Replace("-", "", StringComparison.Ordinal), $"\"{Uuid}", $"{Uuid}, {Uuid}", $"\"\"{Uuid}\"\"",
                   $"urn:uuid:{Uuid}", new string('a', 300), "' or 1=1 --"]
               select ("Idempotency-Key", (string[])[value]),
            ("Idempotency-Key", [Uuid, Uuid]),
            .. from value in (string[])["", "x", "v1", "\"v\"", "\"v-1\"", "\"v99999999999\"", "W/\"v1\"", "\"v1\", \"v2\"", "\"v 1\"",
                "\"v1e3\"", "\"v1", new string('v', 500), "\"v2147483648\""]
               select ("If-Match", (string[])[value]),
            .. from value in (string[])["", " ", "nobody", Uuid, "..", "%00", "' or 1=1 --", new string('a', 1_000), "ZILVERMEEUW", "a,b",
                "null"]
               select ("X-Organisation", (string[])[value]),
            ("X-Organisation", ["one", "two"]),
            .. from value in (string[])["", "Bearer", "Bearer ", "Bearer x", "Bearer a.b.c", "Bearer ..", "Bearer null", "bearer x y",
                "Basic dXNlcjpwYXNz", "Negotiate", "x", "Bearer " + new string('a', 9_000),
                   "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", "Bearer eyJhbGciOiJFUzI1NiIsImtpZCI6Ii4uLy4uIn0.e30.AAAA", "Bearer =?=",
                       "Bearer bk_" + new string('A', 43)]
               select ("Authorization", (string[])[value]),
            ("Authorization", ["Bearer one", "Bearer two"]),
            .. from value in (string[])["", "x", "bk_", new string('k', 5_000), "' or 1=1 --", "Bearer x"]
               select ("X-Api-Key", (string[])[value]),
            ("X-Api-Key", ["one", "two"]),
            .. from value in (string[])["__Host-balie=x", "__Host-balie=", "__Host-balie=a.b.c; __Host-balie=d.e.f", "=;=;=",
                string.Join("; ", Enumerable.Range(0, 200).Select(n => $"c{n}=1"))]
               select ("Cookie", (string[])[value]),
            ("Sec-Fetch-Site", ["cross-site"]), ("Origin", ["null"]), ("Origin", ["https://evil.example"]),
            ("Referer", ["not an address"]), ("X-HTTP-Method-Override", ["DELETE"]),
            ("X-Forwarded-For", ["' or 1=1 --"]), ("X-Forwarded-Host", ["evil.example"]), ("X-Request-Id", [new string('r', 2_000)]),
            ("traceparent", ["00-zz-zz-zz"]), ("Range", ["bytes=9-1"]),
            ("If-None-Match", ["garbage"]), ("If-Modified-Since", ["never"]), ("Accept", ["nonsense"]),
            ("Accept", ["application/xml;q=x"]), ("Accept-Language", ["xx-\"-;q=9"]),
            ("Accept-Encoding", ["gzip;q=x"]), ("User-Agent", [new string('u', 5_000)]), ("Connection", ["Upgrade"]), ("Upgrade", ["h2c"]),
        ];
        return wrong.Select(header => new Malformed(
            $"{header.Name}: {string.Join(" + ", header.Values.Select(Short))}", draft => draft.Headers[header.Name] = header.Values));
    }

    private static IEnumerable<Malformed> Addresses()
    {
        string[] segments =
        [
            "x", "0", "-1", "1.5", "null", "undefined", "*", ";", "%20", Uuid + "x", Uuid[..^1], $"%7B{Uuid}%7D",
            Uuid.Replace("-", "", StringComparison.Ordinal), $"{Uuid}%00", "%00", "%0", "%", "%zz", "%ff",
            "%e2%82", "%c0%ae%c0%ae", "%ed%a0%80", "..", "%2e%2e", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%5c..%5cwin.ini", "%2f", "%5c",
            "%0d%0aSet-Cookie:a=b", "%09", "%7f", "%e2%80%ae", "%f0%9f%92%a9",
            "e%cc%81", "%c3%a9", "'%20or%201=1--", "1;drop%20table%20events", "%3Cscript%3E", new string('a', 3_000),
            "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "1e400", "a/b", "//", "ZZZZ-ZZZZ", "%25%30%30", "%u0000", "{eventId}",
        ];
        return segments.Select(segment => new Malformed($"address {Short(segment)}", draft => draft.Segment = segment));
    }

    private static IEnumerable<Malformed> Queries()
    {
        string[] queries =
        [
            "limit=0", "limit=-1", "limit=101", "limit=abc", "limit=1e3", "limit=1.5", "limit=99999999999999999999", "limit=",
            "limit=1&limit=2", "limit=%EF%BC%91", "limit=%2010", "limit=+5",
            "cursor=x", "cursor=", "cursor=AAAA", "cursor=%00", "cursor=" + new string('A', 5_000), "cursor=a&cursor=b",
            "cursor=LTEuMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA",
            "cursor=MzE1NTM3ODk3NTk5OTk5OTk5OS4wMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMA",
            "cursor=MC4wMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMA",
            "from=yesterday", "from=2026-13-45", "from=2026-01-01", "from=0001-01-01T00:00:00Z", "from=9999-12-31T23:59:59Z",
            "from=9999-12-31T23:59:59-14:00", "from=2026-07-01T00:00:00%2B99:00",
            "from=2027-01-01T00:00:00Z&to=2026-01-01T00:00:00Z", "to=x", "to=%00", "search=%00", "search=%25", "search=%5C", "search='",
            "search=((%26!%7C:*", "search=%3A%2A", "search=\"", "search=%E2%80%AE",
            "search=" + new string('a', 5_000), "search=a&search=b", "search=%ff", "search=e%CC%81", "status=nonsense", "status=%00",
            "status=", "venue=x", "venue=" + Uuid, "eventId=x", "eventId=", "all=maybe",
            "all=", "all=1", "email=x", "email=%00", "email=" + new string('e', 2_000), "unknown=1", "", "&&==", "a[]=1", "%zz=1", "%00=1",
            "=1", "orgId=" + Uuid,
        ];
        return queries.Select(query => new Malformed($"?{Short(query)}", draft => draft.Query = "?" + query));
    }

    private static Malformed Body(string name, string text) => Body(Short(name), Encoding.UTF8.GetBytes(text));

    private static Malformed Body(string name, byte[] bytes) => new($"body {name}", draft => draft.Body = bytes, Refused: true);

    private static string Short(string text) => text.Length <= 60 ? text : $"{text[..60]}… ({text.Length})";
}
