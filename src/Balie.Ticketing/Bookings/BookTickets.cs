namespace Balie.Ticketing.Bookings;

/// <summary>
/// Books places: free ones are confirmed at once, priced ones held until they are paid or the hold ends. An answer that says "booked" is
/// durable, and the same request again gives the same answer.
/// </summary>
internal static class BookTickets
{
    /// <summary>Either <paramref name="Items"/>, or only a <paramref name="Quantity"/> where the event has one ticket type.</summary>
    public sealed record Request(
        Guid EventId, Guid? SlotId = null, IReadOnlyList<Item>? Items = null, int? Quantity = null, BookingHolder? Holder = null);

    /// <param name="Seats">Seat numbers of the plan; without them, a seated event gives the best that are free.</param>
    public sealed record Item(Guid TicketTypeId, int Quantity, IReadOnlyList<int>? Seats = null);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/bookings", Handle).Public().WithMetadata(new AnswersWith(201), new WantsIdempotencyKey(LooksItself: true));

    public static async Task<Outcome<Booking>> Handle(
        Request request, Caller caller, IdempotentRequest once, TakePlaces places, SystemDb system, CancellationToken ct)
    {
        StoredAnswer? answer = null;
        var taken = await places.For(request, caller, new TakePlaces.Terms((_, booking) =>
            [once.Store(booking.Id, answer = StoredAnswer.Of(booking, once.Status), booking.CreatedAt)]), ct);
        if (taken.Value is { } booked && answer is not null) return Outcome<Booking>.Written(booked, answer);

        // A twin of this request may be the one that got the places: then its answer is ours.
        return await once.FindAfterTwin(system.As(caller.OrgId), ct) is { } earlier ? earlier : taken;
    }
}
