namespace Balie.Ticketing.Seating;

/// <summary>
/// A plan as a person would describe it: sections, their rows from front to back, and how many seats each row has, or the numbers on the
/// seats from left to right, in which an empty one stands for an aisle.
/// </summary>
internal sealed record SeatingLayout(string Name, IReadOnlyList<SectionLayout?> Sections)
{
    private const int MostSections = 100;
    private const int MostSeats = 20_000;

    internal Refusal? Wrong()
    {
        var found = new Findings();
        found.Name("name", Name, 200);
        found.Expect(Sections.Count > 0, "sections", "Must have at least one section.");
        found.Each("sections", Sections, MostSections, (section, path) => section.Check(found, path));
        if (found.Refusal is not null) return found.Refusal;

        found.Distinct("sections", Sections.Select(section => section?.Name ?? ""));
        var seats = Sections.Sum(section => section?.SeatCount ?? 0);
        found.Expect(seats is > 0 and <= MostSeats, "sections", $"Must have 1 to {MostSeats} seats in all.");
        return found.Refusal;
    }

    /// <summary>All seats in the order of their units: section, row, position, as described.</summary>
    internal IEnumerable<Seat> Seats()
    {
        var unit = 0;
        foreach (var section in Sections.OfType<SectionLayout>())
            foreach (var row in section.Rows.OfType<RowLayout>())
            {
                var numbers = row.AllNumbers();
                for (var i = 0; i < numbers.Count; i++)
                {
                    // What was checked holds no null.
                    var number = numbers[i] ?? "";
                    if (number.Length == 0) continue;
                    var label = $"{section.Name} {row.Row}-{number}";
                    yield return new Seat(++unit, section.Name, row.Row, number, label, i + 1, row.KindOf(number));
                }
            }
    }
}

internal sealed record SectionLayout(string Name, IReadOnlyList<RowLayout?> Rows)
{
    private const int MostRows = 200;

    internal int SeatCount => Rows.Sum(row => row?.AllNumbers().Count(number => number is { Length: > 0 }) ?? 0);

    internal void Check(Findings found, string path)
    {
        found.Name($"{path}.name", Name, 50);
        found.Expect(Rows.Count > 0, $"{path}.rows", "Must have at least one row.");
        found.Each($"{path}.rows", Rows, MostRows, (row, rowPath) => row.Check(found, rowPath));
        found.Distinct($"{path}.rows", Rows.Select(row => row?.Row ?? ""));
    }
}

/// <param name="Seats">Seats numbered from 1; or name them all in <paramref name="Numbers"/>.</param>
/// <param name="Wheelchair">The numbers of places for wheelchairs.</param>
/// <param name="Companion">The numbers of the seats beside those.</param>
internal sealed record RowLayout(
    string Row, int? Seats = null, IReadOnlyList<string?>? Numbers = null, IReadOnlyList<string?>? Wheelchair = null,
    IReadOnlyList<string?>? Companion = null)
{
    private const int MostSeatsInRow = 500;
    private const int LongestNumber = 10;

    internal IReadOnlyList<string?> AllNumbers() =>
        Numbers ?? [.. Enumerable.Range(1, Math.Clamp(Seats ?? 0, 0, MostSeatsInRow)).Select(number => $"{number}")];

    internal string KindOf(string number) =>
        Wheelchair?.Contains(number) == true ? "wheelchair" : Companion?.Contains(number) == true ? "companion" : "standard";

    internal void Check(Findings found, string path)
    {
        found.Name($"{path}.row", Row, 10);
        found.Expect(Seats is null != Numbers is null, path, "Give either seats, how many there are, or numbers, what stands on them.");
        if (Seats is { } seats) found.Range($"{path}.seats", seats, 1, MostSeatsInRow);
        found.Each($"{path}.numbers", Numbers, MostSeatsInRow, (number, numberPath) => found.Line(numberPath, number, LongestNumber));
        found.Distinct($"{path}.numbers", (Numbers ?? []).OfType<string>().Where(number => number.Length > 0));
        CheckKind(found, $"{path}.wheelchair", Wheelchair);
        CheckKind(found, $"{path}.companion", Companion);
    }

    private void CheckKind(Findings found, string path, IReadOnlyList<string?>? ofKind) =>
        found.Each(path, ofKind, MostSeatsInRow, (number, numberPath) =>
            found.Expect(number.Length > 0 && AllNumbers().Contains(number), numberPath, "Must be the number of a seat in this row."));
}

/// <summary>
/// One seat. <paramref name="Unit"/> is its unit in the pool of every slot with this plan; neighbours' positions differ by one.
/// </summary>
internal sealed record Seat(int Unit, string Section, string Row, string Number, string Label, int Position, string Kind);
