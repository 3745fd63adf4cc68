using Balie.Contracts.Ticketing;

namespace Balie.Ticketing.Events;

/// <summary>Closes an event that is over. Nothing of it changes afterwards.</summary>
internal static class CompleteEvent
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPut("/events/{eventId:guid}/completion", Handle).Needs(Permission.EventsWrite);

    public static Task<Outcome<EventView>> Handle(Guid eventId, Caller caller, Db db, CancellationToken ct) =>
        db.Transact<EventView>(async tx =>
        {
            var moved = await EventMoves.Take(tx, caller, eventId, EventStates.Complete, "", ct);
            if (moved.Refusal is { } refusal) return refusal;

            tx.Publish(new EventCompleted(eventId));
            return await EventView.Now(tx, eventId, ct);
        }, ct);
}
