using System.Text.Json;

namespace Balie.Ticketing.Tests;

/// <summary>Reads a list to its end.</summary>
internal static class Pages
{
    public static async Task<List<T>> Walk<T>(HttpClient http, string url, CancellationToken ct)
    {
        var seen = new List<T>();
        string? cursor = null;
        do
        {
            var answer = await http.GetAsync(cursor is null ? url : $"{url}&cursor={cursor}", ct);
            var page = JsonSerializer.Deserialize<Envelope<T[]>>(await answer.Content.ReadAsStringAsync(ct), Json.Options);
            Assert.NotNull(page?.Data);
            seen.AddRange(page.Data);
            cursor = page.Meta?.NextCursor;
        }
        while (cursor is not null);
        return seen;
    }
}
