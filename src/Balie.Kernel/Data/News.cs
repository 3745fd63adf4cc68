using System.Data.Common;
using Dapper;
using Npgsql;

namespace Balie.Kernel;

/// <summary>
/// Sends what transactions signalled, after their commits and beside them: what comes while one statement is under way goes together with
/// the next. Not within the transaction, because the server lets those that notify commit one by one, each waiting for the others' disk.
/// What is lost is found by whoever looks by themselves, so nothing that goes wrong here is anybody's failure. See
/// docs/decisions/0018-work-that-waits.md.
/// </summary>
public sealed class News(NpgsqlDataSource source)
{
    private readonly Lock _lock = new();
    private readonly Queue<(string Channel, string Payload)> _waiting = new();
    private bool _isSending;

    internal void Tell(IReadOnlyCollection<(string Channel, string Payload)> signals)
    {
        if (signals.Count == 0) return;
        lock (_lock)
        {
            foreach (var signal in signals) _waiting.Enqueue(signal);
            if (_isSending) return;
            _isSending = true;
        }
        _ = Task.Run(SendAll);
    }

    private async Task SendAll()
    {
        while (Next() is { Count: > 0 } news)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync();
                var (channels, payloads) = (news.Select(one => one.Channel).ToArray(), news.Select(one => one.Payload).ToArray());
                await connection.ExecuteAsync(Send, new { channels, payloads });
            }
            catch (Exception lost) when (lost is DbException or TimeoutException or InvalidOperationException or IOException) { }
        }
    }

    // The server passes the same words on once per statement. A bell need not ring twice; two that tell of one thing that came, went and
    // came again do.
    private HashSet<(string Channel, string Payload)> Next()
    {
        lock (_lock)
        {
            var news = new HashSet<(string, string)>();
            while (_waiting.TryPeek(out var next) && (news.Add(next) || next.Payload.Length == 0)) _waiting.Dequeue();
            _isSending = news.Count > 0;
            return news;
        }
    }

    private const string Send = "select pg_notify(channel, payload) from unnest(@channels, @payloads) as news (channel, payload)";
}
