using System.Collections.Frozen;
using Balie.Contracts.Inventory;
using Balie.Contracts.Ticketing;
using Balie.Ticketing.Bookings;
using Balie.Ticketing.Offers;
using NpgsqlTypes;

namespace Balie.Ticketing.WaitingList;

/// <summary>
/// Offers places that came free to those who wait, in the order in which they joined. An offer is a pending booking made in the way of all
/// bookings: its places are claimed in the same transaction that marks the entry as offered, so nobody is offered what is not there, and
/// one entry never twice. Who wants more than is free keeps their place and is passed over. See docs/decisions/0016-waiting-list.md.
/// </summary>
internal static partial class OfferPlaces
{
    private const string EntryCompanion = "waiting entry";
    private const int MostAtOnce = 200;
    private const int MostEvents = 1_000;

    /// <summary>An offer that is over in a minute helps nobody.</summary>
    private static readonly TimeSpan ShortestOffer = TimeSpan.FromMinutes(10);

    private sealed record EntryRow(Guid OrgId, Guid EntryId, Guid BookingId, DateTimeOffset Now, DateTimeOffset ExpiresAt);

    // Whoever left in this very moment, or was offered something by another process, is refused here, and their claim with them.
    private static readonly Companion<EntryRow> Mark = new(EntryCompanion, CompanionPhase.Key, """
        with offered as (
            update ticketing.waiting_entries as entry
            set status = 'offered', booking_id = w.booking_id, offered_at = w.at, expires_at = w.expires_at, updated_at = w.at
            from rows as w
            where entry.org_id = w.org_id and entry.entry_id = w.entry_id and entry.status = 'waiting'
            and w.request <> all ((select kernel.refused())::integer[])
            returning entry.booking_id
        )
        select kernel.refuse(request)
        from rows
        where request <> all ((select kernel.refused())::integer[])
        and booking_id not in (select booking_id from offered)
        """,
        Column<EntryRow>.Of("org_id", NpgsqlDbType.Uuid, row => row.OrgId),
        Column<EntryRow>.Of("entry_id", NpgsqlDbType.Uuid, row => row.EntryId),
        Column<EntryRow>.Of("booking_id", NpgsqlDbType.Uuid, row => row.BookingId),
        Column<EntryRow>.Of("at", NpgsqlDbType.TimestampTz, row => row.Now.UtcDateTime),
        Column<EntryRow>.Of("expires_at", NpgsqlDbType.TimestampTz, row => row.ExpiresAt.UtcDateTime));

    public static async Task WhenCancelled(BookingCancelled freed, Tx tx, IServiceProvider services, CancellationToken ct)
    {
        await EndOffers.Lapse(tx, freed.BookingId, ct);
        await Of(freed.EventId, tx, services, ct);
    }

    public static async Task WhenExpired(BookingExpired freed, Tx tx, IServiceProvider services, CancellationToken ct)
    {
        await EndOffers.Lapse(tx, freed.BookingId, ct);
        await Of(freed.EventId, tx, services, ct);
    }

    /// <summary>More places, another time, a sale that opened again: whatever changed, look.</summary>
    public static Task WhenUpdated(EventUpdated changed, Tx tx, IServiceProvider services, CancellationToken ct) =>
        Of(changed.EventId, tx, services, ct);

    /// <summary>The job: for what no message told.</summary>
    public static async Task Run(SystemDb db, IServiceProvider services, CancellationToken ct)
    {
        foreach (var (orgId, eventId) in await db.Everywhere.Many<(Guid, Guid)>(SelectEvents, new { MostEvents }, ct))
            await db.As(orgId).Transact(tx => Of(eventId, tx, services, ct), ct);
    }

    private static async Task Of(Guid eventId, Tx tx, IServiceProvider services, CancellationToken ct)
    {
        if (!await tx.One<bool>(SomebodyWaits, new { eventId }, ct)) return;
        // One process offers an event's places at a time, so that the order is that of the line; the claims are safe without it.
        await tx.Run(LockEvent, new { @event = $"waiting-list/{eventId}" }, ct);
        if (await services.GetRequiredService<EventOffers>().Find(tx.OrgId, eventId, ct) is not { } offer) return;

        var figures = await services.GetRequiredService<PolicyStore>().Of(tx.OrgId, ct);
        var waiting = await tx.Many<Waiting>(SelectWaiting, new { eventId, MostAtOnce }, ct);
        var tooMuch = new Dictionary<(Guid SlotId, Guid TicketTypeId), int>();
        foreach (var entry in waiting)
        {
            var line = (entry.SlotId, entry.TicketTypeId);
            if (tooMuch.TryGetValue(line, out var refused) && entry.Quantity >= refused) continue;
            if (await Offer(entry, offer, figures, tx, services, ct) == TicketingRefusals.SoldOut.Code) tooMuch[line] = entry.Quantity;
        }
    }

    /// <returns>The code of the refusal; null when the places are held.</returns>
    private static async Task<string?> Offer(
        Waiting entry, EventOffer offer, Policies figures, Tx tx, IServiceProvider services, CancellationToken ct)
    {
        var now = services.GetRequiredService<IInventory>().Now;
        if (offer.Slot(entry.SlotId) is not { } slot || Closes(slot, offer.Type(entry.TicketTypeId), figures) is not { } closes) return "";
        // No offer outlives the sale, let alone the beginning of what it is for.
        var until = tx.Now + figures.WaitingListOffer < closes ? now + figures.WaitingListOffer : now + (closes - tx.Now);
        if (until < now + ShortestOffer) return "";

        var caller = entry.UserId is { } userId
            ? new Caller(tx.OrgId, CallerKind.User, userId, FrozenSet<Permission>.Empty) { Email = entry.Email }
            : Caller.Guest(tx.OrgId);
        var taken = await services.GetRequiredService<TakePlaces>().For(
            new BookTickets.Request(offer.EventId, slot.SlotId, [new(entry.TicketTypeId, entry.Quantity)], null,
                new BookingHolder(entry.Name, entry.Email)),
            caller,
            new TakePlaces.Terms(
                (_, booking) => Rows(entry, tx, booking), Until: until, IsOffered: true, Unlocked: [entry.TicketTypeId]),
            ct);
        if (taken.Value is not { } held) return taken.Refusal?.Code ?? "";
        var log = services.GetRequiredService<ILogger<TicketingModule>>();
        LogOffered(log, entry.EntryId, held.Id);
        return null;
    }

    private static CompanionRow[] Rows(Waiting entry, Tx tx, Booking booking)
    {
        var expires = booking.ExpiresAt.GetValueOrDefault();
        return
        [
            Mark.Row(new EntryRow(tx.OrgId, entry.EntryId, booking.Id, tx.Now, expires)),
            OutboxCompanion.Of(
                tx.OrgId, new WaitingListOffered(entry.EntryId, booking.Id, booking.EventId, entry.Email, expires), booking.CreatedAt),
        ];
    }

    private static DateTimeOffset? Closes(SlotOffer slot, TypeOffer? type, Policies figures)
    {
        if (type is null) return null;
        var closes = slot.StartsAt - figures.BookingCutOff;
        return type.OnSaleUntil is { } until && until < closes ? until : closes;
    }

    private sealed record Waiting(Guid EntryId, Guid SlotId, Guid TicketTypeId, int Quantity, Guid? UserId, string Name, string Email);

    private const string SomebodyWaits = """
        select exists (select from ticketing.waiting_entries where org_id = @orgId and event_id = @eventId and status = 'waiting')
        """;

    private const string LockEvent = "select pg_advisory_xact_lock(hashtextextended(@event, 0))";

    private const string SelectWaiting = """
        select entry_id, slot_id, ticket_type_id, quantity, user_id, name, email
        from ticketing.waiting_entries
        where org_id = @orgId and event_id = @eventId and status = 'waiting'
        order by joined_at, entry_id
        limit @mostAtOnce
        """;

    private const string SelectEvents = """
        select distinct org_id, event_id
        from ticketing.waiting_entries
        where status = 'waiting'
        order by org_id, event_id
        limit @mostEvents
        """;

    [LoggerMessage(Level = LogLevel.Information, Message = "Waiting entry {EntryId} was offered booking {BookingId}")]
    private static partial void LogOffered(ILogger log, Guid entryId, Guid bookingId);
}
