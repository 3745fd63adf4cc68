using System.Net.Http.Json;
using System.Text.Json;

namespace Balie.Orders.Remote;

/// <summary>Reads a problem document of ours back into the refusal that it was.</summary>
internal static class RefusalIn
{
    private static readonly HashSet<string> Known =
        ["type", "title", "status", "detail", "instance", "code", "traceId", "success", "message", "errors", "retryAfter"];

    public static async Task<Refusal> Of(HttpResponseMessage answer, CancellationToken ct)
    {
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Json.Options, ct);
        var refusal = new Refusal(Text("code"), (int)answer.StatusCode, Text("title"), Text("detail"))
        {
            Errors = problem.GetProperty("errors").Deserialize<FieldError[]>(Json.Options) ?? [],
            RetryAfter = problem.TryGetProperty("retryAfter", out var wait) ? TimeSpan.FromSeconds(wait.GetInt64()) : null,
        };
        foreach (var fact in problem.EnumerateObject())
            if (!Known.Contains(fact.Name)) refusal = refusal.With(fact.Name, fact.Value.Clone());
        return refusal;

        string Text(string name) => problem.GetProperty(name).GetString() ?? throw new JsonException($"A problem without {name}.");
    }
}
