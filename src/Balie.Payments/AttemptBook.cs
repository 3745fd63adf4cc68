using Balie.Contracts.Payments;
using Balie.Payments.Attempts;
using Balie.Payments.Instructions;
using Balie.Payments.Pages;
using Balie.Payments.Providers;

namespace Balie.Payments;

/// <summary>What Orders asks. Rows only: the provider hears of it after the commit, or when the buyer opens the page.</summary>
internal sealed class AttemptBook(PayLinks links) : IPayments
{
    private const int LongestDescription = 200;

    public async Task<OpenedPayment> Open(Tx tx, PaymentRequest request, CancellationToken ct)
    {
        var open = request.IsFirst ? null : await tx.One<Guid?>(SelectOpen, new
        {
            request.OrderId,
            amountMinor = request.Amount.Amount,
            request.Amount.Currency,
            request.CaptureLater,
            tx.Now,
        }, ct);
        var attemptId = open ?? await Insert(tx, request, ct);
        return new OpenedPayment(attemptId, links.Of(attemptId));
    }

    public async Task Stop(Tx tx, Guid orderId, string reason, CancellationToken ct)
    {
        foreach (var attempt in await tx.Many<Attempt>(LockStoppable, new { orderId }, ct))
        {
            var log = new AttemptLog(attempt, "system");
            var state = attempt.State;
            // Nobody has begun to pay it, and now nobody can.
            if (attempt is { StartedAt: null, Stands: AttemptState.Created })
            {
                state = AttemptState.Cancelled.Name();
                log.Moved(attempt.State, state, reason);
            }
            else
            {
                log.Note($"stopped: {reason}");
            }
            if (attempt.ProviderRef is not null) await Instruction.Add(tx, attempt, Instruction.Void, attempt.Amount, reason, null, 1, ct);
            await log.Write(tx, ct);
            await tx.Later(WriteStop, new { attempt.AttemptId, state, log.Steps, tx.Now }, ct);
        }
    }

    public async Task Refund(Tx tx, RefundOrder refund, CancellationToken ct)
    {
        var (attempts, parts, sums) = await tx.Three<Attempt, Guid, OpenRefunds>(
            LockCapturedAndSeeRefunds, new { refund.RefundId, refund.OrderId, refund.Amount.Currency }, ct);
        if (parts.Length > 0) return;
        var open = sums.ToDictionary(sum => sum.AttemptId, sum => sum.AmountMinor);
        var (rest, part) = (refund.Amount.Amount, (short)0);
        foreach (var attempt in attempts)
        {
            if (rest == 0) break;
            var left = attempt.CapturedMinor - attempt.RefundedMinor - attempt.ChargedBackMinor
                - open.GetValueOrDefault(attempt.AttemptId);
            var share = Math.Min(rest, left);
            if (share <= 0) continue;
            await Instruction.Add(
                tx, attempt, Instruction.Refund, new Money(share, attempt.Currency), refund.Reason, refund.RefundId, ++part, ct);
            rest -= share;
        }
        if (rest > 0)
            throw new InvalidOperationException($"Refund {refund.RefundId} is {rest} {refund.Amount.Currency} more than was captured.");
    }

    public async Task<IReadOnlyList<PaymentTotals>> Totals(Sql sql, IReadOnlyList<Guid> orderIds, CancellationToken ct) =>
    [
        .. (await sql.Many<TotalsRow>(SelectTotals, new { orderIds = orderIds.ToArray(), sql.Now }, ct)).Select(row => new PaymentTotals(
            row.OrderId, new(row.Authorised, row.Currency), new(row.Captured, row.Currency), new(row.Refunded, row.Currency),
            new(row.Refunding, row.Currency), new(row.ChargedBack, row.Currency), row.IsPending,
            row.PayableId is { } payable ? links.Of(payable) : null)),
    ];

    public async Task Capture(Tx tx, Guid orderId, CancellationToken ct)
    {
        foreach (var attempt in await tx.Many<Attempt>(LockAuthorised, new { orderId }, ct))
        {
            var rest = new Money(attempt.AuthorisedMinor - attempt.CapturedMinor, attempt.Currency);
            if (rest.Amount > 0) await Instruction.Add(tx, attempt, Instruction.Capture, rest, "", null, 1, ct);
        }
    }

    private static async Task<Guid> Insert(Tx tx, PaymentRequest request, CancellationToken ct)
    {
        var attemptId = tx.NewId();
        await tx.Later(InsertAttempt, new
        {
            attemptId,
            request.OrderId,
            request.OrderReference,
            description = AttemptLog.Clip(request.Description, LongestDescription),
            request.Locale,
            amountMinor = request.Amount.Amount,
            request.Amount.Currency,
            request.CaptureLater,
            state = AttemptState.Created.Name(),
            request.ExpiresAt,
            tx.Now,
        }, ct);
        return attemptId;
    }

    private sealed record OpenRefunds(Guid AttemptId, long AmountMinor);

    private sealed record TotalsRow(
        Guid OrderId, string Currency, long Authorised, long Captured, long Refunded, long Refunding, long ChargedBack, bool IsPending,
        Guid? PayableId);

    private const string SelectOpen = """
        select attempt_id
        from payments.attempts
        where org_id = @orgId and order_id = @orderId and state in ('created', 'pending') and stopped_at is null
            and amount_minor = @amountMinor and currency = @currency and capture_later = @captureLater and expires_at > @now
        order by attempt_id desc
        limit 1
        """;

    // Looked at again when it expires, by the same job that asks providers.
    private const string InsertAttempt = """
        with attempt as (
            insert into payments.attempts (
                org_id, attempt_id, order_id, order_reference, description, locale, amount_minor, currency, capture_later, state,
                expires_at, next_poll_at, steps, created_at, updated_at)
            values (
                @orgId, @attemptId, @orderId, @orderReference, @description, @locale, @amountMinor, @currency, @captureLater, @state,
                @expiresAt, @expiresAt, 1, @now, @now)
        )
        insert into payments.attempt_log (org_id, attempt_id, step, at, actor, what, to_state)
        values (@orgId, @attemptId, 1, @now, 'system', 'state', @state)
        """;

    private const string LockStoppable = $"""
        select {Attempt.Columns}
        from payments.attempts
        where org_id = @orgId and order_id = @orderId and state in ('created', 'pending', 'authorised') and stopped_at is null
        order by attempt_id
        for update
        """;

    private const string WriteStop = """
        update payments.attempts
        set state = @state, stopped_at = @now, steps = @steps, updated_at = @now,
            next_poll_at = case when @state = 'cancelled' then null else next_poll_at end
        where org_id = @orgId and attempt_id = @attemptId
        """;

    // What is read after the lock sees what those did who had it before.
    private const string LockCapturedAndSeeRefunds = $"""
        select {Attempt.Columns}
        from payments.attempts
        where org_id = @orgId and order_id = @orderId and currency = @currency and captured_minor > 0
        order by attempt_id desc
        for update;

        select instruction_id
        from payments.instructions
        where org_id = @orgId and refund_id = @refundId;

        select attempt_id, sum(instructions.amount_minor)::bigint as amount_minor
        from payments.attempts
        join payments.instructions using (org_id, attempt_id)
        where org_id = @orgId and attempts.order_id = @orderId and kind = 'refund' and instructions.state in ('requested', 'submitted')
        group by attempt_id
        """;

    private const string LockAuthorised = $"""
        select {Attempt.Columns}
        from payments.attempts
        where org_id = @orgId and order_id = @orderId and state = 'authorised' and stopped_at is null
            and not exists (
                select from payments.instructions
                where instructions.org_id = attempts.org_id and instructions.attempt_id = attempts.attempt_id and kind = 'capture'
                    and instructions.state in ('requested', 'submitted'))
        order by attempt_id
        for update
        """;

    private const string SelectTotals = """
        select order_id, min(currency) as currency, sum(authorised_minor)::bigint as authorised, sum(captured_minor)::bigint as captured,
            sum(refunded_minor)::bigint as refunded, sum(refunding)::bigint as refunding,
            sum(charged_back_minor)::bigint as charged_back,
            coalesce(bool_or(state in ('pending', 'authorised') and stopped_at is null), false) as is_pending,
            (array_agg(attempt_id order by attempt_id desc)
                filter (where state in ('created', 'pending') and stopped_at is null and expires_at > @now))[1] as payable_id
        from payments.attempts
        left join lateral (
            select coalesce(sum(amount_minor), 0)::bigint as refunding
            from payments.instructions
            where instructions.org_id = attempts.org_id and instructions.attempt_id = attempts.attempt_id and kind = 'refund'
                and instructions.state in ('requested', 'submitted')
        ) as open on true
        where org_id = @orgId and order_id = any (@orderIds)
        group by order_id
        """;
}
