using Balie.Ticketing.Events;
using Balie.Ticketing.Seating;
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
        SeeEvent.Map(api);
    }
}
