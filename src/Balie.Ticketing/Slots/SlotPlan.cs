namespace Balie.Ticketing.Slots;

/// <summary>
/// When an event takes place: dates one by one, or a recurrence, or both. All in the event's own time zone, as the clock on the wall shows.
/// </summary>
/// <param name="Capacity">Places per slot. Left out, it is what the seating plan or else the zones hold together.</param>
internal sealed record SlotPlan(IReadOnlyList<SlotDate?>? Dates = null, Recurrence? Recurrence = null, int? Capacity = null)
{
    public const int MostSlots = 5_000;
    private const int MostDates = 1_000;
    private const int LargestCapacity = 1_000_000;

    public void Check(Findings found, string path)
    {
        if (Capacity is { } capacity) found.Range($"{path}capacity", capacity, 0, LargestCapacity);
        found.Each($"{path}dates", Dates, MostDates, (date, datePath) => date.Check(found, datePath));
        Recurrence?.Check(found, $"{path}recurrence");
        found.Expect(Dates is { Count: > 0 } || Recurrence is not null, $"{path}dates", "Give at least one date, or a recurrence.");
    }

    /// <summary>Every slot once, in order. More than <see cref="MostSlots"/> end early, at one too many.</summary>
    public IReadOnlyList<SlotDate> Expand() =>
        [.. (Dates ?? []).OfType<SlotDate>()
            .Concat(Recurrence?.Expand().Take(MostSlots + 1) ?? [])
            .DistinctBy(date => date.StartsLocal)
            .OrderBy(date => date.StartsLocal)
            .Take(MostSlots + 1)];
}

/// <summary>One slot as it is written: local times without an offset.</summary>
internal sealed record SlotDate(DateTime StartsLocal, DateTime EndsLocal)
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);
    private static readonly DateOnly Earliest = new(2000, 1, 1);
    private static readonly DateOnly TooLate = new(2100, 1, 1);

    /// <summary>Dates far away are slips of the pen, and their time zones unknown.</summary>
    public static bool IsNear(DateOnly date) => date >= Earliest && date < TooLate;

    public void Check(Findings found, string path)
    {
        var local = CheckLocal(found, $"{path}.startsLocal", StartsLocal) & CheckLocal(found, $"{path}.endsLocal", EndsLocal);
        if (!local) return;
        found.Expect(StartsLocal < EndsLocal, $"{path}.endsLocal", "Must be after startsLocal.");
        found.Expect(EndsLocal - StartsLocal <= Longest, $"{path}.endsLocal", "Must be within a year of startsLocal.");
    }

    private static bool CheckLocal(Findings found, string path, DateTime local) =>
        found.Expect(local.Kind == DateTimeKind.Unspecified, path, "Must be a local time without Z or offset, such as 2026-07-01T20:00.")
        && found.Expect(IsNear(DateOnly.FromDateTime(local)), path, "Must lie between 2000 and 2100.")
        && found.Expect(local.Ticks % TimeSpan.TicksPerMinute == 0, path, "Must be a whole minute.");
}
