using Balie.Contracts.Ticketing;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Events;

/// <summary>
/// Puts a draft with at least one slot on the public agenda. Publishing twice is refused, so a double click tells nobody twice.
/// </summary>
internal static class PublishEvent
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPut("/events/{eventId:guid}/publication", Handle).Needs(Permission.EventsWrite);

    public static Task<Outcome<EventView>> Handle(Guid eventId, Caller caller, Db db, CancellationToken ct) =>
        db.Transact<EventView>(async tx =>
        {
            var moved = await EventMoves.Take(tx, caller, eventId, EventStates.Publish, "", ct);
            if (moved.Refusal is { } refusal) return refusal;
            var published = await EventView.Now(tx, eventId, ct);
            if (published.SlotCount == 0) return EventHasNoSlot;

            tx.Publish(new EventPublished(eventId, published.Title, tx.Now));
            return published;
        }, ct);
}
