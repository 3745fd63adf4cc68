using Dapper;

namespace Balie.Kernel;

/// <summary>A place in the outbox: everything up to and including it is done. <c>xid8</c> travels as text.</summary>
internal readonly record struct Place(string Xid, long Position);

/// <summary>
/// One module's reading of the outbox under a lease: one process reads at a time, and another takes over when its lease runs out. Only
/// messages whose transaction is older than every one still running are read, and each is looked at once, whether wanted or not.
/// </summary>
internal sealed class Reading(ModuleWork work, SystemDb db, Delivery delivery, TimeProvider clock)
{
    /// <summary>How many unwanted messages one look may pass, and how many wanted ones it may carry.</summary>
    private const int Reach = 10_000;
    private const int Batch = Listeners.LargestBatch;
    private const int Lanes = 4;
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RenewAfter = Lease / 3;

    private readonly Guid _holder = Guid.CreateVersion7();
    private readonly string[] _kinds = [.. work.Hears.Select(hears => hears.Kind).Distinct()];
    private readonly object _heard = new
    {
        work.Module,
        consumers = work.Hears.Select(hears => hears.Consumer).ToArray(),
        kinds = work.Hears.Select(hears => hears.Kind).ToArray(),
    };
    private readonly ILookup<string, Subscription> _byKind = work.Hears.ToLookup(hears => hears.Kind);
    private Place? _place;
    private long _leasedAt;

    private sealed record Row(
        string EndXid, long EndPosition, string? Xid, long? Position,
        Guid? OrgId, Guid? MessageId, string? Kind, string? Body, DateTimeOffset? PublishedAt);

    private sealed record Failed(
        Guid OrgId, Guid MessageId, string Kind, string Body, DateTimeOffset PublishedAt, string Consumer, int Tries);

    /// <summary>How a look ended: another process reads, nothing is left, or there may be more at once.</summary>
    public enum Seen
    {
        Elsewhere,
        Nothing,
        More,
    }

    /// <param name="again">Also tries again what failed and is due.</param>
    public async Task<Seen> Look(bool again, CancellationToken ct)
    {
        if (!await HoldLease(ct)) return Seen.Elsewhere;
        var tried = again && await TryAgain(ct);
        // HoldLease has just set the place.
        var place = _place!.Value;
        var rows = await db.Everywhere.Many<Row>(Read, new { place.Xid, place.Position, kinds = _kinds, reach = Reach, batch = Batch }, ct);
        if (rows.Length == 0) return tried ? Seen.More : Seen.Nothing;

        var wanted = rows.Where(row => row.MessageId is not null).ToArray();
        await Deliver(wanted, ct);
        var isFull = wanted.Length == Batch;
        await MoveTo(isFull
            ? new Place(wanted[^1].Xid ?? "", wanted[^1].Position ?? 0)
            : new Place(rows[0].EndXid, rows[0].EndPosition), ct);
        return Seen.More;
    }

    /// <summary>Lets another process read at once. For a process that stops in peace.</summary>
    public async Task Release(CancellationToken ct)
    {
        if (_place is null) return;
        _place = null;
        await db.Everywhere.Run(GiveUp, new { work.Module, holder = _holder }, ct);
    }

    private async Task<bool> HoldLease(CancellationToken ct)
    {
        if (_place is not null && clock.GetElapsedTime(_leasedAt) < RenewAfter) return true;
        var before = _place;
        _leasedAt = clock.GetTimestamp();
        var taken = await db.Everywhere.Many<Place>(TakeLease, new { work.Module, holder = _holder, Lease }, ct);
        _place = taken is [var place] ? place : null;
        if (before is null && _place is not null) await Begin(ct);
        return _place is not null;
    }

    /// <summary>A new reader makes sure that its place means something here, and says who hears what from there on.</summary>
    private Task Begin(CancellationToken ct) => db.Everywhere.Transact(async tx =>
    {
        await tx.Run(OneAtATime, null, ct);
        await tx.Run(RebaseAfterRestore, null, ct);
        _place = await tx.One<Place>(SelectPlace, new { work.Module }, ct);
        await tx.Run(ForgetSubscriptions, _heard, ct);
        await tx.Run(KeepSubscriptions, _heard, ct);
    }, ct);

    // In order within a consumer and organisation; different ones do not wait for each other.
    private Task Deliver(Row[] wanted, CancellationToken ct)
    {
        var lanes =
            from row in wanted
            let letter = new Letter(
                row.OrgId ?? default, row.MessageId ?? default, row.Kind ?? "", row.Body ?? "", row.PublishedAt ?? default)
            from to in _byKind[letter.Kind]
            group (letter, to) by (to.Consumer, letter.OrgId);
        var atOnce = new ParallelOptions { MaxDegreeOfParallelism = Lanes, CancellationToken = ct };
        return Parallel.ForEachAsync(lanes, atOnce, async (lane, stop) =>
        {
            foreach (var bundle in Bundles(lane))
            {
                await delivery.Hand(bundle, stop);
                await Renew(stop);
            }
        });
    }

    // Neighbours whose reactions take several at once go together, of whatever kind; the others go alone.
    private static IEnumerable<IReadOnlyList<Errand>> Bundles(IEnumerable<(Letter Letter, Subscription To)> lane)
    {
        var together = new List<Errand>();
        foreach (var (letter, to) in lane)
        {
            if (together.Count > 0 && (to.MostAtOnce == 1 || together.Count == to.MostAtOnce))
            {
                yield return together;
                together = [];
            }
            if (to.MostAtOnce == 1) yield return [new Errand(letter, to)];
            else together.Add(new Errand(letter, to));
        }
        if (together.Count > 0) yield return together;
    }

    private async Task<bool> TryAgain(CancellationToken ct)
    {
        var due = new DynamicParameters(_heard);
        due.AddDynamicParams(new { db.Everywhere.Now, batch = Batch });
        var failed = await db.Everywhere.Many<Failed>(SelectDue, due, ct);
        foreach (var one in failed)
        {
            var letter = new Letter(one.OrgId, one.MessageId, one.Kind, one.Body, one.PublishedAt);
            await delivery.Hand(new Errand(letter, _byKind[one.Kind].Single(hears => hears.Consumer == one.Consumer)), one.Tries, ct);
            await Renew(ct);
        }
        return failed.Length == Batch;
    }

    // Slow handlers must not cost the lease; a lease that was lost shows when the cursor is to be moved.
    private async Task Renew(CancellationToken ct)
    {
        if (clock.GetElapsedTime(_leasedAt) < RenewAfter) return;
        _leasedAt = clock.GetTimestamp();
        await db.Everywhere.Run(RenewLease, new { work.Module, holder = _holder, Lease }, ct);
    }

    private async Task MoveTo(Place place, CancellationToken ct)
    {
        var moved = await db.Everywhere.Run(Move, new { work.Module, holder = _holder, Lease, place.Xid, place.Position }, ct);
        _leasedAt = clock.GetTimestamp();
        // Another process took over meanwhile and will see these messages again; the inbox makes that harmless.
        _place = moved == 1 ? place : null;
    }

    private const string TakeLease = """
        insert into kernel.outbox_cursors as cursor (module, holder, leased_until)
        values (@Module, @holder, clock_timestamp() + @Lease)
        on conflict (module) do update
        set holder = excluded.holder, leased_until = excluded.leased_until
        where cursor.holder = excluded.holder or cursor.holder is null or cursor.leased_until < clock_timestamp()
        returning xid::text, position
        """;

    private const string RenewLease = """
        update kernel.outbox_cursors
        set leased_until = clock_timestamp() + @Lease
        where module = @Module and holder = @holder
        """;

    private const string Move = """
        update kernel.outbox_cursors
        set xid = @Xid::xid8, position = @Position, leased_until = clock_timestamp() + @Lease
        where module = @Module and holder = @holder
        """;

    private const string GiveUp = """
        update kernel.outbox_cursors
        set holder = null
        where module = @Module and holder = @holder
        """;

    private const string SelectPlace = "select xid::text, position from kernel.outbox_cursors where module = @Module";

    private const string OneAtATime = "select pg_advisory_xact_lock(hashtext('kernel.outbox_cursors'))";

    // A dump that was restored into another cluster brings transaction numbers that lie in this cluster's future: they would hold back
    // or hide every new message. Such rows are numbered again, in their order, and everybody reads from the start; the inbox knows
    // what was handled before.
    private const string RebaseAfterRestore = """
        with here as (
            select pg_snapshot_xmax(pg_current_snapshot()) as xid
        ),
        foreign_numbers as (
            select
                exists (select from kernel.outbox where xid >= (select xid from here))
                or exists (select from kernel.outbox_cursors where xid > (select xid from here)) as found
        ),
        renumbered as (
            update kernel.outbox
            set xid = '1'
            where xid >= (select xid from here)
            returning 1
        ),
        forgotten as (
            delete from kernel.outbox_subscriptions
            where (select found from foreign_numbers)
            returning 1
        )
        update kernel.outbox_cursors
        set xid = '0', position = 0
        where (select found from foreign_numbers)
        """;

    private const string ForgetSubscriptions = """
        delete from kernel.outbox_subscriptions
        where module = @Module
            and (consumer, kind) not in (select * from unnest(@consumers::text[], @kinds::text[]))
        """;

    private const string KeepSubscriptions = """
        insert into kernel.outbox_subscriptions (module, consumer, kind, since_xid, since_position)
        select cursor.module, heard.consumer, heard.kind, cursor.xid, cursor.position
        from kernel.outbox_cursors as cursor, unnest(@consumers::text[], @kinds::text[]) as heard (consumer, kind)
        where cursor.module = @Module
        on conflict do nothing
        """;

    // One statement, so one snapshot: whatever lies before the horizon is there to be seen, and will be for whoever looks again.
    private const string Read = """
        with horizon as (
            select pg_snapshot_xmin(pg_current_snapshot()) as xid
        ),
        reach as materialized (
            select xid, position, kind
            from kernel.outbox
            where (xid, position) > (@Xid::xid8, @Position) and xid < (select xid from horizon)
            order by xid, position
            limit @reach
        ),
        last as (
            select xid, position
            from reach
            order by xid desc, position desc
            limit 1
        ),
        wanted as (
            select xid, position
            from reach
            where kind = any(@kinds)
            order by xid, position
            limit @batch
        )
        select last.xid::text as end_xid, last.position as end_position, message.xid::text, message.position,
            message.org_id, message.message_id, message.kind, message.body::text, message.created_at as published_at
        from last
        left join (wanted join kernel.outbox as message using (xid, position)) on true
        order by message.xid, message.position
        """;

    private const string SelectDue = """
        select org_id, message_id, kind, body::text, published_at, consumer, tries
        from kernel.undelivered
        where next_try_at <= @Now and (consumer, kind) in (select * from unnest(@consumers::text[], @kinds::text[]))
        order by next_try_at
        limit @batch
        """;
}
