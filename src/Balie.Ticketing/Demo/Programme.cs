using Balie.Contracts.Inventory;
using Balie.Ticketing.Events;
using Balie.Ticketing.Seating;
using Balie.Ticketing.Venues;

namespace Balie.Ticketing.Demo;

/// <summary>
/// What a part of the demo puts on, made by the use cases that an organiser has, so that pools, history and messages arise as they do in
/// life. It looks by name for what is there and makes the rest: the next run finishes one cut short, leaves alone what an organiser did
/// since, and puts on again what is over.
/// </summary>
internal sealed class Programme(Db db, IInventory inventory)
{
    private readonly Caller _operator = Caller.Operator(db.OrgId);

    public DemoDates Dates { get; } = new(db.Now);

    public async Task<Guid> Venue(VenueDetails wanted, CancellationToken ct) =>
        await db.One<Guid?>(FindVenue, new { wanted.Name }, ct) ?? Expect(await CreateVenue.Handle(wanted, db, ct)).Id;

    public async Task<Guid> SeatingPlan(Guid venueId, SeatingLayout wanted, CancellationToken ct) =>
        await db.One<Guid?>(FindSeatingPlan, new { venueId, wanted.Name }, ct)
        ?? Expect(await CreateSeatingPlan.Handle(venueId, wanted, db, ct)).Id;

    public async Task OnSale(CreateEvent.NewEvent wanted, CancellationToken ct)
    {
        var standing = await Announced(wanted, ct);
        // A sale that was opened before is the organiser's to pause and resume.
        if (standing is { Status: EventStates.Published, SaleOpened: false })
            Expect(await OpenSale.Handle(standing.EventId, _operator, db, ct));
    }

    /// <summary>On the agenda, while its sale is still to open.</summary>
    public async Task<Standing> Announced(CreateEvent.NewEvent wanted, CancellationToken ct)
    {
        var standing = await Draft(wanted, ct);
        if (standing.Status != EventStates.Draft) return standing;
        Expect(await PublishEvent.Handle(standing.EventId, _operator, db, ct));
        return standing with { Status = EventStates.Published };
    }

    /// <summary>Seen by those who work here only.</summary>
    public async Task<Standing> Draft(CreateEvent.NewEvent wanted, CancellationToken ct)
    {
        if (await db.One<Standing>(FindEvent, new { wanted.Title, db.Now }, ct) is { } standing) return standing;
        var made = Expect(await CreateEvent.Handle(wanted, _operator, inventory, db, ct));
        return new Standing(made.Id, made.Status, SaleOpened: false);
    }

    public static Money Euros(int whole, int cents = 0) => new((whole * 100) + cents, "EUR");

    /// <summary>How far an event of the demo has come.</summary>
    internal sealed record Standing(Guid EventId, string Status, bool SaleOpened);

    // Nobody can correct what is written here in the source, so a refusal of it is a bug.
    private static T Expect<T>(Outcome<T> outcome) where T : notnull
    {
        if (outcome.Value is { } value) return value;
        var errors = outcome.Refusal?.Errors.Select(error => $"{error.Field}: {error.Message}") ?? [];
        throw new InvalidOperationException($"A part of the demo was refused: {outcome.Refusal?.Code} {string.Join(' ', errors)}");
    }

    private const string FindVenue = """
        select venue_id
        from ticketing.venues
        where org_id = @orgId and name = @name and deleted_at is null
        order by created_at
        limit 1
        """;

    private const string FindSeatingPlan = """
        select seating_plan_id
        from ticketing.seating_plans
        where org_id = @orgId and venue_id = @venueId and name = @name
        """;

    private const string FindEvent = """
        select event_id, status, sale_opened_at is not null as sale_opened
        from ticketing.events as event
        where org_id = @orgId and title = @title and deleted_at is null
          and exists (select from ticketing.slots where org_id = event.org_id and event_id = event.event_id and ends_at > @now)
        order by created_at desc
        limit 1
        """;
}
