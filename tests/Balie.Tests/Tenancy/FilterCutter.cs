using System.Text.RegularExpressions;

namespace Balie.Tests.Tenancy;

/// <summary>
/// Takes the services' own filter out of a statement: <c>org_id = $1</c> becomes <c>(org_id = $1 or true)</c>. Whatever is still not seen
/// then is hidden by the database alone.
/// </summary>
internal static partial class FilterCutter
{
    public static string Cut(string statement) => Filter().Replace(statement, "($0 or true)");

    // Where an organisation itself is asked for, its id stands behind the filter and looks like one.
    [GeneratedRegex(@"(?<!org_id = \$\d+ and (?=org_id))(?<![\w.])(\w+\.)?org_id = \$\d+")]
    private static partial Regex Filter();
}
