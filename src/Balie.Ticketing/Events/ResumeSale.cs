using Balie.Contracts.Ticketing;

namespace Balie.Ticketing.Events;

/// <summary>Ends a pause: tickets can be booked again.</summary>
internal static class ResumeSale
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapDelete("/events/{eventId:guid}/pause", Handle).Needs(Permission.EventsWrite);

    public static Task<Outcome<EventView>> Handle(Guid eventId, Caller caller, Db db, CancellationToken ct) =>
        db.Transact<EventView>(async tx =>
        {
            var moved = await EventMoves.Take(tx, caller, eventId, EventStates.Resume, "", ct);
            if (moved.Refusal is { } refusal) return refusal;

            tx.Publish(new EventSaleOpened(eventId));
            return await EventView.Now(tx, eventId, ct);
        }, ct);
}
