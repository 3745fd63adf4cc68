using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Balie.Kernel;

/// <summary>
/// What other processes announce through <c>pg_notify</c>, on one connection of its own. A signal is news, never the truth: whoever keeps
/// something in memory drops it in <c>resumed</c>, which runs at every (re)connection, because what was said meanwhile is lost.
/// Send with <see cref="Send"/> inside a transaction; it arrives when that commits, also in the process that sent it.
/// </summary>
public sealed partial class Signals(Databases databases, TimeProvider clock, ILogger<Signals> log) : BackgroundService
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, (Action<string> Received, Action Resumed)> _channels = new();
    private volatile int _wanted;
    private volatile int _heard;

    /// <summary>
    /// False while some channel is not heard: then memory must not be trusted longer than a second, see <see cref="ICallers"/>.
    /// </summary>
    public bool Listening => _heard > 0 && _heard == _wanted;

    /// <summary>The statement that sends: <c>@channel</c> and <c>@payload</c>, at most 8,000 bytes.</summary>
    public const string Send = "select pg_notify(@channel, @payload)";

    /// <summary>
    /// Called from a constructor or set-up. Whoever is made after the host started is heard within a second, and resumed then. Both
    /// callbacks must be quick and must not throw.
    /// </summary>
    public void On(string channel, Action<string> received, Action resumed)
    {
        _channels[channel] = (received, resumed);
        _wanted = _channels.Count;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try { await Listen(stoppingToken); }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                _heard = 0;
                return;
            }
            catch (Exception lost) when (
                lost is NpgsqlException or TimeoutException or IOException or InvalidOperationException or OperationCanceledException)
            {
                if (Listening) LogLost(log, lost.GetType().Name);
                _heard = 0;
                await Task.Delay(BetweenTries, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task Listen(CancellationToken ct)
    {
        await using var connection = await databases.System.OpenConnectionAsync(ct);
        connection.Notification += (_, news) =>
        {
            if (_channels.TryGetValue(news.Channel, out var channel)) channel.Received(news.Payload);
        };
        var heard = new HashSet<string>();
        while (true)
        {
            await HearMore(connection, heard, ct);
            // A question every second of silence finds a dead connection before its operating system does.
            if (await connection.WaitAsync(KeepAlive, ct)) continue;
            await using var ping = new NpgsqlCommand("select 1", connection);
            await ping.ExecuteScalarAsync(ct);
        }
    }

    // Some are made by the first request that needs them, when this connection stands already.
    private async Task HearMore(NpgsqlConnection connection, HashSet<string> heard, CancellationToken ct)
    {
        foreach (var (name, channel) in _channels)
        {
            if (!heard.Add(name)) continue;
            await using var listen = new NpgsqlCommand($"listen \"{name}\"", connection);
            await listen.ExecuteNonQueryAsync(ct);
            channel.Resumed();
        }
        _heard = heard.Count;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stopped hearing other processes ({Reason}); connecting again")]
    private static partial void LogLost(ILogger log, string reason);
}
