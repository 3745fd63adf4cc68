using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace Balie.Tests;

/// <summary>
/// Stands between the product and its PostgreSQL and rewrites statements that come by. The product does not know: so a test takes one of
/// its guards away, to see what the others are worth.
/// </summary>
internal sealed class StatementEditor : IAsyncDisposable
{
    private const int LengthBytes = 4;
    private const byte Parse = (byte)'P';

    private readonly NpgsqlConnectionStringBuilder _server;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentBag<Task> _lines = [];
    private readonly Func<string, string> _edit;
    private readonly Task _welcome;

    /// <param name="connectionString">Of the real one.</param>
    /// <param name="edit">What becomes of each statement.</param>
    public StatementEditor(string connectionString, Func<string, string> edit)
    {
        _edit = edit;
        _server = new NpgsqlConnectionStringBuilder(connectionString);
        _listener.Start();
        _welcome = Welcome();
    }

    /// <summary>The way to the same database, rewritten.</summary>
    public string ConnectionString => _server.By(_listener);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Dispose();
        await _welcome;
        await Task.WhenAll(_lines);
        _closing.Dispose();
    }

    private async Task Welcome()
    {
        try
        {
            while (true) _lines.Add(Serve(await _listener.AcceptSocketAsync(_closing.Token)));
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task Serve(Socket accepted)
    {
        accepted.NoDelay = true;
        await using var product = new NetworkStream(accepted, ownsSocket: true);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        try
        {
            await using var server = await Open(ended.Token);
            await await Task.WhenAny(Questions(product, server, ended.Token), server.CopyToAsync(product, ended.Token));
        }
        catch (Exception over) when (over is IOException or OperationCanceledException)
        {
            // Somebody hung up.
        }
        await ended.CancelAsync();
    }

    private async Task<NetworkStream> Open(CancellationToken ct)
    {
        const char PathBegins = '/';
        var host = _server.Host ?? "";
        var local = host.StartsWith(PathBegins);
        var socket = local
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(
            local ? new UnixDomainSocketEndPoint($"{host}/.s.PGSQL.{_server.Port}") : new DnsEndPoint(host, _server.Port), ct);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>The first message of a connection has no kind; a later one is its kind, its length without the kind, its content.</summary>
    private async Task Questions(NetworkStream product, NetworkStream server, CancellationToken ct)
    {
        var head = new byte[1 + LengthBytes];
        for (var kindBytes = 0; ; kindBytes = 1)
        {
            var start = head.AsMemory(0, kindBytes + LengthBytes);
            if (await product.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, ct) < start.Length) return;
            var content = new byte[BinaryPrimitives.ReadInt32BigEndian(start.Span[kindBytes..]) - LengthBytes];
            await product.ReadExactlyAsync(content, ct);
            if (kindBytes == 1 && head[0] == Parse) content = Edited(content);
            BinaryPrimitives.WriteInt32BigEndian(start.Span[kindBytes..], content.Length + LengthBytes);
            await server.WriteAsync((byte[])[.. start.Span, .. content], ct);
        }
    }

    /// <summary>A name, a statement, and the types of its parameters; the first two end with a zero.</summary>
    private byte[] Edited(byte[] parse)
    {
        var begins = Array.IndexOf(parse, (byte)0) + 1;
        var ends = Array.IndexOf(parse, (byte)0, begins);
        var statement = _edit(Encoding.UTF8.GetString(parse, begins, ends - begins));
        return [.. parse[..begins], .. Encoding.UTF8.GetBytes(statement), .. parse[ends..]];
    }
}
