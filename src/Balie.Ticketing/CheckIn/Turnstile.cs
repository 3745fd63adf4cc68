using System.Collections.Concurrent;
using System.Diagnostics;
using Balie.Ticketing.Offers;
using Npgsql;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.CheckIn;

/// <summary>
/// Decides scans at the rate of a festival. What arrives while a transaction runs goes together into the next one: it locks the tickets'
/// rows, reads where they stand, decides one scan after the other and writes all of it. The row locks make it safe over several
/// processes: of fifty scanners with one code one is told yes. A ticket that somebody else has locked holds up nobody but its own scan.
/// </summary>
internal sealed class Turnstile(SystemDb db, EventOffers offers, PolicyStore policies) : IDisposable
{
    private const int MostAtOnce = 128;

    // One transaction at a time: two beside each other would be half as large, cost nearly as much each, and wait for one disk. Whoever
    // waits for longer than this, behind one that hangs, gets another.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);

    // Scans that wait for somebody else's transaction must not take all connections with them.
    private const int MostWaiting = 4;

    private readonly ConcurrentDictionary<Guid, Lane> _lanes = new();
    private readonly SemaphoreSlim _waitingRoom = new(MostWaiting);

    private sealed class Lane
    {
        public Lock Turn { get; } = new();
        public Queue<Waiting> Queue { get; } = new();
        public bool IsDrained { get; set; }
        public bool IsWatched { get; set; }

        /// <summary>By ticket: the scans that wait for whoever has its row, one transaction for all of them.</summary>
        public Dictionary<Guid, Queue<Waiting>> Held { get; } = [];

        public static List<Waiting> Take(Queue<Waiting> queue)
        {
            var batch = new List<Waiting>();
            while (batch.Count < MostAtOnce && queue.TryDequeue(out var next)) batch.Add(next);
            return batch;
        }
    }

    private sealed record Waiting(Scan Scan)
    {
        private readonly long _since = Stopwatch.GetTimestamp();

        public bool IsImpatient => Stopwatch.GetElapsedTime(_since) > Patience;

        // Answers are written by the requests that wait for them, not by the lane.
        public TaskCompletionSource<Outcome<CheckInAnswer>> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public Task<Outcome<CheckInAnswer>> Decide(Scan scan)
    {
        var (orgId, waiting) = (scan.Door.Caller.OrgId, new Waiting(scan));
        var lane = _lanes.GetOrAdd(orgId, _ => new Lane());
        lock (lane.Turn)
        {
            lane.Queue.Enqueue(waiting);
            if (!lane.IsDrained)
            {
                lane.IsDrained = true;
                _ = Task.Run(() => Drain(orgId, lane));
            }
            else if (!lane.IsWatched)
            {
                lane.IsWatched = true;
                _ = Task.Run(() => Watch(orgId, lane));
            }
        }
        return waiting.Answer.Task;
    }

    public void Dispose() => _waitingRoom.Dispose();

    private async Task Drain(Guid orgId, Lane lane)
    {
        while (true)
        {
            List<Waiting> batch;
            lock (lane.Turn)
            {
                batch = Lane.Take(lane.Queue);
                lane.IsDrained = batch.Count > 0;
            }
            if (batch.Count == 0) return;
            await Settle(orgId, lane, batch);
        }
    }

    // Takes over from a transaction that hangs, for those who came after it.
    private async Task Watch(Guid orgId, Lane lane)
    {
        while (true)
        {
            await Task.Delay(Patience);
            var batch = new List<Waiting>();
            lock (lane.Turn)
            {
                lane.IsWatched = lane.Queue.TryPeek(out var first);
                if (first is null) return;
                if (first.IsImpatient) batch = Lane.Take(lane.Queue);
            }
            if (batch.Count > 0) await Settle(orgId, lane, batch);
        }
    }

    private async Task Settle(Guid orgId, Lane lane, List<Waiting> batch)
    {
        try
        {
            foreach (var held in await Run(orgId, batch, wait: false)) Hold(orgId, lane, held);
        }
        catch (PostgresException twin) when (twin.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // The same nonce committed elsewhere in this very moment: asked again, each finds what is there.
            foreach (var one in batch) Hold(orgId, lane, one);
        }
        catch (Exception broken)
        {
            foreach (var one in batch) one.Answer.TrySetException(broken);
        }
    }

    private void Hold(Guid orgId, Lane lane, Waiting one)
    {
        var key = one.Scan.Ticket?.TicketId ?? one.Scan.Nonce;
        lock (lane.Turn)
        {
            if (lane.Held.TryGetValue(key, out var others))
            {
                others.Enqueue(one);
                return;
            }
            lane.Held.Add(key, new Queue<Waiting>([one]));
        }
        _ = Task.Run(() => Wait(orgId, lane, key));
    }

    // Waits for whoever has the ticket's row, up to the lock timeout.
    private async Task Wait(Guid orgId, Lane lane, Guid key)
    {
        while (true)
        {
            List<Waiting> together = [];
            await _waitingRoom.WaitAsync();
            try
            {
                lock (lane.Turn)
                {
                    together = Lane.Take(lane.Held[key]);
                    if (together.Count == 0)
                    {
                        lane.Held.Remove(key);
                        return;
                    }
                }
                await Run(orgId, together, wait: true);
            }
            catch (Exception broken)
            {
                foreach (var one in together) one.Answer.TrySetException(broken);
            }
            finally { _waitingRoom.Release(); }
        }
    }

    /// <returns>Those whose ticket somebody else has locked; nothing was decided for them.</returns>
    private async Task<List<Waiting>> Run(Guid orgId, List<Waiting> batch, bool wait)
    {
        var ct = CancellationToken.None;
        var figures = await policies.Of(orgId, ct);
        foreach (var eventId in batch.Select(one => one.Scan.EventId).OfType<Guid>().Distinct()) await offers.Find(orgId, eventId, ct);
        var (held, answers) = (new List<Waiting>(), new List<(Waiting, Outcome<CheckInAnswer>)>());
        await db.As(orgId).Transact(async tx =>
        {
            held.Clear();
            answers.Clear();
            var (locked, rows) = await ScanReader.LockAndRead(tx, [.. batch.Select(one => one.Scan)], wait, ct);
            var (tally, decided) = (new Tally(tx), new Dictionary<(Guid, Guid), (byte[] Fingerprint, CheckInAnswer Answer)>());
            foreach (var (one, row) in batch.Zip(rows))
            {
                if (row.TicketId is { } ticketId && !locked.Contains(ticketId)) held.Add(one);
                else answers.Add((one, await Decide(one.Scan, row, tally, decided, figures, ct)));
            }
            await tally.Write(ct);
        }, ct);
        foreach (var (one, answer) in answers) one.Answer.TrySetResult(answer);
        return held;
    }

    private async ValueTask<Outcome<CheckInAnswer>> Decide(
        Scan scan, ScanReader.Row row, Tally tally, Dictionary<(Guid, Guid), (byte[] Fingerprint, CheckInAnswer Answer)> decided,
        Policies figures, CancellationToken ct)
    {
        var scanKey = (scan.Door.Caller.Identity, scan.Nonce);
        if (decided.TryGetValue(scanKey, out var twin))
            return twin.Fingerprint.AsSpan().SequenceEqual(scan.Fingerprint) ? twin.Answer : NonceReused;
        if (Again(scan, row) is { } again) return again;

        var offer = row.TicketId is null ? null : await offers.Find(scan.Door.Caller.OrgId, row.EventId, ct);
        var answer = offer is not null ? tally.Judge(scan, 1, row, offer, figures)
            : tally.Refuse(scan, row.IsRevoked || scan.Door.IsRevoked ? Reasons.RevokedDevice : Reasons.InvalidCode);
        decided.Add(scanKey, (scan.Fingerprint, answer));
        return answer;
    }

    /// <summary>The answer that this scan was given before; null when it is new.</summary>
    public static Outcome<CheckInAnswer>? Again(Scan scan, ScanReader.Row row)
    {
        if (row.Fingerprint is not { } fingerprint || row.Answer is not { } kept) return null;
        if (!fingerprint.AsSpan().SequenceEqual(scan.Fingerprint)) return NonceReused;
        return CheckInAnswer.Again(kept, row.HolderName);
    }
}
