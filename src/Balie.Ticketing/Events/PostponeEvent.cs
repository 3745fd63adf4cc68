using Balie.Contracts.Ticketing;

namespace Balie.Ticketing.Events;

/// <summary>Puts an event off to a date that is not known yet. The sale ends; <see cref="RescheduleEvent"/> names the new date.</summary>
internal static class PostponeEvent
{
    public sealed record Because(string Reason);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPut("/events/{eventId:guid}/postponement", Handle).Needs(Permission.EventsWrite);

    public static Task<Outcome<EventView>> Handle(Guid eventId, Because body, Caller caller, Db db, CancellationToken ct) =>
        db.Transact<EventView>(async tx =>
        {
            if (EventMoves.Wrong(body.Reason) is { } wrong) return wrong;
            var moved = await EventMoves.Take(tx, caller, eventId, EventStates.Postpone, body.Reason, ct);
            if (moved.Refusal is { } refusal) return refusal;

            tx.Publish(new EventPostponed(eventId, body.Reason));
            return await EventView.Now(tx, eventId, ct);
        }, ct);
}
