using Balie.Contracts.Inventory;
using Balie.Contracts.Ticketing;
using Balie.Ticketing.Slots;
using Balie.Ticketing.TicketTypes;

namespace Balie.Ticketing.Events;

/// <summary>Makes a draft, with as much of its zones, ticket types and slots as is known already. All of it or nothing.</summary>
internal static class CreateEvent
{
    public sealed record NewEvent(
        string Title, string Summary = "", string Description = "", string Language = "nl", string Currency = "EUR", Guid? VenueId = null,
        Guid? SeatingPlanId = null, string? Zone = null, int? PersonLimit = null, IReadOnlyList<ZoneDetails?>? Zones = null,
        IReadOnlyList<TicketTypeDetails?>? TicketTypes = null, SlotPlan? Slots = null)
    {
        public EventDetails Details => new(Title, Summary, Description, Language, VenueId, SeatingPlanId, Zone, PersonLimit);

        public Refusal? Wrong()
        {
            var found = new Findings();
            Details.Check(found);
            var isCurrency = Currency.Length == 3 && Currency.All(char.IsAsciiLetterUpper);
            found.Expect(isCurrency, "currency", "Must be three capital letters such as EUR (ISO 4217).");
            found.Each("zones", Zones, ZoneDetails.MostPerEvent, (zone, path) => zone.Check(found, path + "."));
            found.Distinct("zones", (Zones ?? []).OfType<ZoneDetails>().Select(zone => zone.Name));
            found.Each("ticketTypes", TicketTypes, TicketTypeDetails.MostPerEvent, (type, path) => type.Check(found, path + ".", Currency));
            found.Distinct("ticketTypes", (TicketTypes ?? []).OfType<TicketTypeDetails>().Select(type => type.Name));
            Slots?.Check(found, "slots.");
            return found.Refusal;
        }
    }

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/events", Handle).Needs(Permission.EventsWrite).Creates();

    public static Task<Outcome<EventView>> Handle(NewEvent body, Caller caller, IInventory inventory, Db db, CancellationToken ct) =>
        db.Transact<EventView>(async tx =>
        {
            if (body.Wrong() is { } wrong) return wrong;
            var zone = await body.Details.SettleZone(tx, ct);
            if (zone.Value is null) return zone.Refusal!; // Without a value there is a refusal.

            var made = new EditedEvent(tx.NewId(), EventStates.Draft, body.VenueId, body.SeatingPlanId, zone.Value, body.Currency, null, 1);
            await tx.Run(Insert, new
            {
                made.EventId,
                made.VenueId,
                made.SeatingPlanId,
                made.Zone,
                body.Title,
                body.Summary,
                body.Description,
                body.Language,
                body.Currency,
                body.PersonLimit,
                tx.Now,
            }, ct);
            if (await AddParts(tx, inventory, made, body, ct) is { } refusal) return refusal;

            await EventHistory.Add(tx, caller, EventHistory.OfEvent(made.EventId, "created") with { ToStatus = made.Status }, ct);
            tx.Publish(new EventCreated(made.EventId));
            return await EventView.Now(tx, made.EventId, ct);
        }, ct);

    // Zones before the types that name them, both before the slots that need a pool for each.
    private static async Task<Refusal?> AddParts(Tx tx, IInventory inventory, EditedEvent made, NewEvent body, CancellationToken ct)
    {
        foreach (var (index, zone) in (body.Zones ?? []).OfType<ZoneDetails>().Index())
            if ((await ZoneRows.Add(tx, made, zone, $"zones[{index}].", ct)).Refusal is { } refusal) return refusal;
        foreach (var (index, type) in (body.TicketTypes ?? []).OfType<TicketTypeDetails>().Index())
            if ((await TicketTypeRows.Add(tx, made, type, $"ticketTypes[{index}].", ct)).Refusal is { } refusal) return refusal;
        return body.Slots is null ? null : (await NewSlots.Add(tx, inventory, made, body.Slots, "slots.", ct)).Refusal;
    }

    private const string Insert = """
        insert into ticketing.events (
            org_id, event_id, venue_id, seating_plan_id, zone, title, summary, description, language, currency, person_limit, created_at,
            updated_at)
        values (
            @orgId, @eventId, @venueId, @seatingPlanId, @zone, @title, @summary, @description, @language, @currency, @personLimit, @now,
            @now)
        """;
}
