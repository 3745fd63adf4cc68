namespace Balie.Ticketing;

public sealed class TicketingModule : IModule
{
    public string Name => "ticketing";
}
