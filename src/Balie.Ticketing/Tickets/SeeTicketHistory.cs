using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.Tickets;

/// <summary>Everything that happened to a ticket, oldest first, for staff.</summary>
internal static class SeeTicketHistory
{
    public sealed record Line(
        int Step, DateTimeOffset At, string Actor, string Action, string? FromStatus, string ToStatus, int Serial, string Reason);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/tickets/{ticketId:guid}/history", Handle).Needs(Permission.BookingsRead);

    public static async Task<Outcome<Line[]>> Handle(Guid ticketId, Db db, CancellationToken ct)
    {
        var lines = await db.Many<Line>(Select, new { ticketId }, ct);
        if (lines.Length == 0) return TicketNotFound;
        return lines;
    }

    private const string Select = """
        select step, at, actor, action, from_status, to_status, serial, reason
        from ticketing.ticket_history
        where org_id = @orgId and ticket_id = @ticketId
        order by step
        """;
}
