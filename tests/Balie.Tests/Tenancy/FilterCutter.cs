using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;

namespace Balie.Tests.Tenancy;

/// <summary>
/// Stands between the product and its PostgreSQL and takes the services' own filter out of every statement that comes by:
/// <c>org_id = $1</c> becomes <c>(org_id = $1 or true)</c>. The product does not know, and whatever it may still not see is hidden by the
/// database alone.
/// </summary>
internal sealed partial class FilterCutter : IAsyncDisposable
{
    private const int LengthBytes = 4;
    private const byte Parse = (byte)'P';

    private readonly NpgsqlConnectionStringBuilder _server;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentBag<Task> _lines = [];
    private readonly Task _welcome;

    public FilterCutter(string connectionString)
    {
        _server = new NpgsqlConnectionStringBuilder(connectionString);
        _listener.Start();
        _welcome = Welcome();
    }

    /// <summary>The way to the same database past the filters.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(_server.ConnectionString)
    {
        Host = IPAddress.Loopback.ToString(),
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

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
            if (kindBytes == 1 && head[0] == Parse) content = WithoutFilter(content);
            BinaryPrimitives.WriteInt32BigEndian(start.Span[kindBytes..], content.Length + LengthBytes);
            await server.WriteAsync((byte[])[.. start.Span, .. content], ct);
        }
    }

    /// <summary>A name, a statement, and the types of its parameters; the first two end with a zero.</summary>
    private static byte[] WithoutFilter(byte[] parse)
    {
        var begins = Array.IndexOf(parse, (byte)0) + 1;
        var ends = Array.IndexOf(parse, (byte)0, begins);
        var statement = Encoding.UTF8.GetString(parse, begins, ends - begins);
        return [.. parse[..begins], .. Encoding.UTF8.GetBytes(Filter().Replace(statement, "($0 or true)")), .. parse[ends..]];
    }

    // Where an organisation itself is asked for, its id stands behind the filter and looks like one.
    [GeneratedRegex(@"(?<!org_id = \$\d+ and (?=org_id))(?<![\w.])(\w+\.)?org_id = \$\d+")]
    private static partial Regex Filter();
}
