using System.Globalization;

namespace Balie.Kernel;

/// <summary>
/// Where an installation keeps what is not in a database of somebody else's: its own PostgreSQL, the server it fetched, mail that has no
/// relay. Private to the user who runs Balie.
/// </summary>
public sealed class DataFolder
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    // Started by root, PostgreSQL runs as somebody else, who must be able to walk through to the cluster but not look around.
    private const UnixFileMode Passable = Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private DataFolder(string path) => Path = path;

    /// <summary>Always absolute.</summary>
    public string Path { get; }

    /// <summary>Makes the folder where it is missing and proves that it can be written.</summary>
    /// <exception cref="OperatorException">It cannot.</exception>
    public static DataFolder Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        try
        {
            if (File.Exists(full)) throw new OperatorException($"The data folder {full} is a file: name a folder with --data.");
            if (!Directory.Exists(full)) Make(full, Environment.IsPrivilegedProcess ? Passable : Private);
            var probe = System.IO.Path.Combine(full, $".probe-{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            _ = Directory.EnumerateFileSystemEntries(full).Any();
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException)
        {
            throw new OperatorException(
                $"The data folder {full} cannot be read and written by {Environment.UserName}: give that user the folder, "
                    + "or choose another with --data.", refused);
        }
        return new DataFolder(full);
    }

    /// <summary>The path of something in it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>A folder in it, made where it is missing.</summary>
    public string Folder(string name)
    {
        Make(this[name], Private);
        return this[name];
    }

    /// <summary>Keeps every other Balie out until disposed; the operating system lets go of it when the process dies.</summary>
    /// <exception cref="OperatorException">Another Balie has it.</exception>
    public IDisposable Claim() =>
        TryClaim() ?? throw new OperatorException(
            $"The data folder {Path} is in use by another Balie{Holder()}: stop that one, or choose another folder with --data.");

    private static void Make(string folder, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows()) throw new OperatorException("Balie runs on Linux and macOS: on Windows, use WSL.");
        Directory.CreateDirectory(folder, mode);
    }

    private FileStream? TryClaim()
    {
        try
        {
            var claim = new FileStream(this["balie.lock"], FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            claim.SetLength(0);
            claim.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            claim.Flush();
            return claim;
        }
        catch (UnauthorizedAccessException foreign)
        {
            throw new OperatorException($"The data folder {Path} belongs to another user: start Balie as that user, "
                + "or choose another folder with --data.", foreign);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private string Holder()
    {
        try
        {
            // Sharing everything is what makes this open possible beside the claim.
            using var file = new FileStream(this["balie.lock"], FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(file);
            return int.TryParse(reader.ReadToEnd(), CultureInfo.InvariantCulture, out var process) ? $" (process {process})" : "";
        }
        catch (IOException)
        {
            return "";
        }
    }
}
