using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Balie.Kernel;

/// <summary>
/// Every way this installation says no, found in the <c>…Refusals</c> lists of the kernel and of the modules: the address in a problem's
/// <c>type</c> leads here, for a person (HTML) or a program (JSON).
/// </summary>
internal sealed class ProblemPages
{
    private const string ListsEndWith = "Refusals";
    private static readonly int[] StatusesOfTheServer = [405, 406, 408, 413, 414, 415, 431];
    private readonly SortedDictionary<string, Refusal> _known = new(StringComparer.Ordinal);

    public ProblemPages(IReadOnlyList<IModule> modules)
    {
        foreach (var status in StatusesOfTheServer) Add(KernelRefusals.ForStatus(status));
        foreach (var assembly in modules.Select(module => module.GetType().Assembly).Append(typeof(KernelRefusals).Assembly).Distinct())
            foreach (var list in assembly.GetTypes().Where(IsList))
                foreach (var refusal in Listed(list)) Add(refusal);
    }

    public IEnumerable<Refusal> All => _known.Values;

    public Task Write(HttpContext http, string code)
    {
        if (!_known.TryGetValue(code, out var refusal)) return Problems.Write(http, KernelRefusals.RouteNotFound);
        http.Response.Headers.Append("Vary", "Accept");
        if (!WantsPage(http.Request))
        {
            http.Response.ContentType = "application/json; charset=utf-8";
            var told = new { refusal.Code, refusal.Status, refusal.Title, refusal.Message };
            return http.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(told, Json.Options), http.RequestAborted).AsTask();
        }
        var page = Html.Page(refusal.Title, refusal.Message).Add($"""
            <dl>
            <dt>Code</dt><dd><code>{refusal.Code}</code></dd>
            <dt>HTTP status</dt><dd>{refusal.Status}</dd>
            <dt>Does trying again help?</dt><dd>{Advice(refusal)}</dd>
            </dl>
            <p>The answer names what happened in <code>detail</code>, the members concerned in <code>errors</code>, and a
            <code>traceId</code> to mention to support.</p>

            """);
        return Page(http, page.End());
    }

    public Task WriteAll(HttpContext http)
    {
        var page = Html.Page("Errors", "Every code this installation may answer. Codes are never renamed and never reused.");
        page.Add($"""
            <div class="scroll"><table>
            <tr><th scope="col">Code</th><th scope="col">Status</th><th scope="col">What it says</th></tr>

            """);
        foreach (var refusal in All)
        {
            page.Add($"<tr><td><a href=\"/problems/{refusal.Code}\"><code>{refusal.Code}</code></a></td>");
            page.Add($"<td>{refusal.Status}</td><td>{refusal.Message}</td></tr>\n");
        }
        page.Add($"</table></div>\n");
        return Page(http, page.End());
    }

    public static Task Page(HttpContext http, string html)
    {
        http.Response.ContentType = "text/html; charset=utf-8";
        return http.Response.WriteAsync(html, http.RequestAborted);
    }

    private static bool IsList(Type type) =>
        type is { IsAbstract: true, IsSealed: true } && type.Name.EndsWith(ListsEndWith, StringComparison.Ordinal);

    private static bool WantsPage(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    private static string Advice(Refusal refusal) => refusal switch
    {
        { Status: 503 or 408 } => "Yes, the same request with the same Idempotency-Key, after Retry-After.",
        { Status: 429 } or { RetryAfter: not null } => "Yes, after the seconds in Retry-After.",
        { Status: 412 or 409 } => "Only after reading the current state.",
        { Status: >= 500 } => "Perhaps later; report it with its traceId.",
        _ => "No, change the request first.",
    };

    private void Add(Refusal refusal) => _known.TryAdd(refusal.Code, refusal);

    private static IEnumerable<Refusal> Listed(Type list)
    {
        const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        var fields = list.GetFields(Static).Where(field => field.FieldType == typeof(Refusal)).Select(field => field.GetValue(null));
        // A refusal made from current numbers is a method, a property among them; its code is the same for any numbers.
        var methods = list.GetMethods(Static)
            .Where(method => method.ReturnType == typeof(Refusal) && list != typeof(KernelRefusals))
            .Select(method =>
                (Method: method, Samples: method.GetParameters().Select(parameter => Sample(parameter.ParameterType)).ToArray()))
            .Where(made => !made.Samples.Contains(null))
            .Select(made => made.Method.Invoke(null, made.Samples));
        return fields.Concat(methods).OfType<Refusal>();
    }

    private static object? Sample(Type type)
    {
        if (type == typeof(string)) return "…";
        if (type.IsValueType) return Activator.CreateInstance(type);
        if (type.GetElementType() is { } item && type.IsArray) return Array.CreateInstance(item, 0);
        return type.GenericTypeArguments is [var element] && type.IsAssignableFrom(element.MakeArrayType())
            ? Array.CreateInstance(element, 0)
            : null;
    }
}
