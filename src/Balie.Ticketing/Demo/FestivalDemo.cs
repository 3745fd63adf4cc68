using Balie.Contracts.Inventory;
using Balie.Ticketing.Events;
using Balie.Ticketing.Slots;
using Balie.Ticketing.Venues;
using static Balie.Ticketing.Demo.DemoDates;
using static Balie.Ticketing.Demo.Programme;

namespace Balie.Ticketing.Demo;

/// <summary>A festival of three days with zones, tickets that share a zone, caps on some of them, and a limit per person.</summary>
internal sealed class FestivalDemo(SystemDb system, IInventory inventory) : IDemo
{
    private const int DaysOfEarlyBirds = 28;

    public string What => "a festival and its zones";

    public async Task Load(Guid orgId, CancellationToken ct)
    {
        var db = system.As(orgId);
        var programme = new Programme(db, inventory);
        var venueId = await programme.Venue(Grounds, ct);
        await programme.OnSale(Festival(programme.Dates, db.Now.AddDays(DaysOfEarlyBirds)) with { VenueId = venueId }, ct);
    }

    private static readonly VenueDetails Grounds =
        new("Festivalterrein De Uiterwaard", "NL", Amsterdam, "Buitendijk 1", "8091 LP", "Wezep");

    private static CreateEvent.NewEvent Festival(DemoDates dates, DateTimeOffset earlyUntil)
    {
        var friday = dates.FestivalFriday();
        return new CreateEvent.NewEvent("Uiterwaard Festival",
            "Drie dagen muziek, theater en eten tussen rivier en dijk.",
            """
            Veertig optredens op drie podia, een veld vol schuimspaanders en een markt met eten uit de streek. Kies de dag waarop u
            komt. De camping is open van de middag tot de volgende ochtend; een kampeerplaats hoort bij een dagkaart van dezelfde
            dag. VIP heeft een eigen ingang, een terras aan het water en een tribune bij het hoofdpodium.
            """,
            PersonLimit: 6,
            Zones: [new("Terrein", 600), new("Camping", 240), new("VIP", 60)],
            TicketTypes:
            [
                new("Dagkaart vroege vogel", Euros(39), "Zolang de voorraad strekt.", "Terrein", 100, null, earlyUntil, MaxPerOrder: 4),
                new("Dagkaart", Euros(49), ZoneName: "Terrein", MaxPerOrder: 6),
                new("Dagkaart tot 16 jaar", Euros(24, 50), "Onder begeleiding van een volwassene.", "Terrein", Cap: 150, MaxPerOrder: 6),
                new("Dagkaart met camping", Euros(72, 50), "Met een plaats voor één nacht.", "Camping", MaxPerOrder: 6),
                new("VIP", Euros(125), "Eigen ingang, terras en tribune.", "VIP", MaxPerOrder: 4),
            ],
            Slots: new SlotPlan([At(friday, 15, 0, 540), At(friday.AddDays(1), 12, 0, 720), At(friday.AddDays(2), 12, 0, 600)]));
    }
}
