using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Balie.FaultTests.StartUp;

/// <summary>Greets like a PostgreSQL of a version that nobody has installed any more, and can do no more than that.</summary>
internal sealed class OldServer : IDisposable
{
    private const int EncryptionRequestBytes = 8;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string _version;

    public OldServer(string version)
    {
        _version = version;
        _listener.Start();
        _ = Welcome();
    }

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture,
        $"Host=127.0.0.1;Port={((IPEndPoint)_listener.LocalEndpoint).Port};Username=balie;Database=balie");

    public void Dispose() => _listener.Dispose();

    private async Task Welcome()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await Greet(client.GetStream());
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException or IOException)
        {
            // The test is over.
        }
    }

    private async Task Greet(NetworkStream stream)
    {
        var length = new byte[4];
        while (true)
        {
            await stream.ReadExactlyAsync(length);
            var rest = new byte[BinaryPrimitives.ReadInt32BigEndian(length) - length.Length];
            await stream.ReadExactlyAsync(rest);
            if (rest.Length + length.Length > EncryptionRequestBytes) break;
            await stream.WriteAsync("N"u8.ToArray());
        }
        byte[] greeting =
        [
            .. Message('R', [0, 0, 0, 0]),
            .. Message('S', Encoding.ASCII.GetBytes($"server_version\0{_version}\0")),
            .. Message('S', "server_encoding\0UTF8\0"u8),
            .. Message('S', "client_encoding\0UTF8\0"u8),
            .. Message('K', [0, 0, 0, 1, 0, 0, 0, 1]),
            .. Message('Z', "I"u8),
        ];
        await stream.WriteAsync(greeting);
        // Stays until the other side has heard enough.
        while (await stream.ReadAsync(length) > 0) continue;
    }

    private static byte[] Message(char kind, ReadOnlySpan<byte> body)
    {
        var message = new byte[1 + 4 + body.Length];
        message[0] = (byte)kind;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), 4 + body.Length);
        body.CopyTo(message.AsSpan(5));
        return message;
    }
}
