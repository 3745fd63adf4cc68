using Balie.Contracts.Inventory;
using Balie.Ticketing.Events;
using Balie.Ticketing.Seating;
using Balie.Ticketing.Slots;
using Balie.Ticketing.TicketTypes;
using Balie.Ticketing.Venues;
using static Balie.Ticketing.Demo.DemoDates;
using static Balie.Ticketing.Demo.Programme;

namespace Balie.Ticketing.Demo;

/// <summary>
/// A hall: free lectures with a few hundred places, a night over which the clocks change, and a concert on numbered seats.
/// </summary>
internal sealed class HallDemo(SystemDb system, IInventory inventory) : IDemo
{
    private const int Places = 300;
    private const int RowsInHall = 12;
    private const int SeatsInRow = 16;

    public string What => "a hall, its lectures and a concert";

    public async Task Load(Guid orgId, CancellationToken ct)
    {
        var programme = new Programme(system.As(orgId), inventory);
        var dates = programme.Dates;
        var venueId = await programme.Venue(Building, ct);
        foreach (var wanted in Lectures(dates)) await programme.OnSale(wanted with { VenueId = venueId, TicketTypes = Free }, ct);

        var planId = await programme.SeatingPlan(venueId, Rows, ct);
        await programme.OnSale(Concert(dates) with { VenueId = venueId, SeatingPlanId = planId }, ct);
    }

    private static readonly VenueDetails Building = new("Aula Sint-Joris", "NL", Amsterdam, "Kloosterlaan 3", "6811 JA", "Arnhem");

    private static readonly TicketTypeDetails[] Free = [new("Gratis toegang", Euros(0), "Vrije plaatskeuze.")];

    private static SeatingLayout Rows => new("Concertopstelling",
    [
        new SectionLayout("Zaal", [.. Enumerable.Range(1, RowsInHall).Select(row => new RowLayout($"{row}", SeatsInRow))]),
    ]);

    private static IEnumerable<CreateEvent.NewEvent> Lectures(DemoDates dates) =>
    [
        new("Lezing: Waarom wachtrijen altijd langer zijn",
            "Een wiskundige over rijen, loketten en eerlijk verdelen.",
            """
            De rij naast u gaat altijd sneller, en daar is een verklaring voor. Een avond over wachten: wat wiskunde weet over
            loketten, kassa’s en kaartverkoop, en waarom één lange rij beter is dan vier korte. Met ruimte voor vragen.
            """,
            Slots: Evening(dates.On(DayOfWeek.Wednesday, 1))),
        new("Lezing: Het woord van de wet",
            "Een taalkundige leest een belastingformulier voor.",
            """
            Waarom begrijpt niemand de brief van de gemeente, ook de gemeente niet? Een taalkundige laat zien wat er misgaat tussen
            bedoeling en zin, en herschrijft ter plekke een formulier dat u zelf mag meenemen.
            """,
            Slots: Evening(dates.On(DayOfWeek.Wednesday, 3))),
        new("Lezing: Rivieren hebben geheugen",
            "Een geograaf over oude beddingen onder nieuwe wijken.",
            """
            Een rivier die verlegd is, weet nog waar zij liep. Aan de hand van hoogtekaarten en een emmer zand ziet u waarom kelders
            aan de ene kant van de straat nat zijn en aan de andere droog.
            """,
            Slots: Evening(dates.On(DayOfWeek.Wednesday, 5))),
        new("Lezing: Slapen in de stad",
            "Een bioloog over licht, lawaai en vogels die te vroeg beginnen.",
            """
            De merel zingt tegenwoordig om drie uur ’s nachts. Wat doet een stad die nooit donker wordt met dieren, en met ons? De
            bioloog neemt opnamen mee en een slaapmasker voor wie het beste antwoord geeft.
            """,
            Slots: Evening(dates.On(DayOfWeek.Wednesday, 7))),
        new("Nacht van de klok",
            "Een nacht waarin de tijd verspringt: verhalen, muziek en sterren kijken.",
            """
            In deze nacht gaat de klok een uur vooruit of terug, en wij blijven ervoor op. Van tien uur ’s avonds tot zes uur ’s
            ochtends klinken er verhalen over tijd, speelt een strijkkwartet en staat op het dak een telescoop. Bij zonsopgang is er
            ontbijt.
            """,
            Slots: new SlotPlan([At(dates.EveOfClockChange(), 22, 0, 480)], Capacity: Places)),
    ];

    private static SlotPlan Evening(DateOnly date) => new([At(date, 20, 0, 90)], Capacity: Places);

    private static CreateEvent.NewEvent Concert(DemoDates dates) => new("Strijkkwartet in de aula",
        "Haydn, Sjostakovitsj en een nieuw werk, op genummerde plaatsen.",
        """
        Vier strijkers, drie eeuwen en één première. Het kwartet begint met Haydn, die het genre uitvond, en eindigt met het achtste
        van Sjostakovitsj. De aula heeft een beroemde akoestiek: ook op de achterste rij hoort u iedere streek.
        """,
        TicketTypes: [new("Volwassene", Euros(19, 50)), new("Student", Euros(10), "Op vertoon van een collegekaart.", Cap: 48)],
        Slots: new SlotPlan([At(dates.On(DayOfWeek.Sunday, 6), 15, 0, 110)]));
}
