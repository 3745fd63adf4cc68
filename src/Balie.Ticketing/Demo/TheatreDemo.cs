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
/// A theatre with three hundred numbered seats and a season: plays, dance, song, a free preview, and what is still to come.
/// </summary>
internal sealed class TheatreDemo(SystemDb system, IInventory inventory) : IDemo
{
    public string What => "a theatre and its season";

    public async Task Load(Guid orgId, CancellationToken ct)
    {
        var programme = new Programme(system.As(orgId), inventory);
        var dates = programme.Dates;
        var venueId = await programme.Venue(Building, ct);
        var planId = await programme.SeatingPlan(venueId, Auditorium, ct);

        foreach (var wanted in Season(dates)) await programme.OnSale(Seated(wanted), ct);
        await programme.Announced(Seated(Elckerlijc(dates)), ct);
        await programme.Draft(Seated(NextSeason(dates)), ct);

        CreateEvent.NewEvent Seated(CreateEvent.NewEvent wanted) =>
            wanted with { VenueId = venueId, SeatingPlanId = planId, Zones = Ranks };
    }

    private static readonly VenueDetails Building = new("Stadstheater De Kade", "NL", Amsterdam, "Havenkade 12", "8011 KD", "Zwolle");

    private static readonly ZoneDetails[] Ranks = [new("Parterre", Sections: ["Parterre"]), new("Balkon", Sections: ["Balkon"])];

    /// <summary>Aisles are empty numbers; the last row of the parterre has places for wheelchairs at both ends.</summary>
    private static SeatingLayout Auditorium => new("Grote zaal",
    [
        new SectionLayout("Parterre", [.. Rows(9, Halves(9)), new RowLayout("10", null, Halves(9), ["1", "18"], ["2", "17"])]),
        new SectionLayout("Balkon", [.. Rows(6, Halves(10))]),
    ]);

    private static IEnumerable<RowLayout> Rows(int count, string[] numbers) =>
        Enumerable.Range(1, count).Select(row => new RowLayout($"{row}", Numbers: numbers));

    private static string[] Halves(int seats) => [.. Numbers(1, seats), "", .. Numbers(seats + 1, seats)];

    private static IEnumerable<string> Numbers(int first, int count) => Enumerable.Range(first, count).Select(number => $"{number}");

    private static IEnumerable<CreateEvent.NewEvent> Season(DemoDates dates) =>
    [
        new("Openbare repetitie: De kersentuin",
            "Kijk een avond mee terwijl een voorstelling ontstaat.",
            """
            Drie weken voor de première zetten we de deuren van de repetitie open. Regisseur en spelers werken aan het tweede
            bedrijf en leggen uit wat zij zoeken en weer weggooien. Na afloop is er een gesprek in de foyer. De toegang is gratis;
            reserveren is nodig.
            """,
            PersonLimit: 4,
            TicketTypes: [new("Gratis plaats", Euros(0), "Op de parterre, beste vrije plaats.", "Parterre", MaxPerOrder: 4)],
            Slots: new SlotPlan([At(dates.On(DayOfWeek.Tuesday, 1), 19, 30, 120)])),
        new("De kersentuin",
            "Tsjechovs komedie over afscheid nemen, met het hele ensemble.",
            """
            Het landgoed is verpand, de kersentuin staat in bloei en niemand wil horen wat er moet gebeuren. Ons ensemble speelt
            Tsjechovs laatste stuk als de komedie die het volgens hem was, met live muziek op het toneel. Twee uur en een kwartier,
            met pauze.
            """,
            TicketTypes: Priced(Euros(32, 50), Euros(24, 50)),
            Slots: new SlotPlan(
            [
                At(dates.On(DayOfWeek.Thursday, 4), 20, 0, 135), At(dates.On(DayOfWeek.Friday, 4), 20, 0, 135),
                At(dates.On(DayOfWeek.Saturday, 4), 20, 0, 135), At(dates.On(DayOfWeek.Sunday, 4), 14, 30, 135),
            ])),
        new("Zwanenmeer op zolder",
            "Dans voor iedereen vanaf zes jaar, op muziek van Tsjaikovski.",
            """
            Op zolder staat een koffer, en in die koffer zit een heel ballet. Twee dansers en een accordeonist vertellen het
            Zwanenmeer in een uur, zonder woorden en met veel veren. Een voorstelling voor kinderen vanaf zes jaar en iedereen die
            ze meenemen.
            """,
            TicketTypes:
            [
                new("Volwassene", Euros(16), ZoneName: "Parterre"), new("Kind tot en met 12 jaar", Euros(9, 50), ZoneName: "Parterre"),
                new("Balkon", Euros(9, 50), ZoneName: "Balkon"),
            ],
            Slots: new SlotPlan([At(dates.On(DayOfWeek.Sunday, 7), 11, 0, 60), At(dates.On(DayOfWeek.Sunday, 7), 14, 0, 60)])),
        new("Winterreise",
            "Schuberts liederen voor bariton en piano, in het donker verteld.",
            """
            Vierentwintig liederen over iemand die ’s nachts een stad uit loopt. Bariton en pianist staan midden in een bijna
            donkere zaal; de teksten verschijnen in vertaling op de achterwand. Vijf kwartier zonder pauze; laatkomers kunnen niet
            meer naar binnen.
            """,
            TicketTypes: Priced(Euros(28), Euros(21)), Slots: new SlotPlan([At(dates.On(DayOfWeek.Wednesday, 10), 20, 15, 75)])),
        new("Alles moet anders",
            "Cabaret over verbouwen, verhuizen en toch maar blijven.",
            """
            Wie alles anders wil, moet ergens beginnen: bij de keuken bijvoorbeeld, of bij de buren. Een avondvullend programma vol
            liedjes, halve waarheden en een hele aannemer. Anderhalf uur zonder pauze.
            """,
            PersonLimit: 6, TicketTypes: Priced(Euros(27, 50), Euros(22, 50)),
            Slots: new SlotPlan([At(dates.On(DayOfWeek.Friday, 14), 20, 15, 90), At(dates.On(DayOfWeek.Saturday, 14), 20, 15, 90)])),
        new("Antigone",
            "Sophocles in een nieuwe vertaling: wie mag er rouwen?",
            """
            Een koning verbiedt een begrafenis, een zus gehoorzaamt niet. Antigone is vijfentwintighonderd jaar oud en gaat over
            gisteren. Een koor van dertig zangers uit de stad staat mee op het toneel. Na de voorstelling van donderdag is er een
            nagesprek.
            """,
            TicketTypes: Priced(Euros(29, 50), Euros(22, 50)),
            Slots: new SlotPlan([At(dates.On(DayOfWeek.Thursday, 20), 20, 0, 105), At(dates.On(DayOfWeek.Saturday, 20), 20, 0, 105)])),
        new("Slotavond van het seizoen",
            "Scènes, liederen en gasten, met een feest in de foyer.",
            """
            We sluiten het seizoen af met het mooiste wat er te zien was en een eerste blik op wat komt. Daarna is er muziek in de
            foyer tot één uur. In de prijs is een drankje inbegrepen.
            """,
            TicketTypes: Priced(Euros(22), Euros(17)), Slots: new SlotPlan([At(dates.On(DayOfWeek.Saturday, 28), 20, 0, 180)])),
    ];

    private static CreateEvent.NewEvent Elckerlijc(DemoDates dates) => new("Elckerlijc",
        "Het middeleeuwse spel van de dood, op locatie en in de zaal. De verkoop begint binnenkort.",
        """
        Iedereen moet op reis en niemand mag iets meenemen. Het oudste Nederlandse toneelstuk dat nog gespeeld wordt, in de taal van
        toen met boventitels van nu. De kaartverkoop opent zodra de speellijst vaststaat.
        """,
        TicketTypes: Priced(Euros(31), Euros(24)), Slots: new SlotPlan([At(dates.On(DayOfWeek.Friday, 24), 20, 0, 120)]));

    private static CreateEvent.NewEvent NextSeason(DemoDates dates) => new("Seizoenspresentatie",
        "Een avond vooruitkijken met de makers.",
        "Concept: de sprekers en de volgorde van de avond staan nog niet vast.",
        TicketTypes: [new("Gratis plaats", Euros(0), ZoneName: "Parterre")],
        Slots: new SlotPlan([At(dates.On(DayOfWeek.Monday, 22), 19, 30, 90)]));

    private static TicketTypeDetails[] Priced(Money stalls, Money balcony) =>
    [
        new("Parterre", stalls, ZoneName: "Parterre"),
        new("Balkon", balcony, ZoneName: "Balkon"),
        new("Balkon, tot 30 jaar", Euros(12, 50), "Neem een legitimatiebewijs mee.", "Balkon", Cap: 40, MaxPerOrder: 4),
    ];
}
