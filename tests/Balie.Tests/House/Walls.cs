using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;

namespace Balie.Tests.House;

/// <summary>
/// The rules that keep modules apart (style.md, "Walls"). Each takes what it judges and returns what breaks it, one line each, so that a
/// test can show it both the house and a thing that is wrong on purpose.
/// </summary>
internal static class Walls
{
    private const string Modules = "a module";

    /// <summary>What a project may reference, by its kind.</summary>
    private static readonly Dictionary<string, string[]> MayReference = new()
    {
        ["Balie.Kernel"] = [],
        ["Balie.Contracts"] = ["Balie.Kernel"],
        ["Balie.Ui"] = ["Balie.Kernel"],
        ["Balie.Testing"] = ["Balie.Kernel"],
        ["Balie.Tests"] = ["Balie", "Balie.Testing"],
        ["Balie.FaultTests"] = ["Balie", "Balie.Testing"],
        ["Balie.BrowserTests"] = ["Balie", "Balie.Testing"],
        [Modules] = ["Balie.Kernel", "Balie.Contracts", "Balie.Ui"],
    };

    public static IEnumerable<string> ForeignReferences(Assembly module) =>
        from reference in module.GetReferencedAssemblies()
        let name = reference.Name ?? ""
        where name.StartsWith("Balie", StringComparison.OrdinalIgnoreCase) && !MayReference[Modules].Contains(name)
        select $"{module.GetName().Name} references {name}";

    public static IEnumerable<string> ForeignProjectReferences(Project project)
    {
        // The executable knows everybody, and so does the bench.
        if (project.Name is "Balie") return [];
        var may = MayReference.TryGetValue(project.Name, out var listed) ? listed
            : project.Name.EndsWith(".Tests", StringComparison.Ordinal) ? [project.Name[..^".Tests".Length], "Balie.Testing"]
            : MayReference[Modules];
        return project.References.Except(may).Select(name => $"{project.Name} references {name}");
    }

    public static IEnumerable<string> ShownTypes(Assembly module) =>
        from type in module.GetExportedTypes()
        where type.Name != "_Imports" && !typeof(IModule).IsAssignableFrom(type) && !typeof(IComponent).IsAssignableFrom(type)
        select $"{type.FullName} is public";

    /// <summary>
    /// Texts in SQL's words that name another schema. Of the kernel's, the functions made for modules are theirs to call.
    /// </summary>
    public static IEnumerable<string> ForeignSchemas(string schema, IEnumerable<string> texts, IEnumerable<string> schemas)
    {
        var foreign = string.Join('|', schemas.Except([schema]));
        var named = new Regex(
            @"\b(?:(?:from|join|into|update|table|call|on|references|select|execute)\s+(?:only\s+)?"
            + $@"(?:{foreign})\.(?!(?:refused|refuse|current_org|protect)\b)[a-z_]+"
            + $@"|schema\s+(?:{foreign})\b)");
        return from text in texts where text.Contains(' ') from Match match in named.Matches(text) select $"{schema} says: {match.Value}";
    }

    /// <summary>Every text literal of an assembly stands in its metadata.</summary>
    public static IReadOnlyList<string> Literals(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var (metadata, found) = (file.GetMetadataReader(), new List<string>());
        for (var at = MetadataTokens.UserStringHandle(0); ;)
        {
            at = metadata.GetNextHandle(at);
            if (at.IsNil) return found;
            found.Add(metadata.GetUserString(at));
        }
    }

    /// <summary>Slices whose <c>Map</c> the table of contents does not call: written, and never reached.</summary>
    public static IEnumerable<string> Unlisted(IEnumerable<Type> slices, params MethodInfo[] contents)
    {
        var listed = contents.SelectMany(Calls).Select(called => called.DeclaringType).ToHashSet();
        return from slice in slices
               where slice is { IsAbstract: true, IsSealed: true }
                   && slice.GetMethods(Everything).Any(method => method.Name is "Map" or "MapRoot")
               where !listed.Contains(slice)
               select $"{slice.FullName} is not listed";
    }

    public static MethodInfo[] Contents(Type module) =>
        [.. module.GetMethods(Everything).Where(method => method.Name is nameof(IModule.Map) or nameof(IModule.MapRoot))];

    public static IEnumerable<string> Misnamed(string module, IEnumerable<Refusal> refusals) =>
        from refusal in refusals
        where !Regex.IsMatch(refusal.Code, $@"^{module}\.[a-z][a-z0-9]*(_[a-z0-9]+)*$")
        select $"{refusal.Code} of {module}";

    public static IEnumerable<string> Twins(string what, IEnumerable<string> names) =>
        names.GroupBy(name => name).Where(twins => twins.Count() > 1).Select(twins => $"{twins.Count()} × {what} {twins.Key}");

    public static IEnumerable<string> Undotted(IEnumerable<string> kinds) =>
        kinds.Where(kind => !Regex.IsMatch(kind, "^[a-z]+(_[a-z]+)*\\.[a-z]+(_[a-z]+)*$"));

    /// <summary>Every refusal that stands in a field or property of an assembly.</summary>
    public static IReadOnlyList<Refusal> Refusals(Assembly assembly) =>
    [
        .. from type in assembly.GetTypes()
           where !type.ContainsGenericParameters
           from field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
           where field.FieldType == typeof(Refusal)
           select (Refusal?)field.GetValue(null) into refusal
           where refusal is not null
           select refusal,
    ];

    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    // A call instruction is one byte and the token of what it calls. Five bytes that only look like one name nothing or another thing.
    private static IEnumerable<MethodBase> Calls(MethodInfo method)
    {
        var il = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var at = 0; at + 4 < il.Length; at++)
            if (il[at] == OpCodes.Call.Value && Called(method.Module, BitConverter.ToInt32(il, at + 1)) is { } called) yield return called;
    }

    private static MethodBase? Called(System.Reflection.Module module, int token)
    {
        try { return module.ResolveMethod(token); }
        catch (ArgumentException) { return null; }
        catch (BadImageFormatException) { return null; }
    }
}
