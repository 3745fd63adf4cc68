using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Balie.Tests.Simulation;

/// <summary>
/// Between the product and its PostgreSQL. On demand it counts what is said to the server, and cuts every connection at once when so much
/// was said: before the last word arrived, or after it had its effect and before anybody heard the answer. To the database that is a
/// process that died; whoever connects afterwards is served.
/// </summary>
internal sealed class Wire : IAsyncDisposable
{
    private static readonly TimeSpan LongestEffect = TimeSpan.FromSeconds(2);

    private readonly NpgsqlConnectionStringBuilder _server;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Line, Task> _lines = new();
    private readonly Task _welcome;
    private int _wordsLeft;
    private volatile bool _afterEffect;
    private int _cuts;
    private int _mended;

    public Wire(string connectionString)
    {
        _server = new NpgsqlConnectionStringBuilder(connectionString);
        _listener.Start();
        _welcome = Welcome();
    }

    public string ConnectionString => _server.By(_listener);

    /// <summary>
    /// It was cut since it was last mended. What the product says beside the story may be the word that cuts it, at any time.
    /// </summary>
    public bool IsCut => Volatile.Read(ref _cuts) != _mended;

    public void CutAfter(int words, bool afterEffect)
    {
        _afterEffect = afterEffect;
        Volatile.Write(ref _wordsLeft, words);
    }

    /// <summary>Forgets a cut that has not come.</summary>
    public void Spare() => Volatile.Write(ref _wordsLeft, 0);

    /// <summary>Before the connections that it cost are given up: one that is cut meanwhile counts for the next time.</summary>
    public void Mend() => _mended = Volatile.Read(ref _cuts);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _welcome;
        CutAll();
        await Task.WhenAll(_lines.Values);
    }

    private bool IsTheLastWord() => Volatile.Read(ref _wordsLeft) > 0 && Interlocked.Decrement(ref _wordsLeft) == 0;

    private void CutAll()
    {
        Interlocked.Increment(ref _cuts);
        foreach (var line in _lines.Keys) line.Dispose();
    }

    private async Task Welcome()
    {
        try
        {
            while (true)
            {
                var line = new Line(this, await _listener.AcceptSocketAsync());
                _lines[line] = Serve(line);
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // The simulation is over.
        }
    }

    private async Task Serve(Line line)
    {
        await Task.Yield();
        await line.Run();
        _lines.TryRemove(line, out _);
    }

    /// <summary>One connection of the product.</summary>
    private sealed class Line : IDisposable
    {
        private const int PieceBytes = 32 * 1024;
        private const char PathBegins = '/';
        private readonly Wire _wire;
        private readonly Socket _client;
        private readonly Socket _server;
        private readonly EndPoint _end;
        private volatile TaskCompletionSource? _effect;

        public Line(Wire wire, Socket client)
        {
            var host = wire._server.Host ?? "";
            var isLocal = host.StartsWith(PathBegins);
            (_wire, _client) = (wire, client);
            _client.NoDelay = true;
            _end = isLocal
                ? new UnixDomainSocketEndPoint($"{host}/.s.PGSQL.{wire._server.Port}")
                : new DnsEndPoint(host, wire._server.Port);
            _server = isLocal
                ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
                : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        }

        public async Task Run()
        {
            try
            {
                await _server.ConnectAsync(_end);
                await Task.WhenAny(Words(), Answers());
            }
            catch (Exception over) when (over is SocketException or ObjectDisposedException)
            {
                // Cut before it began.
            }
            Dispose();
        }

        public void Dispose()
        {
            _client.Dispose();
            _server.Dispose();
        }

        private async Task Words()
        {
            var piece = new byte[PieceBytes];
            try
            {
                while (await _client.ReceiveAsync(piece) is > 0 and var length)
                {
                    if (!_wire.IsTheLastWord())
                    {
                        await Send(_server, piece.AsMemory(0, length));
                        continue;
                    }
                    if (_wire._afterEffect)
                    {
                        var effect = _effect = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                        await Send(_server, piece.AsMemory(0, length));
                        await effect.Task.WaitAsync(LongestEffect);
                    }
                    _wire.CutAll();
                    return;
                }
            }
            catch (Exception over) when (over is SocketException or ObjectDisposedException or TimeoutException)
            {
                // Somebody hung up.
            }
        }

        private async Task Answers()
        {
            var piece = new byte[PieceBytes];
            try
            {
                while (await _server.ReceiveAsync(piece) is > 0 and var length)
                {
                    if (_effect is null) await Send(_client, piece.AsMemory(0, length));
                    else _effect.TrySetResult();
                }
            }
            catch (Exception over) when (over is SocketException or ObjectDisposedException)
            {
                // Somebody hung up.
            }
        }

        private static async Task Send(Socket to, ReadOnlyMemory<byte> piece)
        {
            while (piece.Length > 0) piece = piece[await to.SendAsync(piece)..];
        }
    }
}
