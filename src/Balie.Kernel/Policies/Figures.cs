using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Balie.Kernel;

/// <summary>One figure as the API describes it.</summary>
/// <param name="Default">What applies where an organisation decided nothing.</param>
/// <param name="OfInstallation">The same for all organisations, and not changed here.</param>
public sealed record Figure(string Name, JsonElement Default, JsonElement? Least, JsonElement? Most, bool OfInstallation);

/// <summary>What <see cref="Policies"/> says about itself: names, ranges, and how it is written.</summary>
internal static class Figures
{
    private static readonly JsonSerializerOptions Options = new(Json.Options) { Converters = { new IsoDuration() } };

    // What was stored stays readable when a later version drops a figure.
    private static readonly JsonSerializerOptions Lenient = new(Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip };

    private sealed record Described(PropertyInfo Property, string Name, BetweenAttribute? Range, bool OfInstallation);

    private static readonly Described[] All =
    [
        .. from property in typeof(Policies).GetProperties(BindingFlags.Public | BindingFlags.Instance)
           where property.CanWrite
           select new Described(
               property,
               JsonNamingPolicy.CamelCase.ConvertName(property.Name),
               property.GetCustomAttribute<BetweenAttribute>(),
               property.IsDefined(typeof(OfInstallationAttribute))),
    ];

    public static Figure[] Describe(Policies defaults)
    {
        var values = Write(defaults);
        return
        [
            .. All.Select(figure => new Figure(
                figure.Name, values.GetProperty(figure.Name),
                Plain(figure.Range?.Least), Plain(figure.Range?.Most), figure.OfInstallation)),
        ];
    }

    public static JsonElement Write(Policies policies) => JsonSerializer.SerializeToElement(policies, Options);

    /// <summary>The defaults with an organisation's own figures over them.</summary>
    public static Policies Over(Policies defaults, JsonElement own) => Merge(defaults, own, Lenient);

    /// <summary>The same for figures that somebody just sent.</summary>
    /// <exception cref="JsonException">A name is unknown or a value of the wrong kind.</exception>
    public static Policies OverStrictly(Policies defaults, JsonElement own) => Merge(defaults, own, Options);

    private static Policies Merge(Policies defaults, JsonElement own, JsonSerializerOptions options)
    {
        var given = own.Deserialize<Policies>(options) ?? new Policies();
        var merged = defaults with { };
        foreach (var figure in All)
            if (own.TryGetProperty(figure.Name, out _)) figure.Property.SetValue(merged, figure.Property.GetValue(given));
        return merged;
    }

    /// <summary>Everything that is wrong with these figures, by name.</summary>
    public static IReadOnlyList<FieldError> Problems(Policies policies)
    {
        var problems = new List<FieldError>();
        foreach (var figure in All)
        {
            if (figure.Range is null || figure.Property.GetValue(policies) is not IComparable value) continue;
            if (value.CompareTo(figure.Range.Least) < 0 || value.CompareTo(figure.Range.Most) > 0)
                problems.Add(new FieldError(figure.Name, $"Choose from {Plain(figure.Range.Least)} to {Plain(figure.Range.Most)}."));
        }
        if (policies.ResaleOpens <= policies.ResaleCloses)
            problems.Add(new FieldError("resaleOpens", "Resale must open before it closes."));
        if (policies.ResaleLowestBasisPoints > policies.ResaleHighestBasisPoints)
            problems.Add(new FieldError("resaleLowestBasisPoints", "The lowest price lies above the highest."));
        if (policies.FirstReminder <= policies.LastReminder)
            problems.Add(new FieldError("firstReminder", "The first reminder must come before the last."));
        return problems;
    }

    public static bool BelongsToInstallation(string name) => All.Any(figure => figure.OfInstallation && figure.Name == name);

    private static JsonElement? Plain(IComparable? value) =>
        value is null ? null : JsonSerializer.SerializeToElement(value, value.GetType(), Options);
}
