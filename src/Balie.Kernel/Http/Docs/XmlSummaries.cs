using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Balie.Kernel;

/// <summary>The summaries that developers write above their slices, read from the documentation files beside the assemblies.</summary>
internal sealed partial class XmlSummaries
{
    private readonly Dictionary<string, string> _summaries = [];

    public static XmlSummaries Of(IEnumerable<Assembly> assemblies)
    {
        var all = new XmlSummaries();
        foreach (var assembly in assemblies.Distinct()) all.Read(Path.ChangeExtension(assembly.Location, ".xml"));
        return all;
    }

    public string? Of(Type slice) => _summaries.GetValueOrDefault($"T:{slice.FullName?.Replace('+', '.')}");

    private void Read(string file)
    {
        // Absent from a trimmed-down installation: the names of the slices must then do.
        if (!File.Exists(file)) return;
        foreach (var member in XDocument.Load(file).Descendants("member"))
            if (member.Attribute("name")?.Value is { } name && member.Element("summary") is { } summary) _summaries[name] = Plain(summary);
    }

    private static string Plain(XElement summary)
    {
        var words = summary.Nodes().Select(node => node switch
        {
            XText text => text.Value,
            XElement { Name.LocalName: "see" } see => see.Attribute("cref")?.Value.Split('.', ':')[^1] ?? see.Attribute("langword")?.Value,
            XElement { Name.LocalName: "paramref" } parameter => parameter.Attribute("name")?.Value,
            XElement element => element.Value,
            _ => "",
        });
        return Space().Replace(string.Concat(words), " ").Trim();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
