using Dapper;
using Npgsql;

namespace Balie.FaultTests;

/// <summary>
/// One slot in one snapshot of the database. What is sold and held is counted from the bookings, what is free from the numbers of the
/// places, what is claimed from the claims, so that no figure follows from another.
/// </summary>
internal sealed record Count(int Capacity, long Sold, long Held, long Free, long SoldClaims, long HeldClaims)
{
    /// <summary>What this count disproves; nothing when all is well.</summary>
    public IEnumerable<string> Objections()
    {
        if (Sold + Held + Free != Capacity) yield return $"sold + held + free is not the capacity: {this}";
        if (Sold + Held > Capacity) yield return $"oversold: {this}";
        if (Sold != SoldClaims || Held != HeldClaims) yield return $"bookings and claims disagree: {this}";
    }
}

/// <summary>Questions to the database itself, past everything that could be mistaken.</summary>
internal static class Truth
{
    public static async Task<Count> Count(this NpgsqlDataSource truth, Show show, CancellationToken ct)
    {
        await using var connection = await truth.OpenConnectionAsync(ct);
        return await connection.Count(show, ct);
    }

    public static Task<Count> Count(this NpgsqlConnection connection, Show show, CancellationToken ct) =>
        connection.QuerySingleAsync<Count>(new CommandDefinition(SelectCount, new { show.SlotId }, cancellationToken: ct));

    /// <summary>Bookings that are there in part, and parts without a booking.</summary>
    public static async Task<string[]> Torn(this NpgsqlDataSource truth, Show show, CancellationToken ct)
    {
        await using var connection = await truth.OpenConnectionAsync(ct);
        return [.. await connection.QueryAsync<string>(
            new CommandDefinition(SelectTorn, new { show.EventId, show.SlotId }, cancellationToken: ct))];
    }

    /// <summary>The bookings of an event, by the e-mail address of their holder.</summary>
    public static async Task<ILookup<string, Guid>> Bookings(this NpgsqlDataSource truth, Show show, CancellationToken ct)
    {
        await using var connection = await truth.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<(string Email, Guid BookingId)>(
            new CommandDefinition(SelectBookings, new { show.EventId }, cancellationToken: ct));
        return rows.ToLookup(row => row.Email, row => row.BookingId);
    }

    public static async Task<T?> Ask<T>(this NpgsqlDataSource truth, string sql, object? args, CancellationToken ct)
    {
        await using var connection = await truth.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<T>(new CommandDefinition(sql, args, cancellationToken: ct));
    }

    public static async Task<int> Do(this NpgsqlDataSource truth, string sql, object? args, CancellationToken ct)
    {
        await using var connection = await truth.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(new CommandDefinition(sql, args, cancellationToken: ct));
    }

    /// <summary>Asks again until it is so.</summary>
    public static async Task Until(Func<Task<bool>> isSo, string what, CancellationToken ct, int seconds = 15)
    {
        var betweenLooks = TimeSpan.FromMilliseconds(20);
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (!await isSo())
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(seconds), $"After {seconds} s still not: {what}.");
            await Task.Delay(betweenLooks, ct);
        }
    }

    /// <summary>No transaction of this database is open but the asker's own: what was in flight has ended one way or the other.</summary>
    public static Task UntilQuiet(this NpgsqlDataSource truth, CancellationToken ct) =>
        Until(async () => await truth.Ask<long>(CountOpen, null, ct) == 0, "nothing is in flight", ct);

    private const string SelectCount = """
        select pools.capacity,
            (select coalesce(sum(quantity), 0)::bigint from ticketing.bookings join ticketing.booking_items using (org_id, booking_id)
                where slot_id = @slotId and status = 'confirmed') as sold,
            (select coalesce(sum(quantity), 0)::bigint from ticketing.bookings join ticketing.booking_items using (org_id, booking_id)
                where slot_id = @slotId and status = 'pending' and bookings.expires_at >= now()) as held,
            (select count(*) from generate_series(1, pools.capacity) as place
                where not exists (select from inventory.claims
                    where claims.org_id = pools.org_id and claims.pool_id = pools.pool_id and unit = place
                        and (expires_at is null or expires_at >= now()))) as free,
            (select count(*) from inventory.claims where pool_id = @slotId and expires_at is null) as SoldClaims,
            (select count(*) from inventory.claims where pool_id = @slotId and expires_at >= now()) as HeldClaims
        from inventory.pools
        where pool_id = @slotId
        """;

    private const string SelectTorn = """
        with mine as (
            select bookings.booking_id, holder_email,
                (select coalesce(sum(quantity), 0) from ticketing.booking_items
                    where booking_items.booking_id = bookings.booking_id) as quantity,
                (select count(*) from inventory.claims where pool_id = @slotId and holder = bookings.booking_id) as claims,
                (select count(*) from ticketing.booking_history where booking_history.booking_id = bookings.booking_id) as steps,
                (select count(*) from kernel.idempotency where effect_id = bookings.booking_id) as keys,
                coalesce(told.messages, 0) as messages
            from ticketing.bookings
            left join (
                select body ->> 'bookingId' as booking_id, count(*) as messages
                from kernel.outbox
                where kind in ('booking.held', 'booking.confirmed')
                group by 1
            ) as told on told.booking_id = bookings.booking_id::text
            where event_id = @eventId
        )
        select format('booking of %s is there in part: %s tickets, %s claims, %s steps, %s keys, %s messages',
            holder_email, quantity, claims, steps, keys, messages)
        from mine
        where quantity = 0 or claims <> quantity or steps = 0 or keys <> 1 or messages <> steps
        union all
        select format('unit %s is claimed for nobody', unit)
        from inventory.claims
        where pool_id = @slotId and not exists (select from mine where booking_id = holder)
        union all
        select format('%s of booking %s stands without it', part, booking_id)
        from (
            select 'a line' as part, booking_id from ticketing.booking_items
            union all select 'a step', booking_id from ticketing.booking_history
            union all select 'a key', effect_id from kernel.idempotency where route like '%/bookings'
            union all select 'a message', (body ->> 'bookingId')::uuid from kernel.outbox
                where kind in ('booking.held', 'booking.confirmed')
        ) as parts
        where not exists (select from ticketing.bookings where bookings.booking_id = parts.booking_id)
        """;

    private const string SelectBookings = "select holder_email, booking_id from ticketing.bookings where event_id = @eventId";

    private const string CountOpen = """
        select count(*)
        from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'
        """;
}
