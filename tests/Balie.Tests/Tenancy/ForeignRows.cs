using System.Net;
using Balie.Tests.Routes;

namespace Balie.Tests.Tenancy;

/// <summary>
/// What one organisation reads of its own, searched for anything of another's: lists, search, calendars, history, live figures.
/// </summary>
public abstract class ForeignRows(TwoEstates estates)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private readonly Estate _ours = estates.Ours;
    private readonly Estate _theirs = estates.Theirs;

    private IEnumerable<MappedRoute> Reads => estates.Routes.Where(route => route.IsApi && route.Method == "GET");

    [Fact]
    public async Task Nothing_that_can_be_read_holds_a_word_of_another_organisation()
    {
        var (leaks, telling) = (new List<string>(), 0);
        foreach (var route in Reads)
        {
            var text = await Read(_ours, route);
            leaks.AddRange(_theirs.Marks.Where(mark => text.Contains(mark, StringComparison.OrdinalIgnoreCase))
                .Select(mark => $"{route.Name} shows {mark}"));
            // The same route tells them their own, or there would be nothing to hide.
            if ((await Read(_theirs, route)).Contains(_theirs.Marker, StringComparison.OrdinalIgnoreCase)) telling++;
        }

        Assert.Empty(leaks);
        Assert.True(telling >= 12, $"Only {telling} routes tell an organisation anything of its own.");
    }

    [Theory]
    [InlineData("/api/v1/events?search={0}")]
    [InlineData("/api/v1/events?search={0}&status=on_sale")]
    public async Task Search_finds_ones_own_by_name_and_nothing_of_theirs(string address)
    {
        Assert.Contains(_ours.Ids["eventId"], await Get(_ours.Owner, Format(address, _ours.Marker)), StringComparison.Ordinal);
        Assert.DoesNotContain(_theirs.Ids["eventId"], await Get(_ours.Owner, Format(address, _theirs.Marker)), StringComparison.Ordinal);
        Assert.DoesNotContain(_theirs.Ids["eventId"], await Get(_ours.Owner, Format(address, "%25")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/events")]
    [InlineData("/api/v1/venues")]
    [InlineData("/api/v1/bookings?all=true")]
    [InlineData("/api/v1/events/{eventId}/history")]
    public async Task Their_cursor_leads_into_ones_own_list_only(string list)
    {
        var and = list.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        var theirs = await Get(_theirs.Owner, $"{Fill(list, _theirs)}{and}limit=1");
        using var page = System.Text.Json.JsonDocument.Parse(theirs);
        var cursor = page.RootElement.GetProperty("meta").GetProperty("nextCursor").GetString() ?? "";

        var ours = await Get(_ours.Owner, $"{Fill(list, _ours)}{and}{(cursor.Length > 0 ? $"cursor={cursor}" : "limit=1")}");

        Assert.DoesNotContain(_theirs.Marks, mark => ours.Contains(mark, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_live_stream_tells_of_ones_own_event_and_not_of_theirs()
    {
        using var theirs = await Stream(_ours.Owner, _theirs.Ids["eventId"]);
        using var ours = await Stream(_ours.Owner, _ours.Ids["eventId"]);
        using var reader = new StreamReader(await ours.Content.ReadAsStreamAsync(Ct));
        await reader.ReadLineAsync(Ct);
        var first = await reader.ReadLineAsync(Ct) ?? "";

        Assert.Equal(HttpStatusCode.NotFound, theirs.StatusCode);
        Assert.Contains(_ours.Ids["slotId"], first, StringComparison.Ordinal);
        Assert.DoesNotContain(_theirs.Marks, mark => first.Contains(mark, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_reference_and_address_of_theirs_open_nothing_here()
    {
        using var guest = estates.Guest();
        guest.DefaultRequestHeaders.Add("X-Organisation", _ours.OrganisationId);
        var address = $"/api/v1/bookings/{_theirs.Ids["idOrReference"]}?email=gast-{_theirs.Email}";
        using var there = estates.Guest();
        there.DefaultRequestHeaders.Add("X-Organisation", _theirs.OrganisationId);

        Assert.Equal(HttpStatusCode.NotFound, (await guest.GetAsync(address, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await there.GetAsync(address, Ct)).StatusCode);
    }

    private static async Task<HttpResponseMessage> Stream(HttpClient client, string eventId)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/events/{eventId}/availability");
        request.Headers.Accept.ParseAdd("text/event-stream");
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
    }

    /// <summary>Staff see all bookings only when they say so, and a search wants a word.</summary>
    private static Task<string> Read(Estate estate, MappedRoute route) =>
        Get(estate.Owner, route.At(name => estate.Ids[name]) + route.Name switch
        {
            "GET /api/v1/bookings" => "?all=true",
            "GET /api/v1/checkins/search" => $"?q={estate.Marker}&eventId={estate.Ids["eventId"]}",
            _ => "",
        });

    private static async Task<string> Get(HttpClient client, string address)
    {
        using var answer = await client.GetAsync(address, Ct);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{address}: {answer.StatusCode}");
        return await answer.Content.ReadAsStringAsync(Ct);
    }

    private static string Format(string address, string word) => address.Replace("{0}", word, StringComparison.Ordinal);

    private static string Fill(string address, Estate estate) =>
        address.Replace("{eventId}", estate.Ids["eventId"], StringComparison.Ordinal);
}
