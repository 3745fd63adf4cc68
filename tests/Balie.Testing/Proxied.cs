using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Balie.Testing;

/// <summary>The way to a PostgreSQL through something of a test's own that stands in between.</summary>
public static class Proxied
{
    /// <summary>To the same database, over TCP to whoever listens here; unencrypted, so that it can be read on the way.</summary>
    public static string By(this NpgsqlConnectionStringBuilder server, TcpListener listener) =>
        new NpgsqlConnectionStringBuilder(server.ConnectionString)
        {
            Host = IPAddress.Loopback.ToString(),
            Port = ((IPEndPoint)listener.LocalEndpoint).Port,
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
        }.ConnectionString;
}
