using Balie.Ticketing.Availability;
using Balie.Ticketing.Bookings;
using Balie.Ticketing.Calendars;
using Balie.Ticketing.Events;
using Balie.Ticketing.Offers;
using Balie.Ticketing.Seating;
using Balie.Ticketing.Slots;
using Balie.Ticketing.TicketTypes;
using Balie.Ticketing.Venues;
using Microsoft.Extensions.Configuration;

namespace Balie.Ticketing;

public sealed class TicketingModule : IModule
{
    private static readonly TimeSpan OneMinute = TimeSpan.FromMinutes(1);

    public string Name => "ticketing";

    public void AddServices(IServiceCollection services, IConfigurationSection config)
    {
        services.AddSingleton<EventOffers>();
        services.AddSingleton<Availabilities>();
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
        CancelBooking.Map(api);
        ConfirmBooking.Map(api);
    }

    public void Schedule(Timetable at) => at.Every(OneMinute, ExpireBookings.Run);
}
