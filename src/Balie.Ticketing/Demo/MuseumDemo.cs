using Balie.Contracts.Inventory;
using Balie.Ticketing.Events;
using Balie.Ticketing.Slots;
using Balie.Ticketing.TicketTypes;
using Balie.Ticketing.Venues;
using static Balie.Ticketing.Demo.DemoDates;
using static Balie.Ticketing.Demo.Programme;

namespace Balie.Ticketing.Demo;

/// <summary>A museum with timed entry for six weeks: every half hour to its rooms, every quarter to an exhibition, and a tour.</summary>
internal sealed class MuseumDemo(SystemDb system, IInventory inventory) : IDemo
{
    private const int DaysAhead = 42;

    public string What => "a museum and its times of entry";

    public async Task Load(Guid orgId, CancellationToken ct)
    {
        var programme = new Programme(system.As(orgId), inventory);
        var venueId = await programme.Venue(Building, ct);
        foreach (var wanted in Openings(programme.Dates)) await programme.OnSale(wanted with { VenueId = venueId }, ct);
    }

    private static readonly VenueDetails Building = new("Museum Het Waaggebouw", "NL", Amsterdam, "Brink 56", "7411 BV", "Deventer");

    private static readonly string[] TuesdayToSunday = ["tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    private static readonly string[] Weekend = ["friday", "saturday", "sunday"];

    private static readonly TicketTypeDetails[] Entry =
    [
        new("Volwassene", Euros(17, 50)),
        new("Kind van 4 tot en met 17 jaar", Euros(8)),
        new("Museumkaart", Euros(0), "Gratis toegang. Laat uw kaart zien bij de ingang."),
    ];

    private static IEnumerable<CreateEvent.NewEvent> Openings(DemoDates dates) =>
    [
        new("Vaste collectie",
            "Vier eeuwen stad aan de rivier, van hanzekogge tot fietsbrug.",
            """
            Schepen, gewichten, portretten en een keuken uit 1643: de vaste collectie vertelt hoe een stad leefde van haar rivier.
            Kies een tijd van binnenkomst; daarna blijft u zo lang u wilt. Het museum is op maandag en op feestdagen gesloten.
            """,
            TicketTypes: Entry,
            Slots: new SlotPlan(Recurrence: Open(dates, Every(30, new(10, 0), new(16, 0)), 30, TuesdayToSunday), Capacity: 30)),
        new("Tentoonstelling: Licht op het water",
            "Tachtig schilderijen en foto’s van de IJssel bij ochtend en avond.",
            """
            Hoe schildert men iets dat nooit stilstaat? Tachtig werken uit drie eeuwen, waarvan de helft niet eerder te zien was.
            Omdat de zalen klein zijn, komt er ieder kwartier een kleine groep binnen. Uw kaart geeft ook toegang tot de vaste
            collectie.
            """,
            TicketTypes: Entry,
            Slots: new SlotPlan(Recurrence: Open(dates, Every(15, new(11, 0), new(16, 0)), 15, Weekend), Capacity: 20)),
        new("Rondleiding door het depot",
            "Een uur achter de schermen, met een conservator.",
            """
            Negen van de tien voorwerpen liggen in het depot. Een conservator laat zien hoe ze bewaard worden en haalt er drie voor
            u uit de kast. Kinderen vanaf tien jaar zijn welkom. De prijs is inclusief toegang tot het museum.
            """,
            PersonLimit: 8,
            TicketTypes: [new("Deelnemer", Euros(24), MaxPerOrder: 8), new("Deelnemer met Museumkaart", Euros(7, 50), MaxPerOrder: 8)],
            Slots: new SlotPlan(Recurrence: Open(dates, ["11:00", "14:00"], 60, ["saturday"]), Capacity: 20)),
    ];

    private static Recurrence Open(DemoDates dates, string[] times, int minutes, string[] weekdays)
    {
        var (from, until) = (dates.Today.AddDays(1), dates.Today.AddDays(DaysAhead));
        return new Recurrence(weekdays, times, from, until, minutes, Skip: [.. Holidays(from.Year), .. Holidays(until.Year)]);
    }

    private static DateOnly[] Holidays(int year) => [new(year, 1, 1), new(year, 4, 27), new(year, 12, 25), new(year, 12, 26)];
}
