using Balie.Contracts.Inventory;
using Balie.Contracts.Ticketing;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Events;

/// <summary>
/// Takes an event out of every list; its history stays. Refused while it is on sale, so that nobody books meanwhile, and while any of its
/// places is held or sold.
/// </summary>
internal static class DeleteEvent
{
    public static void Map(IEndpointRouteBuilder api) => api.MapDelete("/events/{eventId:guid}", Handle).Needs(Permission.EventsWrite);

    public static Task<Outcome<Done>> Handle(Guid eventId, Caller caller, IInventory inventory, Db db, CancellationToken ct) =>
        db.Transact<Done>(async tx =>
        {
            var status = await tx.One<string>(Delete, new { eventId, tx.Now }, ct);
            if (status is null) return EventNotFound;
            if (status == EventStates.OnSale) return EventOnSale;
            var slots = await tx.Many<Guid>(SelectSlots, new { eventId }, ct);
            if ((await inventory.See(tx.OrgId, slots, ct)).Any(pool => pool.Available != pool.Capacity)) return EventHasBookings;

            await EventHistory.Add(tx, caller, EventHistory.OfEvent(eventId, "deleted") with { FromStatus = status }, ct);
            await EventEdits.Announce(tx, eventId, ct);
            tx.Publish(new EventDeleted(eventId));
            return new Done("The event is deleted.");
        }, ct);

    // Deletes first and looks afterwards: from here on no booking can begin, and a refusal takes it all back.
    private const string Delete = """
        update ticketing.events
        set deleted_at = @now, updated_at = @now, version = version + 1
        where org_id = @orgId and event_id = @eventId and deleted_at is null
        returning status
        """;

    private const string SelectSlots = "select slot_id from ticketing.slots where org_id = @orgId and event_id = @eventId";
}
