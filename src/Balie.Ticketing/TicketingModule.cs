using Balie.Contracts.Ticketing;
using Balie.Ticketing.Availability;
using Balie.Ticketing.Bookings;
using Balie.Ticketing.Calendars;
using Balie.Ticketing.Demo;
using Balie.Ticketing.Events;
using Balie.Ticketing.Offers;
using Balie.Ticketing.Seating;
using Balie.Ticketing.Slots;
using Balie.Ticketing.Tickets;
using Balie.Ticketing.TicketTypes;
using Balie.Ticketing.Transfers;
using Balie.Ticketing.Venues;
using Balie.Ticketing.Wallets;
using Microsoft.Extensions.Configuration;

namespace Balie.Ticketing;

public sealed class TicketingModule : IModule
{
    private static readonly TimeSpan OneMinute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    public string Name => "ticketing";

    public IReadOnlyList<string> Needs => ["identity", "inventory"];

    public void AddServices(IServiceCollection services, IConfigurationSection config)
    {
        services.AddSingleton<EventOffers>();
        services.AddSingleton<Availabilities>();
        services.AddSingleton<TicketKeys>();
        services.AddSingleton<TicketPrinter>();
        services.AddSingleton<ITickets, TicketDesk>();

        services.AddOptions<WalletOptions>().Bind(config).ValidateOnStart();
        services.AddSingleton<IValidateOptions<WalletOptions>, WalletProblems>();
        services.AddSingleton<AppleSigner>();
        services.AddSingleton<GoogleSigner>();
        services.AddSingleton<WalletDesk>();

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
        SeeTicketKeys.Map(api);
        RotateTicketKey.Map(api);
    }

    public void Verify(Checks that)
    {
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
    }

    public void Listen(Listeners on) => on.Batch<BookingConfirmed>(IssueTickets.Handle);

    public void Schedule(Timetable at)
    {
        at.Every(OneMinute, ExpireBookings.Run);
        at.Every(TenMinutes, LapseOffers.Run);
    }
}
