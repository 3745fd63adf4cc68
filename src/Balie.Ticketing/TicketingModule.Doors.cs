using Balie.Contracts.Ticketing;
using Balie.Ticketing.Bookings;
using Balie.Ticketing.CheckIn;
using Balie.Ticketing.WaitingList;

namespace Balie.Ticketing;

/// <summary>The module's table of contents, continued: the door and the waiting list.</summary>
public sealed partial class TicketingModule
{
    private static void AddDoors(IServiceCollection services)
    {
        services.AddSingleton<TakePlaces>();
        services.AddSingleton<DeviceBook>();
        services.AddSingleton<IOwnCredentials>(provider => provider.GetRequiredService<DeviceBook>());
        services.AddSingleton<Turnstile>();
        services.AddSingleton<Occupancies>();
    }

    private static void ListenForPlaces(Listeners on)
    {
        on.Batch<BookingConfirmed>(EndOffers.Handle);
        on.Message<BookingCancelled>(OfferPlaces.WhenCancelled);
        on.Message<BookingExpired>(OfferPlaces.WhenExpired);
        on.Message<EventUpdated>(OfferPlaces.WhenUpdated);
    }

    private static void VerifyDoors(Checks that)
    {
        that.Holds("I9 every ticket stands where its check-ins put it", """
            select format('ticket %s of organisation %s: in %s out %s, check-ins in %s out %s',
                ticket_id, org_id, entry.ins, entry.outs, fact.ins, fact.outs)
            from ticketing.entries as entry
            full join (
                select org_id, ticket_id, count(*) filter (where direction = 'in') as ins, count(*) filter (where direction = 'out') as outs
                from ticketing.check_ins
                where counts
                group by org_id, ticket_id
            ) as fact using (org_id, ticket_id)
            where entry.ins is distinct from fact.ins or entry.outs is distinct from fact.outs
            """);
        that.Holds("I9 whoever was let in had a valid ticket, was forced in, or was let in by a device on its own", """
            select format('check-in %s of organisation %s', check_in_id, org_id)
            from ticketing.check_ins as check_in
            where counts and not forced and not uploaded and (reason is not null or not exists (
                select from ticketing.tickets as ticket
                where ticket.org_id = check_in.org_id and ticket.ticket_id = check_in.ticket_id and ticket.event_id = check_in.event_id
                and exists (
                    select from ticketing.ticket_history as told
                    where told.org_id = ticket.org_id and told.ticket_id = ticket.ticket_id and told.serial = check_in.serial
                    and told.at <= check_in.at and told.to_status in ('issued', 'transferred', 'checked_in'))))
            """);
        that.Holds("I9 nobody is inside twice with one ticket, unless forced or let in by a device on its own", """
            select format('ticket %s of organisation %s: in %s out %s', ticket_id, org_id, ins, outs)
            from ticketing.entries as entry
            where ins - outs > 1 and not exists (
                select from ticketing.check_ins as check_in
                where check_in.org_id = entry.org_id and check_in.ticket_id = entry.ticket_id and (check_in.forced or check_in.uploaded))
            """);
        that.Holds("I9 an offer of the waiting list is the booking that holds its places", """
            select format('entry %s of organisation %s is %s, its booking %s', entry_id, entry.org_id, entry.status, booking.status)
            from ticketing.waiting_entries as entry
            left join ticketing.bookings as booking on booking.org_id = entry.org_id and booking.booking_id = entry.booking_id
            where entry.booking_id is not null and (
                booking.booking_id is null or booking.event_id <> entry.event_id
                or (entry.status = 'accepted' and booking.status not in ('confirmed', 'cancelled')))
            """);
    }
}
