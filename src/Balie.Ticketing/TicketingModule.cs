using Balie.Ticketing.Calendars;
using Balie.Ticketing.Events;
using Balie.Ticketing.Seating;
using Balie.Ticketing.Slots;
using Balie.Ticketing.TicketTypes;
using Balie.Ticketing.Venues;

namespace Balie.Ticketing;

public sealed class TicketingModule : IModule
{
    public string Name => "ticketing";

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
    }
}
