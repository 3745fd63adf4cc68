using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.WaitingList;

/// <summary>Shows somebody their place in the line, and what is offered to them. Guests add the address they gave.</summary>
internal static class SeeWaitingEntry
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/waiting-list/{entryId:guid}", Handle).Public();

    public static async Task<Outcome<WaitingEntry>> Handle(Guid entryId, string? email, Caller caller, Db db, CancellationToken ct) =>
        await WaitingEntry.Find(db, entryId, email, caller, Permission.BookingsRead, ct) is { } entry ? entry : EntryNotFound;
}
