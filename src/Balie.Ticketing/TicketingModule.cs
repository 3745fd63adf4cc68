using Balie.Contracts.Orders;
using Balie.Contracts.Ticketing;
using Balie.Ticketing.Availability;
using Balie.Ticketing.Bookings;
using Balie.Ticketing.Calendars;
using Balie.Ticketing.CallOffs;
using Balie.Ticketing.CheckIn;
using Balie.Ticketing.Demo;
using Balie.Ticketing.Events;
using Balie.Ticketing.Offers;
using Balie.Ticketing.Pages;
using Balie.Ticketing.Seating;
using Balie.Ticketing.Slots;
using Balie.Ticketing.Tickets;
using Balie.Ticketing.TicketTypes;
using Balie.Ticketing.Transfers;
using Balie.Ticketing.Venues;
using Balie.Ticketing.WaitingList;
using Balie.Ticketing.Wallets;
using Balie.Ui;
using Microsoft.Extensions.Configuration;

namespace Balie.Ticketing;

public sealed partial class TicketingModule : IModule
{
    private static readonly TimeSpan OneMinute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    public string Name => "ticketing";

    public IReadOnlyList<string> Needs => ["identity", "inventory"];

    public void AddServices(IServiceCollection services, IConfigurationSection config)
    {
        services.AddSingleton<EventOffers>();
        services.AddSingleton<Audiences>();
        services.AddSingleton<Availabilities>();
        services.AddSingleton<TakePlaces>();
        services.AddSingleton<ChangePlaces>();
        services.AddSingleton<IOfferKind, TicketOffers>();
        services.AddSingleton<TicketKeys>();
        services.AddSingleton<TicketPrinter>();
        services.AddSingleton<ITickets, TicketDesk>();

        services.AddOptions<WalletOptions>().Bind(config).ValidateOnStart();
        services.AddSingleton<IValidateOptions<WalletOptions>, WalletProblems>();
        services.AddSingleton<AppleSigner>();
        services.AddSingleton<GoogleSigner>();
        services.AddSingleton<WalletDesk>();
        AddDoors(services);

        services.AddSingleton<IDemo, TheatreDemo>();
        services.AddSingleton<IDemo, MuseumDemo>();
        services.AddSingleton<IDemo, FestivalDemo>();
        services.AddSingleton<IDemo, HallDemo>();
    }

    public void Map(IEndpointRouteBuilder api)
    {
        CreateVenue.Map(api);
        ListVenues.Map(api);
        SeeVenue.Map(api);
        UpdateVenue.Map(api);
        DeleteVenue.Map(api);
        CreateSeatingPlan.Map(api);
        ListSeatingPlans.Map(api);
        SeeSeatingPlan.Map(api);

        CreateEvent.Map(api);
        ListEvents.Map(api);
        SeeEvent.Map(api);
        UpdateEvent.Map(api);
        DeleteEvent.Map(api);
        PublishEvent.Map(api);
        OpenSale.Map(api);
        PauseSale.Map(api);
        ResumeSale.Map(api);
        PostponeEvent.Map(api);
        RescheduleEvent.Map(api);
        CompleteEvent.Map(api);
        CancelEvent.Map(api);
        SeeEventHistory.Map(api);
        SeeEventCalendar.Map(api);

        AddSlots.Map(api);
        ListSlots.Map(api);
        CancelSlot.Map(api);
        ChangeCapacity.Map(api);
        AddZone.Map(api);
        ChangeZone.Map(api);
        RemoveZone.Map(api);
        AddTicketType.Map(api);
        ChangeTicketType.Map(api);
        WithdrawTicketType.Map(api);

        SeeAvailability.Map(api);
        SeeSeats.Map(api);

        BookTickets.Map(api);
        ListBookings.Map(api);
        SeeBooking.Map(api);
        SeeBookingCalendar.Map(api);
        CancelBooking.Map(api);
        ConfirmBooking.Map(api);
        PayBooking.Map(api);

        SeeBookingTickets.Map(api);
        ListTickets.Map(api);
        SeeTicket.Map(api);
        SeeTicketHistory.Map(api);
        ChangeHolder.Map(api);
        ReissueTicket.Map(api);
        VoidTicket.Map(api);
        SeeTicketQr.Map(api);
        SeeRotatingCodes.Map(api);
        PrintTickets.Map(api);
        SeeWalletPasses.Map(api);
        OfferTicket.Map(api);
        ListTransfers.Map(api);
        WithdrawOffer.Map(api);
        SeeOffer.Map(api);
        AcceptTicket.Map(api);
        DeclineTicket.Map(api);
        PreviewCallOff.Map(api);
        SeeTicketKeys.Map(api);
        RotateTicketKey.Map(api);

        RegisterDevice.Map(api);
        ListDevices.Map(api);
        RevokeDevice.Map(api);

        ChangeDoors.Map(api);

        CheckInTicket.Map(api);
        SearchTickets.Map(api);
        UploadCheckIns.Map(api);
        ListCheckIns.Map(api);
        SeeOccupancy.Map(api);
        SeeManifest.Map(api);
        SeeConflicts.Map(api);

        JoinWaitingList.Map(api);
        ListWaiting.Map(api);
        SeeWaitingEntry.Map(api);
        AcceptPlaces.Map(api);
        LeaveWaitingList.Map(api);
    }

    public IReadOnlyList<Asset> Assets => [Sheet.Style];

    public void MapRoot(IEndpointRouteBuilder root)
    {
        BookingPage.MapRoot(root);
        TicketPage.MapRoot(root);
        TransferPage.MapRoot(root);
    }

    public void Verify(Checks that)
    {
        VerifyDoors(that);
        that.Holds("I1 every booking's total is the sum of its items", """
            select format('booking %s of organisation %s: total %s, items %s', booking_id, org_id, total_minor, sum(quantity * price_minor))
            from ticketing.bookings
            left join ticketing.booking_items using (org_id, booking_id)
            group by org_id, booking_id, total_minor
            having total_minor is distinct from sum(quantity * price_minor)
            """);
        that.Holds("I7 every booking's history ends where the booking stands", """
            select format('booking %s of organisation %s is %s, its history says %s', booking_id, org_id, status, told.to_status)
            from ticketing.bookings
            left join (
                select distinct on (org_id, booking_id) org_id, booking_id, to_status
                from ticketing.booking_history
                order by org_id, booking_id, step desc
            ) as told using (org_id, booking_id)
            where told.to_status is distinct from status
            """);
        that.Holds("I7 every booking is of a slot of its event", """
            select format('booking %s of organisation %s: slot %s', booking_id, org_id, slot_id)
            from ticketing.bookings
            where not exists (
                select from ticketing.slots
                where slots.org_id = bookings.org_id and slots.event_id = bookings.event_id and slots.slot_id = bookings.slot_id
            )
            """);
        that.Holds("I5 every booking that was confirmed more than a minute ago has exactly its tickets", """
            select format('booking %s of organisation %s: %s places, %s tickets', booking_id, org_id, places.count, tickets.count)
            from ticketing.bookings as booking
            cross join lateral (
                select coalesce(sum(quantity), 0) as count from ticketing.booking_items as item
                where item.org_id = booking.org_id and item.booking_id = booking.booking_id
            ) as places
            cross join lateral (
                select count(*) from ticketing.tickets as ticket
                where ticket.org_id = booking.org_id and ticket.booking_id = booking.booking_id
            ) as tickets
            where booking.status = 'confirmed' and booking.updated_at < clock_timestamp() - interval '1 minute'
            and places.count <> tickets.count
            """);
        that.Holds("I5 a booking that is not confirmed has no ticket that opens a door", """
            select format('ticket %s of organisation %s is %s, its booking %s', ticket_id, org_id, tickets.status, bookings.status)
            from ticketing.tickets
            left join ticketing.bookings using (org_id, booking_id)
            where tickets.status in ('issued', 'checked_in', 'transferred', 'listed') and bookings.status is distinct from 'confirmed'
            """);
        that.Holds("I5 every ticket's history ends where the ticket stands", """
            select format('ticket %s of organisation %s is %s with serial %s, its history says %s with serial %s',
                ticket_id, org_id, status, tickets.serial, told.to_status, told.serial)
            from ticketing.tickets
            left join (
                select distinct on (org_id, ticket_id) org_id, ticket_id, to_status, serial
                from ticketing.ticket_history
                order by org_id, ticket_id, step desc
            ) as told using (org_id, ticket_id)
            where (told.to_status, told.serial) is distinct from (status, tickets.serial)
            """);
        that.Holds("I5 no two live tickets are of one seat of a slot", """
            select format('slot %s of organisation %s, seat %s: %s live tickets', slot_id, org_id, seat, count(*))
            from ticketing.tickets
            where seat is not null and status in ('issued', 'checked_in', 'transferred', 'listed')
            group by org_id, slot_id, seat
            having count(*) > 1
            """);
    }

    public void Listen(Listeners on)
    {
        on.Batch<BookingConfirmed>(IssueTickets.Handle);
        on.Message<EventCancelled>(BeginCallOff.OfEvent);
        on.Message<SlotCancelled>(BeginCallOff.OfSlot);
        ListenForPlaces(on);
    }

    public void Schedule(Timetable at)
    {
        at.Every(OneMinute, ExpireBookings.Run);
        at.Every(CancelCalledOff.Interval, CancelCalledOff.Run);
        at.Every(TenMinutes, LapseOffers.Run);
        at.Every(TenMinutes, ExpireTickets.Run);
        at.Every(OneMinute, OfferPlaces.Run);
    }
}
