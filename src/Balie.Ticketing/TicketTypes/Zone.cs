using Balie.Ticketing.Events;

namespace Balie.Ticketing.TicketTypes;

/// <summary>
/// A part of the place with a capacity of its own, which several ticket types may share. On a seated event, whole sections.
/// </summary>
internal sealed record Zone(Guid Id, string Name, int Capacity, IReadOnlyList<string>? Sections);

/// <summary>A zone as it is written. Without a capacity it has as many places as its sections have seats.</summary>
internal sealed record ZoneDetails(string Name, int? Capacity = null, IReadOnlyList<string?>? Sections = null)
{
    public const int MostPerEvent = 20;
    public const int LargestCapacity = 1_000_000;
    private const int MostSections = 100;

    public void Check(Findings found, string path)
    {
        found.Name($"{path}name", Name, 100);
        if (Capacity is { } capacity) found.Range($"{path}capacity", capacity, 0, LargestCapacity);
        found.Each($"{path}sections", Sections, MostSections, (section, sectionPath) => found.Name(sectionPath, section, 50));
        if (Sections is not null) found.Expect(Sections.Count > 0, $"{path}sections", "Must name at least one section, or be left out.");
    }
}

/// <summary>Writes a zone into its event, and looks up what belongs to one.</summary>
internal static class ZoneRows
{
    private sealed record Row
    {
        public Guid ZoneId { get; init; }
        public string Name { get; init; } = "";
        public int Capacity { get; init; }
        public string[]? Sections { get; init; }
    }

    /// <summary>The zones of an event by name.</summary>
    public static async Task<Zone[]> Of(Sql sql, Guid eventId, CancellationToken ct) =>
        [.. (await sql.Many<Row>(Select, new { eventId }, ct)).Select(row => new Zone(row.ZoneId, row.Name, row.Capacity, row.Sections))];

    /// <param name="path">Where the zone stands in the body, for what is wrong with its sections.</param>
    public static async Task<Outcome<Zone>> Add(Tx tx, EditedEvent parent, ZoneDetails details, string path, CancellationToken ct)
    {
        var capacity = await CapacityOf(tx, parent.SeatingPlanId, details, path, ct);
        if (!capacity.Ok) return capacity.Refusal!; // Not ok means that there is a refusal.

        var sections = details.Sections?.OfType<string>().Distinct().ToArray();
        var zone = new Zone(tx.NewId(), details.Name, capacity.Value, sections);
        var added = await tx.Run(Insert, new { parent.EventId, zoneId = zone.Id, zone.Name, zone.Capacity, sections }, ct);
        return added == 1 ? zone : TicketingRefusals.ZoneNameTaken;
    }

    private static async Task<Outcome<int>> CapacityOf(Tx tx, Guid? seatingPlanId, ZoneDetails details, string path, CancellationToken ct)
    {
        if (seatingPlanId is null)
        {
            if (details.Sections is not null)
                return KernelRefusals.Invalid.At($"{path}sections", "The event has no seating plan, so it has no sections.");
            if (details.Capacity is { } asked) return asked;
            return KernelRefusals.Invalid.At($"{path}capacity", "Say how many places the zone has.");
        }
        if (details.Sections is not { } named)
            return KernelRefusals.Invalid.At($"{path}sections", "Name the sections of the seating plan.");

        var sections = named.OfType<string>().Distinct().ToArray();
        var seats = await tx.One<Seats>(CountSeats, new { seatingPlanId, sections }, ct);
        // An aggregate without grouping always has one row.
        if (seats!.Sections < sections.Length)
            return KernelRefusals.Invalid.At($"{path}sections", "The seating plan does not have all of these sections.");
        if (details.Capacity > seats.Count) return KernelRefusals.Invalid.At($"{path}capacity", "The sections have fewer seats than that.");
        return details.Capacity ?? (int)seats.Count;
    }

    private sealed record Seats(long Sections, long Count);

    private const string CountSeats = """
        select count(distinct section) as sections, count(*) as count
        from ticketing.seats
        where org_id = @orgId and seating_plan_id = @seatingPlanId and section = any(@sections)
        """;

    private const string Insert = """
        insert into ticketing.zones (org_id, zone_id, event_id, name, capacity, sections)
        values (@orgId, @zoneId, @eventId, @name, @capacity, @sections)
        on conflict on constraint zones_name_unique do nothing
        """;

    private const string Select = """
        select zone_id, name, capacity, sections
        from ticketing.zones
        where org_id = @orgId and event_id = @eventId
        order by name
        """;
}
