using System.Text;
using Balie.Ticketing.Calendars;
using Balie.Ticketing.Events;

namespace Balie.Ticketing.Tests.Calendars;

public sealed class CalendarTests(CatalogueApp app) : IClassFixture<CatalogueApp>
{
    private static CancellationToken Ct => CatalogueApp.Ct;

    [Fact]
    public async Task A_slot_keeps_its_name_and_raises_its_sequence_when_it_moves_and_when_it_is_called_off()
    {
        var show = await app.Published("Zwanen; een avond, met pauze");
        var slot = (await app.Slots(show.Id)).Single();
        var announced = (await Read(show.Id)).Single();

        var newTime = new { slotId = slot.Id, startsLocal = "2026-09-01T20:00", endsLocal = "2026-09-01T22:30" };
        var schedule = new { slots = new[] { newTime }, reason = "Ruil." };
        var moved = await (await app.Organiser.Edit($"/api/v1/events/{show.Id}/schedule", schedule, show.Version)).IsOk<EventView>(Ct);
        var later = (await Read(show.Id)).Single();
        await app.Organiser.Edit($"/api/v1/events/{show.Id}", new { title = "Zwanen", zone = "Europe/Amsterdam" }, moved.Version);
        var renamed = (await Read(show.Id)).Single();
        await app.Step(show.Id, "cancellation");
        var off = (await Read(show.Id)).Single();

        Assert.Equal(("20260601T180000Z", "20260601T203000Z"), (announced["DTSTART"], announced["DTEND"]));
        Assert.Equal("CONFIRMED", announced["STATUS"]);
        Assert.Equal("Zwanen; een avond, met pauze", announced["SUMMARY"]);
        Assert.Equal("20260901T180000Z", later["DTSTART"]);
        Assert.Equal("Zwanen", renamed["SUMMARY"]);
        Assert.Equal("CANCELLED", off["STATUS"]);
        Dictionary<string, string>[] story = [announced, later, renamed, off];
        Assert.Single(story.Select(entry => entry["UID"]).Distinct());
        Assert.Equal(4, story.Select(entry => Sequence(entry)).Distinct().Count());
        Assert.Equal(story.Select(Sequence).Order(), story.Select(Sequence));
    }

    [Fact]
    public async Task A_postponed_event_is_tentative_and_a_cancelled_slot_stays_in_the_file()
    {
        var show = await app.Event(slots: new
        {
            dates = new[]
            {
                new { startsLocal = "2026-06-01T20:00", endsLocal = "2026-06-01T22:00" },
                new { startsLocal = "2026-06-02T20:00", endsLocal = "2026-06-02T22:00" },
            },
            capacity = 10,
        });
        await app.Step(show.Id, "publication");
        await app.Organiser.Put($"/api/v1/slots/{(await app.Slots(show.Id))[1].Id}/cancellation", new { reason = "Ziek." }, Ct);

        Assert.Equal(["CONFIRMED", "CANCELLED"], (await Read(show.Id)).Select(entry => entry["STATUS"]));
        await app.Step(show.Id, "postponement");
        Assert.Equal(["TENTATIVE", "CANCELLED"], (await Read(show.Id)).Select(entry => entry["STATUS"]));
    }

    [Fact]
    public async Task The_place_is_in_the_entry_and_the_file_says_what_it_is()
    {
        var venue = await app.Venue("Theater aan de Amstel", "Amsterdam");
        var show = await app.Event(venueId: venue.Id);

        var answer = await app.Organiser.GetAsync($"/api/v1/events/{show.Id}/calendar.ics", Ct);

        Assert.Equal("text/calendar", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("utf-8", answer.Content.Headers.ContentType?.CharSet);
        Assert.Equal("Theater aan de Amstel, Amsterdam", Parse(await answer.Content.ReadAsStringAsync(Ct)).Single()["LOCATION"]);
    }

    [Theory]
    [InlineData("kort")]
    [InlineData("Een titel die langer is dan wat er op drie regels van een agenda past, want iemand vertelde er meteen bij wie er speelt, "
        + "wat er gespeeld wordt, hoe lang het duurt, waar de jassen hangen en dat er in de pauze koffie is voor wie daarvan houdt")]
    [InlineData("ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé")]
    [InlineData("🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭🎭")]
    [InlineData("a\\b;c,d\ne\r\nf:g\"h")]
    [InlineData("BEGIN:VEVENT\r\nEND:VEVENT")]
    public void Any_text_comes_back_as_it_went_in_over_lines_of_at_most_75_octets(string text)
    {
        var moment = new DateTimeOffset(2026, 6, 1, 18, 0, 0, TimeSpan.Zero);

        var entryOf = new CalendarEntry("a@b", 3, moment, moment, moment.AddHours(1), "CONFIRMED", text, text, text);
        var file = CalendarFile.Write(text, [entryOf]);

        Assert.All(file.Split("\r\n"), line => Assert.True(Encoding.UTF8.GetByteCount(line) <= 75, line));
        Assert.DoesNotContain('\n', file.Replace("\r\n", "", StringComparison.Ordinal));
        var entry = Parse(file).Single();
        var expected = text.ReplaceLineEndings("\n");
        Assert.Equal((expected, expected, expected), (entry["SUMMARY"], entry["DESCRIPTION"], entry["LOCATION"]));
    }

    private async Task<List<Dictionary<string, string>>> Read(Guid eventId) =>
        Parse(await app.Organiser.GetStringAsync($"/api/v1/events/{eventId}/calendar.ics", Ct));

    private static int Sequence(Dictionary<string, string> entry) =>
        int.Parse(entry["SEQUENCE"], System.Globalization.CultureInfo.InvariantCulture);

    // RFC 5545 read on its own terms: unfold, split at the first colon, unescape.
    private static List<Dictionary<string, string>> Parse(string file)
    {
        Assert.StartsWith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", file, StringComparison.Ordinal);
        Assert.EndsWith("END:VCALENDAR\r\n", file, StringComparison.Ordinal);
        var entries = new List<Dictionary<string, string>>();
        Dictionary<string, string>? open = null;
        foreach (var line in file.Replace("\r\n ", "", StringComparison.Ordinal).Split("\r\n"))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (line == "BEGIN:VEVENT") open = [];
            else if (line == "END:VEVENT") { entries.Add(open!); open = null; } // A file that ends what it never began fails here.
            else open?.Add(line[..colon], Unescape(line[(colon + 1)..]));
        }
        return entries;
    }

    private static string Unescape(string value)
    {
        var text = new StringBuilder();
        for (var i = 0; i < value.Length; i++)
            text.Append(value[i] != '\\' ? value[i] : value[++i] == 'n' ? '\n' : value[i]);
        return text.ToString();
    }
}
