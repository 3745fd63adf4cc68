namespace Balie.Ticketing;

/// <summary>
/// What is wrong with a body, field by field, so that a form can show everything at once. Each check names the field by its path, such as
/// <c>ticketTypes[0].name</c>.
/// </summary>
internal sealed class Findings
{
    private const int MostShown = 50;
    private readonly List<FieldError> _errors = [];

    /// <summary>Null when nothing is wrong.</summary>
    public Refusal? Refusal => _errors.Count == 0 ? null : KernelRefusals.Invalid with { Errors = [.. _errors] };

    public bool Expect(bool holds, string field, string message)
    {
        if (!holds && _errors.Count < MostShown) _errors.Add(new FieldError(field, message));
        return holds;
    }

    /// <summary>One line that says something: a name or a title.</summary>
    public bool Name(string field, string value, int longest) =>
        Expect(!string.IsNullOrWhiteSpace(value), field, "Must not be empty.") && Line(field, value, longest);

    /// <summary>One line, possibly empty.</summary>
    public bool Line(string field, string value, int longest) =>
        Text(field, value, longest) && Expect(!value.AsSpan().ContainsAny('\n', '\r', '\t'), field, "Must be a single line.");

    /// <summary>Text of several lines, possibly empty.</summary>
    public bool Text(string field, string value, int longest) =>
        Expect(value.Length <= longest, field, $"Must have at most {longest} characters.");

    public bool Range(string field, int value, int least, int most) =>
        Expect(value >= least && value <= most, field, $"Must be between {least} and {most}.");

    /// <summary>At most so many items, none of them null; each is then checked under its own path.</summary>
    public void Each<T>(string field, IReadOnlyList<T?>? items, int most, Action<T, string> check) where T : class
    {
        if (items is null || !Expect(items.Count <= most, field, $"Must have at most {most} items.")) return;
        for (var i = 0; i < items.Count; i++)
        {
            var path = $"{field}[{i}]";
            if (items[i] is { } item) check(item, path);
            else Expect(false, path, "Must not be null.");
        }
    }

    /// <summary>Every item has a name of its own.</summary>
    public void Distinct<T>(string field, IEnumerable<T> names) where T : notnull
    {
        var seen = new HashSet<T>();
        foreach (var name in names)
            if (!Expect(seen.Add(name), field, $"Holds {name} twice.")) return;
    }
}
