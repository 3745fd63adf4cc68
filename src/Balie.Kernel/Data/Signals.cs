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

    /// <summary>False while nobody listens: then memory must not be trusted longer than a second, see <see cref="ICallers"/>.</summary>
    public bool Listening { get; private set; }

    /// <summary>The statement that sends: <c>@channel</c> and <c>@payload</c>, at most 8,000 bytes.</summary>
    public const string Send = "select pg_notify(@channel, @payload)";

    /// <summary>Called before the host starts, from a constructor or set-up. Both callbacks must be quick and must not throw.</summary>
    public void On(string channel, Action<string> received, Action resumed) => _channels[channel] = (received, resumed);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try { await Listen(stoppingToken); }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { return; }
            catch (Exception lost) when (lost is NpgsqlException or TimeoutException or IOException or InvalidOperationException or OperationCanceledException)
            {
                if (Listening) LogLost(log, lost.GetType().Name);
                Listening = false;
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
        foreach (var channel in _channels.Keys)
        {
            await using var listen = new NpgsqlCommand($"listen \"{channel}\"", connection);
            await listen.ExecuteNonQueryAsync(ct);
        }
        foreach (var channel in _channels.Values) channel.Resumed();
        Listening = true;
        while (true)
        {
            // A question every second of silence finds a dead connection before its operating system does.
            if (await connection.WaitAsync(KeepAlive, ct)) continue;
            await using var ping = new NpgsqlCommand("select 1", connection);
            await ping.ExecuteScalarAsync(ct);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stopped hearing other processes ({Reason}); connecting again")]
    private static partial void LogLost(ILogger log, string reason);
}
