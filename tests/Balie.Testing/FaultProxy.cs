using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace Balie.Testing;

/// <summary>What a network, or the machine at its end, does to one connection.</summary>
public enum Fault
{
    /// <summary>What the client says arrives, what the server answers does not: the outcome stays unknown.</summary>
    SwallowAnswers,

    /// <summary>Nothing arrives any more in either direction, and nobody is told.</summary>
    BlackHole,

    /// <summary>The message is cut in the middle and both sides hear that the connection is over.</summary>
    Truncate,

    /// <summary>Both sides hear that the connection is over, before the message came by.</summary>
    Reset,

    /// <summary>The server hears that the connection is over, the client does not.</summary>
    HalfOpen,
}

/// <summary>
/// Stands between a process and its PostgreSQL and forwards, until a test tells it what to do to a connection. It is reached over TCP on
/// this machine alone, and reaches the server as its connection string says.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly NpgsqlConnectionStringBuilder _server;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Line, Task> _lines = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _welcome;
    private volatile Ambush? _ambush;

    public FaultProxy(string connectionString)
    {
        _server = new NpgsqlConnectionStringBuilder(connectionString);
        _listener.Start();
        _welcome = Welcome();
    }

    private sealed record Ambush(byte[] Marker, Fault Fault, TaskCompletionSource Struck);

    /// <summary>The way to the same database through this proxy.</summary>
    public string ConnectionString => _server.By(_listener);

    /// <summary>Added to every piece that passes, in both directions.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>
    /// Waits for the next message to the server that holds <paramref name="marker"/>, and does this to its connection alone. The task ends
    /// when it has happened.
    /// </summary>
    public Task Lurk(string marker, Fault fault)
    {
        var struck = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ambush = new Ambush(Encoding.UTF8.GetBytes(marker), fault, struck);
        return struck.Task;
    }

    /// <summary>Does it to every connection there is now; later ones are served again.</summary>
    public void Strike(Fault fault)
    {
        foreach (var line in _lines.Keys) line.Suffer(fault);
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Dispose();
        await _welcome;
        foreach (var line in _lines.Keys) line.Dispose();
        await Task.WhenAll(_lines.Values);
        _closing.Dispose();
    }

    private async Task Welcome()
    {
        try
        {
            while (true)
            {
                var line = new Line(this, await _listener.AcceptSocketAsync(_closing.Token));
                _lines[line] = Serve(line);
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task Serve(Line line)
    {
        await Task.Yield();
        await line.Run(_closing.Token);
        _lines.TryRemove(line, out _);
    }

    private Ambush? Sprung(ReadOnlySpan<byte> heard)
    {
        var ambush = _ambush;
        return ambush is not null && heard.IndexOf(ambush.Marker) >= 0 && Interlocked.CompareExchange(ref _ambush, null, ambush) == ambush
            ? ambush
            : null;
    }

    private static Socket Open(NpgsqlConnectionStringBuilder server, out EndPoint end)
    {
        const char PathBegins = '/';
        var host = server.Host ?? "";
        var local = host.StartsWith(PathBegins);
        end = local ? new UnixDomainSocketEndPoint($"{host}/.s.PGSQL.{server.Port}") : new DnsEndPoint(host, server.Port);
        return local
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    }

    /// <summary>One client, its server, and what was done to them.</summary>
    private sealed class Line : IDisposable
    {
        private const int PieceBytes = 64 * 1024;
        private readonly FaultProxy _proxy;
        private readonly Socket _client;
        private readonly Socket _server;
        private readonly EndPoint _end;
        private volatile bool _deaf;
        private volatile bool _dumb;

        public Line(FaultProxy proxy, Socket client)
        {
            (_proxy, _client) = (proxy, client);
            _client.NoDelay = true;
            _server = Open(proxy._server, out _end);
        }

        public async Task Run(CancellationToken ct)
        {
            try
            {
                await _server.ConnectAsync(_end, ct);
                var (questions, answers) = (Questions(ct), Answers(ct));
                // A side that breaks ends the line; one that only has no more to say does not.
                await await Task.WhenAny(questions, answers);
                await Task.WhenAll(questions, answers);
            }
            catch (Exception over) when (over is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // Somebody hung up.
            }
            Dispose();
        }

        public void Suffer(Fault fault)
        {
            switch (fault)
            {
                case Fault.SwallowAnswers:
                    _deaf = true;
                    break;
                case Fault.BlackHole:
                    (_deaf, _dumb) = (true, true);
                    break;
                case Fault.HalfOpen:
                    (_deaf, _dumb) = (true, true);
                    _server.Shutdown(SocketShutdown.Both);
                    break;
                case Fault.Truncate or Fault.Reset:
                    // Without lingering, closing is a reset.
                    _client.LingerState = new LingerOption(true, 0);
                    Dispose();
                    break;
                default:
                    throw new InvalidOperationException($"Unknown fault {fault}.");
            }
        }

        public void Dispose()
        {
            _client.Dispose();
            _server.Dispose();
        }

        private async Task Questions(CancellationToken ct)
        {
            var (piece, kept) = (new byte[2 * PieceBytes], 0);
            while (await _client.ReceiveAsync(piece.AsMemory(kept, PieceBytes), ct) is > 0 and var length)
            {
                // A marker may lie across two pieces, so the end of the last one stays in front of this one.
                var ambush = _proxy.Sprung(piece.AsSpan(0, kept + length));
                if (ambush is { Fault: Fault.Truncate }) await Send(_server, piece.AsMemory(kept, length / 2), ct);
                if (ambush is not null) Suffer(ambush.Fault);
                ambush?.Struck.TrySetResult();
                if (ambush is { Fault: Fault.Truncate or Fault.Reset }) return;
                if (!_dumb) await Send(_server, piece.AsMemory(kept, length), ct);
                var keep = Math.Min(kept + length, (_proxy._ambush?.Marker.Length ?? 1) - 1);
                piece.AsSpan(kept + length - keep, keep).CopyTo(piece);
                kept = keep;
            }
            if (!_dumb) _server.Shutdown(SocketShutdown.Send);
        }

        private async Task Answers(CancellationToken ct)
        {
            var piece = new byte[PieceBytes];
            while (await _server.ReceiveAsync(piece, ct) is > 0 and var length)
                if (!_deaf) await Send(_client, piece.AsMemory(0, length), ct);
            if (!_deaf) _client.Shutdown(SocketShutdown.Send);
        }

        private async Task Send(Socket to, ReadOnlyMemory<byte> piece, CancellationToken ct)
        {
            if (_proxy.Latency > TimeSpan.Zero) await Task.Delay(_proxy.Latency, ct);
            while (piece.Length > 0) piece = piece[await to.SendAsync(piece, ct)..];
        }
    }
}
