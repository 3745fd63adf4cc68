using System.Xml.Linq;

namespace Balie.Tests.House;

/// <summary>One text file of the repository, by its path from the root.</summary>
public sealed record TextFile(string Path, string Text)
{
    public IEnumerable<(int Number, string Text)> Lines => Text.Split('\n').Index().Select(line => (line.Index + 1, line.Item));
}

/// <summary>A project and the projects it references in its file: the compiler drops unused ones from metadata, this does not.</summary>
public sealed record Project(string Name, string Folder, IReadOnlyList<string> References);

/// <summary>The checkout that these tests were built from.</summary>
public static class Checkout
{
    private const string Solution = "Balie.slnx";
    private static readonly string[] Built = ["artifacts", "bin", "obj", "node_modules", "packages"];

    public static string Root { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    /// <summary>All files below a folder that end in one of these.</summary>
    public static IEnumerable<TextFile> Files(string folder, params string[] endings) =>
        from path in Directory.EnumerateFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories)
        let name = Path.GetRelativePath(Root, path)
        where endings.Contains(Path.GetExtension(path)) && !name.Split('/').Any(Built.Contains)
        orderby name
        select new TextFile(name, File.ReadAllText(path));

    public static IReadOnlyList<Project> Projects { get; } =
        [.. Files("src", ".csproj").Concat(Files("tests", ".csproj")).Select(file => Read(file.Path, file.Text))];

    public static Project Read(string path, string text) => new(
        Path.GetFileNameWithoutExtension(path),
        Path.GetDirectoryName(path) ?? "",
        [.. XElement.Parse(text).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")?.Value ?? ""))]);

    private static string Find(DirectoryInfo? folder)
    {
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, Solution))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"There is no {Solution} above the tests.");
    }
}
