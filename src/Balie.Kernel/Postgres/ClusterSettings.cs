using System.Globalization;

namespace Balie.Kernel.Postgres;

/// <summary>
/// How our own server is set up, written anew at every start because it follows the machine. <c>postgresql.conf</c> includes it first, so
/// what an operator writes there wins.
/// </summary>
internal static class ClusterSettings
{
    /// <summary>
    /// Beside the cluster, not in it: started by root, Balie writes nothing where the server's own user could lay a trap.
    /// </summary>
    public const string FileName = "postgres.conf";

    /// <summary>The socket stands in a folder that only its owner enters, so whoever reaches it is us.</summary>
    public const string Access = "local all all trust\n";

    private const long MegaByte = 1024 * 1024;
    private const long SmallestBuffersMb = 64;
    private const long LargestBuffersMb = 1024;
    private const long BuffersShareOfMemory = 8;

    public static string For(string socketFolder, long memoryBytes)
    {
        // A small part: Balie itself and the operating system's cache live on the same machine.
        var buffersMb = Math.Clamp(memoryBytes / BuffersShareOfMemory / MegaByte, SmallestBuffersMb, LargestBuffersMb);
        return string.Create(CultureInfo.InvariantCulture, $"""
            # Written by balie at every start. Your own settings belong in postgres/postgresql.conf.
            listen_addresses = ''
            unix_socket_directories = {AsOneFolder(socketFolder)}
            unix_socket_permissions = 0700
            max_connections = 200

            # An answer that says done is on the disk.
            fsync = on
            synchronous_commit = on
            full_page_writes = on

            # Bursts of small commits, and few checkpoints among them.
            shared_buffers = {buffersMb}MB
            wal_compression = on
            wal_buffers = 16MB
            max_wal_size = 4GB
            min_wal_size = 256MB
            checkpoint_timeout = 15min
            checkpoint_completion_target = 0.9
            random_page_cost = 1.1
            jit = off

            timezone = 'UTC'
            log_timezone = 'UTC'
            lc_messages = 'C'
            log_line_prefix = '%m [%p] %u '

            """);
    }

    /// <summary>
    /// What <c>postgresql.conf</c> says: our settings first, then what initdb wrote, all of it commented out. Of two lines the later one
    /// wins, and initdb's small memory and short log would win over ours.
    /// </summary>
    public static string Including(string writtenByInitdb)
    {
        var asked = writtenByInitdb.Split('\n').Select(line => line.Length > 0 && char.IsAsciiLetter(line[0]) ? "#" + line : line);
        return $"include = '../{FileName}'\n\n{string.Join('\n', asked)}";
    }

    // A list of one: double quotes for the list, single ones for the file.
    private static string AsOneFolder(string path)
    {
        var listed = $"\"{path.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        return $"'{listed.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";
    }
}
