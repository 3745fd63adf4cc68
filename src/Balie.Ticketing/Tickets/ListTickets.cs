namespace Balie.Ticketing.Tickets;

/// <summary>A person's own tickets, newest first: those they booked and kept, and those that others gave them.</summary>
internal static class ListTickets
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/tickets", Handle).SignedIn();

    public static async Task<Outcome<Page<Ticket>>> Handle(Paging paging, Caller caller, Db db, CancellationToken ct)
    {
        if (paging.Problem is not null) return paging.Problem;
        var rows = caller.UserId is { } person ? await TicketReader.OfPerson(db, person, paging, ct) : [];
        var page = Page<TicketReader.Row>.Of(rows, paging, row => (row.IssuedAt, row.TicketId));
        return new Page<Ticket>([.. page.Rows.Select(row => Ticket.Of(row, caller))], page.NextCursor, page.Limit);
    }
}
