using System.Diagnostics;
using Npgsql;

namespace Balie.Bench;

/// <summary>
/// How long it takes until bookings that were confirmed in one moment have their tickets: made, signed, stored and told of by the relay of
/// a process that serves. The bookings come from the side, so that nothing but the issuing is measured.
/// </summary>
internal static class Tickets
{
    private const int Bookings = 5_000;
    private const int Each = 2;
    public const int Count = Bookings * Each;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    public static async Task<TimeSpan> Issue(string connectionString, Guid eventId, CancellationToken ct)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var connection = await database.OpenConnectionAsync(ct);
        await Run("set role balie_system");
        await Run(Confirm, eventId);
        var began = Stopwatch.GetTimestamp();
        while (await Missing(connection, eventId, ct) > 0)
        {
            if (Stopwatch.GetElapsedTime(began) > Longest) throw new TimeoutException("The tickets were not issued.");
            await Task.Delay(BetweenLooks, ct);
        }
        var took = Stopwatch.GetElapsedTime(began);
        await Run(Cancel, eventId);
        return took;

        async Task Run(string sql, Guid? eventId = null)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            if (eventId is { } id) command.Parameters.AddWithValue("event", id);
            await command.ExecuteNonQueryAsync(ct);
        }
    }

    /// <summary>Waits until every confirmed booking has its tickets, which a load of bookings runs ahead of.</summary>
    public static async Task Settle(string connectionString, CancellationToken ct)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var connection = await database.OpenConnectionAsync(ct);
        await using (var role = new NpgsqlCommand("set role balie_system", connection)) await role.ExecuteNonQueryAsync(ct);
        while (await Missing(connection, null, ct) > 0) await Task.Delay(TimeSpan.FromSeconds(1), ct);
    }

    private static async Task<long> Missing(NpgsqlConnection connection, Guid? eventId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(eventId is null ? CountAllMissing : CountMissing, connection);
        if (eventId is { } id) command.Parameters.AddWithValue("event", id);
        return (long)(await command.ExecuteScalarAsync(ct) ?? 0L);
    }

    private static readonly string Confirm = $"""
        with booking as (
            insert into ticketing.bookings (
                org_id, booking_id, reference, event_id, slot_id, holder_name, holder_email, status, total_minor, currency, created_at,
                updated_at)
            select slot.org_id, gen_random_uuid(), upper(substr(md5(slot.slot_id::text || n), 1, 10)), slot.event_id, slot.slot_id, 'Bench', 'bench@example.org',
                'confirmed', 0, 'EUR', clock_timestamp(), clock_timestamp()
            from ticketing.slots as slot, generate_series(1, {Bookings}) as n
            where slot.event_id = @event
            returning org_id, booking_id, event_id, slot_id
        ),
        item as (
            insert into ticketing.booking_items (org_id, booking_id, line, ticket_type_id, name, quantity, price_minor)
            select booking.org_id, booking_id, 1, ticket_type_id, name, {Each}, 0
            from booking
            join ticketing.ticket_types using (org_id, event_id)
        ),
        history as (
            insert into ticketing.booking_history (org_id, booking_id, step, at, actor, to_status)
            select org_id, booking_id, 1, clock_timestamp(), 'bench', 'confirmed'
            from booking
        )
        insert into kernel.outbox (org_id, message_id, kind, body, created_at)
        select org_id, gen_random_uuid(), 'booking.confirmed',
            json_build_object('bookingId', booking_id, 'eventId', event_id, 'slotId', slot_id, 'quantity', {Each}), clock_timestamp()
        from booking
        """;

    // They hold no places, which balie verify would not forgive.
    private const string Cancel = """
        with booking as (
            update ticketing.bookings
            set status = 'cancelled'
            where event_id = @event
            returning org_id, booking_id
        ),
        booking_told as (
            insert into ticketing.booking_history (org_id, booking_id, step, at, actor, from_status, to_status)
            select org_id, booking_id, 2, clock_timestamp(), 'bench', 'confirmed', 'cancelled'
            from booking
        ),
        ticket as (
            update ticketing.tickets
            set status = 'voided'
            where event_id = @event
            returning org_id, ticket_id, serial
        )
        insert into ticketing.ticket_history (org_id, ticket_id, step, at, actor, action, from_status, to_status, serial)
        select org_id, ticket_id, 2, clock_timestamp(), 'bench', 'voided', 'issued', 'voided', serial
        from ticket
        """;

    private static readonly string CountMissing = $"""
        select {Count} - count(*) from ticketing.tickets where event_id = @event
        """;

    private const string CountAllMissing = """
        select count(*)
        from ticketing.bookings as booking
        where status = 'confirmed'
        and not exists (select from ticketing.tickets as ticket
            where ticket.org_id = booking.org_id and ticket.booking_id = booking.booking_id)
        """;
}
