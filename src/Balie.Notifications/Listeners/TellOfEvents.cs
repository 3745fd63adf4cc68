using System.Globalization;
using Balie.Contracts.Ticketing;
using Balie.Notifications.Mails;
using Balie.Notifications.Webhooks;

namespace Balie.Notifications.Listeners;

/// <summary>Tells webhooks, and everyone who has booked, that an event will be otherwise than they think.</summary>
internal static class TellOfEvents
{
    public static async Task Handle(EventCancelled message, Tx tx, IServiceProvider services, CancellationToken ct)
    {
        await tx.Broadcast(message, ct);
        await tx.NotifyHolders(CancellationMail.Event.Name, message.EventId, null, message, ct);
    }

    public static async Task Handle(SlotCancelled message, Tx tx, IServiceProvider services, CancellationToken ct)
    {
        await tx.Broadcast(message, ct);
        await tx.NotifyHolders(CancellationMail.Slot.Name, message.EventId, message.SlotId, message, ct);
    }

    public static async Task Handle(EventPostponed message, Tx tx, IServiceProvider services, CancellationToken ct)
    {
        await tx.Broadcast(message, ct);
        await tx.NotifyHolders(EventPostponedMail.Kind.Name, message.EventId, null, message, ct, once: tx.NewId().ToString());
    }

    public static async Task Handle(EventRescheduled message, Tx tx, IServiceProvider services, CancellationToken ct)
    {
        await tx.Broadcast(message, ct);
        foreach (var slot in message.Slots)
        {
            await tx.Later(KeepStart, new { message.EventId, slot.SlotId, slot.StartsAt, tx.Now }, ct);
            // Moved there, back and there again is three times news, but the same moment twice in a row is not.
            var once = string.Create(
                CultureInfo.InvariantCulture, $"{slot.StartedAt.ToUnixTimeSeconds()}-{slot.StartsAt.ToUnixTimeSeconds()}");
            await tx.NotifyHolders(
                EventMovedMail.Kind.Name, message.EventId, slot.SlotId, new EventMovedMail.Moved(message.Reason, slot), ct, once);
        }
    }

    private const string KeepStart = """
        update notifications.bookings
        set starts_at = @startsAt, updated_at = @now
        where org_id = @orgId and event_id = @eventId and slot_id = @slotId
        """;
}
