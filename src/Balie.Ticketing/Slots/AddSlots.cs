using Balie.Contracts.Inventory;
using Balie.Contracts.Ticketing;
using Balie.Ticketing.Events;

namespace Balie.Ticketing.Slots;

/// <summary>Gives an event more dates: one, several, or a recurrence. Answers the first of them, and how many there are.</summary>
internal static class AddSlots
{
    private const int MostShown = 100;

    public sealed record Added(int Count, IReadOnlyList<Slot> Slots);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/events/{eventId:guid}/slots", Handle).Needs(Permission.EventsWrite).Creates();

    public static Task<Outcome<Added>> Handle(
        Guid eventId, SlotPlan body, Caller caller, IInventory inventory, Db db, CancellationToken ct) =>
        db.Transact<Added>(async tx =>
        {
            var found = new Findings();
            body.Check(found, "");
            if (found.Refusal is { } wrong) return wrong;
            var edit = await EventEdits.Begin(tx, eventId, ifMatch: null, forCalendars: true, ct);
            if (edit.Value is not { } edited) return edit.Refusal!; // Without a value there is a refusal.
            var added = await NewSlots.Add(tx, inventory, edited, body, "", ct);
            if (added.Value is not { } slots) return added.Refusal!; // Without a value there is a refusal.

            await EventHistory.Add(tx, caller, EventHistory.OfEvent(eventId, "slots_added") with { Detail = body }, ct);
            tx.Publish(new EventUpdated(eventId, edited.Version, "slots_added"));
            return new Added(slots.Length, [.. slots.Take(MostShown).Select(Slot.Of)]);
        }, ct);
}
