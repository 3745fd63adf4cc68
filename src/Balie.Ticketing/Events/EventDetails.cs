using Balie.Ticketing.Slots;

namespace Balie.Ticketing.Events;

/// <summary>What creating and updating an event both take.</summary>
/// <param name="Zone">IANA; left out, the venue's.</param>
/// <param name="PersonLimit">How many tickets one person may have, over all their bookings.</param>
internal sealed record EventDetails(
    string Title, string Summary = "", string Description = "", string Language = "nl", Guid? VenueId = null, Guid? SeatingPlanId = null,
    string? Zone = null, int? PersonLimit = null)
{
    private const int HighestPersonLimit = 1_000;

    public void Check(Findings found)
    {
        found.Name("title", Title, 200);
        found.Text("summary", Summary, 500);
        found.Text("description", Description, 20_000);
        var isLanguage = Language.Length == 2 && Language.All(char.IsAsciiLetterLower);
        found.Expect(isLanguage, "language", "Must be two small letters such as nl (ISO 639).");
        found.Expect(Zone is null || LocalTimes.Knows(Zone), "zone", "Must be a time zone such as Europe/Amsterdam.");
        found.Expect(Zone is not null || VenueId is not null, "zone", "Give a time zone, or a venue that has one.");
        found.Expect(SeatingPlanId is null || VenueId is not null, "seatingPlanId", "A seating plan needs its venue.");
        if (PersonLimit is { } limit) found.Range("personLimit", limit, 1, HighestPersonLimit);
    }

    /// <summary>
    /// The time zone in which the event's times are written. Holds the venue until the transaction ends, so that it cannot be deleted
    /// meanwhile.
    /// </summary>
    public async Task<Outcome<string>> SettleZone(Tx tx, CancellationToken ct)
    {
        // One of the two is there: that was checked.
        if (VenueId is null) return Zone!;
        if (await tx.One<string>(HoldVenue, new { VenueId }, ct) is not { } zoneOfVenue)
            return KernelRefusals.Invalid.At("venueId", "There is no such venue.");
        if (SeatingPlanId is not null && !await tx.One<bool>(PlanFits, new { VenueId, SeatingPlanId }, ct))
            return KernelRefusals.Invalid.At("seatingPlanId", "The venue has no such seating plan.");
        return Zone ?? zoneOfVenue;
    }

    private const string HoldVenue = """
        select zone
        from ticketing.venues
        where org_id = @orgId and venue_id = @venueId and deleted_at is null
        for share
        """;

    private const string PlanFits = """
        select exists (
            select from ticketing.seating_plans
            where org_id = @orgId and venue_id = @venueId and seating_plan_id = @seatingPlanId)
        """;
}
