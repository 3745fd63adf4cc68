using Balie.Contracts.Ticketing;
using Balie.Ticketing.Events;
using Balie.Ticketing.Offers;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.CheckIn;

/// <summary>
/// How an event is entered: when its doors open and close around each slot, and how often somebody who went out may come in again. What is
/// null follows the organisation's policies. Relative to the slot, so a slot that moves takes its doors along.
/// </summary>
internal static class ChangeDoors
{
    private const int LongestMinutes = 30 * 24 * 60;
    private const int MostReentries = 1_000;

    /// <param name="OpenMinutes">Before the start.</param>
    /// <param name="CloseMinutes">After the end.</param>
    /// <param name="Reentries">0 for none; 1,000 is as good as always.</param>
    public sealed record Figures(int? OpenMinutes = null, int? CloseMinutes = null, int? Reentries = null)
    {
        public Refusal? Wrong()
        {
            var found = new Findings();
            if (OpenMinutes is { } open) found.Range("openMinutes", open, 0, LongestMinutes);
            if (CloseMinutes is { } close) found.Range("closeMinutes", close, 0, LongestMinutes);
            if (Reentries is { } reentries) found.Range("reentries", reentries, 0, MostReentries);
            return found.Refusal;
        }
    }

    public sealed record Doors(Guid EventId, int? OpenMinutes, int? CloseMinutes, int? Reentries, int Version) : IVersioned;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/events/{eventId:guid}/doors", See).Needs(Permission.EventsRead);
        api.MapPut("/events/{eventId:guid}/doors", Handle).Needs(Permission.EventsWrite);
    }

    public static async Task<Outcome<Doors>> See(Guid eventId, Db db, CancellationToken ct) =>
        await db.One<Doors>(Select, new { eventId }, ct) is { } doors ? doors : EventNotFound;

    public static async Task<Outcome<Doors>> Handle(
        Guid eventId, Figures body, IfMatch ifMatch, Caller caller, EventOffers offers, Db db, CancellationToken ct)
    {
        var changed = await db.Transact<Doors>(async tx =>
        {
            if (body.Wrong() is { } wrong) return wrong;
            var edit = await EventEdits.Begin(tx, eventId, ifMatch, forCalendars: false, ct);
            if (edit.Value is not { } edited) return edit.Refusal!; // Without a value there is a refusal.

            await tx.Run(Update, new { eventId, body.OpenMinutes, body.CloseMinutes, body.Reentries }, ct);
            await EventHistory.Add(tx, caller, EventHistory.OfEvent(eventId, "doors_changed") with { Detail = body }, ct);
            tx.Publish(new EventUpdated(eventId, edited.Version, "doors_changed"));
            return new Doors(eventId, body.OpenMinutes, body.CloseMinutes, body.Reentries, edited.Version);
        }, ct);
        // This process hears of it too, but somebody at the door may be faster.
        offers.Forget(caller.OrgId, eventId);
        return changed;
    }

    private const string Select = """
        select event_id, doors_open_minutes as open_minutes, doors_close_minutes as close_minutes, reentries, version
        from ticketing.events
        where org_id = @orgId and event_id = @eventId and deleted_at is null
        """;

    private const string Update = """
        update ticketing.events
        set doors_open_minutes = @openMinutes, doors_close_minutes = @closeMinutes, reentries = @reentries
        where org_id = @orgId and event_id = @eventId
        """;
}
