using Balie.Contracts.Ticketing;

namespace Balie.Ticketing.Tickets;

/// <summary>Moves tickets to another status or serial and writes down who did it and why, any number of them in one statement.</summary>
internal static class TicketSteps
{
    private const int LongestReason = 500;

    /// <summary>A ticket that was moved, and where it came from.</summary>
    public sealed record Moved(Guid TicketId, Guid BookingId, string FromStatus);

    /// <summary>
    /// Ends what is left of a booking, or the tickets named: they open nothing from here on, and offers of them are withdrawn. Those that
    /// cannot become <paramref name="to"/> are left as they are, so a repetition changes nothing.
    /// </summary>
    public static async Task<Moved[]> End(
        Tx tx, IReadOnlyList<Guid> bookingIds, IReadOnlyList<Guid>? ticketIds, string to, string actor, string reason, CancellationToken ct)
    {
        var from = TicketStates.All.Where(status => TicketStates.MayBecome(status, to)).ToArray();
        var (bookings, tickets) = (bookingIds.ToArray(), ticketIds?.ToArray());
        var args = new { bookingIds = bookings, ticketIds = tickets, from, to, action = to, actor, reason, tx.Now };
        var ended = await tx.Many<Moved>(EndAll, args, ct);
        if (ended.Length == 0) return ended;
        await tx.Later(WithdrawOffers, new { ids = ended.Select(ticket => ticket.TicketId).ToArray(), tx.Now }, ct);
        tx.PublishAll([.. ended.Select(ticket => new TicketVoided(ticket.TicketId, ticket.BookingId, reason))]);
        return ended;
    }

    /// <summary>Another status for one ticket whose row the caller has locked.</summary>
    public static async Task Take(
        Tx tx, TicketReader.Row ticket, string to, string action, string actor, string reason, CancellationToken ct)
    {
        if (!TicketStates.MayBecome(ticket.Status, to))
            throw new InvalidOperationException($"A ticket that is {ticket.Status} cannot become {to}.");
        await tx.Run(Move, new { ticket.TicketId, to, action, actor, reason, from = ticket.Status, tx.Now }, ct);
    }

    /// <summary>
    /// Another code for one ticket whose row the caller has locked, and another holder if one is given: the old code is dead when this
    /// commits, and so is every link that was made of it.
    /// </summary>
    public static async Task Renew(
        Tx tx, TicketReader.Row ticket, TicketKeys keys, NewHolder? holder, string to, string action, string actor, string reason,
        CancellationToken ct)
    {
        var serial = ticket.Serial + 1;
        var code = TicketCode.Sign(ticket.TicketId, serial, ticket.SlotId, await keys.Current(tx.OrgId, ct));
        await tx.Run(RenewOne, new
        {
            ticket.TicketId,
            from = ticket.Status,
            to,
            serial,
            code,
            secret = IssueTickets.NewSecret(),
            isOther = holder is not null,
            userId = holder?.UserId,
            name = holder?.Name,
            email = holder?.Email,
            action,
            actor,
            reason,
            tx.Now,
        }, ct);
        await tx.Run(WithdrawOffers, new { ids = (Guid[])[ticket.TicketId], tx.Now }, ct);
    }

    /// <summary>Another name for one ticket whose row the caller has locked; nothing else changes.</summary>
    public static Task Rename(Tx tx, TicketReader.Row ticket, string name, string actor, CancellationToken ct) =>
        tx.Run(RenameOne, new { ticket.TicketId, name, action = "renamed", actor, reason = "", from = ticket.Status, tx.Now }, ct);

    public static Refusal? Wrong(string reason) => reason.Length > LongestReason
        ? KernelRefusals.Invalid.At("reason", $"Give a reason of at most {LongestReason} characters.")
        : null;

    /// <summary>Who has the ticket from now on.</summary>
    public sealed record NewHolder(Guid? UserId, string Name, string Email);

    private const string Record = """
        insert into ticketing.ticket_history (org_id, ticket_id, step, at, actor, action, from_status, to_status, serial, reason)
        select org_id, ticket_id,
            (select max(step) + 1 from ticketing.ticket_history as told
                where told.org_id = moved.org_id and told.ticket_id = moved.ticket_id),
            @now, @actor, @action, from_status, status, serial, @reason
        from moved
        """;

    private const string EndAll = $"""
        with before as (
            select org_id, ticket_id, status
            from ticketing.tickets
            where org_id = @orgId and booking_id = any (@bookingIds) and status = any (@from)
            and (@ticketIds::uuid[] is null or ticket_id = any (@ticketIds))
            order by ticket_id
            for update
        ),
        moved as (
            update ticketing.tickets as ticket
            set status = @to, updated_at = @now
            from before
            where ticket.org_id = before.org_id and ticket.ticket_id = before.ticket_id
            returning ticket.org_id, ticket.ticket_id, ticket.booking_id, before.status as from_status, ticket.status, ticket.serial
        ),
        recorded as ({Record})
        select ticket_id, booking_id, from_status from moved order by ticket_id
        """;

    private const string Move = $"""
        with moved as (
            update ticketing.tickets
            set status = @to, updated_at = @now
            where org_id = @orgId and ticket_id = @ticketId
            returning org_id, ticket_id, @from::text as from_status, status, serial
        )
        {Record}
        """;

    private const string RenameOne = $"""
        with moved as (
            update ticketing.tickets
            set holder_name = @name, updated_at = @now
            where org_id = @orgId and ticket_id = @ticketId
            returning org_id, ticket_id, @from::text as from_status, status, serial
        )
        {Record}
        """;

    private const string RenewOne = $"""
        with moved as (
            update ticketing.tickets
            set status = @to, serial = @serial, code = @code, secret = @secret, updated_at = @now,
                user_id = case when @isOther then @userId else user_id end,
                holder_name = case when @isOther then @name else holder_name end,
                holder_email = case when @isOther then @email else holder_email end
            where org_id = @orgId and ticket_id = @ticketId
            returning org_id, ticket_id, @from::text as from_status, status, serial
        )
        {Record}
        """;

    private const string WithdrawOffers = """
        update ticketing.ticket_transfers
        set status = 'withdrawn', ended_at = @now
        where org_id = @orgId and ticket_id = any (@ids) and status = 'offered'
        """;
}
