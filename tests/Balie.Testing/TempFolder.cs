namespace Balie.Testing;

/// <summary>
/// A folder of a test's own below the temporary one, gone afterwards. Others may walk through it, as PostgreSQL's user must.
/// </summary>
public sealed class TempFolder : IDisposable
{
    public string Path { get; } = Make();

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        try { Directory.Delete(Path, recursive: true); }
        catch (IOException)
        {
            // A server that was killed may still be writing its last; ./test clears the whole temporary folder.
        }
    }

    private static string Make()
    {
        var folder = Directory.CreateTempSubdirectory("balie-").FullName;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        return folder;
    }
}
