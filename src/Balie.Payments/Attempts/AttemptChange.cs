using System.Security.Cryptography;
using System.Text;
using Balie.Contracts.Payments;
using Balie.Payments.Instructions;
using Balie.Payments.Providers;
using static Balie.Contracts.Payments.Accounts;

namespace Balie.Payments.Attempts;

/// <summary>
/// Makes an attempt what its provider says it is, within one transaction that holds the order's row and then the attempt's: state, sums,
/// log, ledger, and the word to whoever is being paid. Said twice it changes nothing the second time.
/// </summary>
internal sealed class AttemptChange(Tx tx, Attempt attempt, string actor, string reason, ILedger ledger, IPayables payables)
{
    private readonly AttemptLog _log = new(attempt, actor);
    private readonly List<PaymentHappening> _happened = [];
    private AttemptState _state = attempt.Stands;
    private long _authorised = attempt.AuthorisedMinor;
    private long _captured = attempt.CapturedMinor;
    private long _refunded = attempt.RefundedMinor;
    private long _chargedBack = attempt.ChargedBackMinor;
    private string? _method = attempt.Method;
    private string? _failureCode = attempt.FailureCode;
    private string? _paymentRef = attempt.PaymentRef;
    private string _answer = "";

    public AttemptState State => _state;

    /// <summary>Captures and voids that the provider had taken and that came to nothing.</summary>
    public IReadOnlyList<Instruction> Failed => Taken.Failed;

    /// <summary>All that the provider knows.</summary>
    public async Task Apply(PaymentSnapshot snapshot, CancellationToken ct)
    {
        _method = snapshot.Method ?? _method;
        _failureCode = snapshot.FailureCode ?? _failureCode;
        _paymentRef = snapshot.PaymentRef ?? _paymentRef;
        _authorised = Math.Max(_authorised, snapshot.Authorised.Amount);
        await Move(snapshot.State, snapshot.FailureCode ?? reason, ct);
        await Capture(snapshot.Captured.Amount - _captured, ct);
        await ApplyRefunds(snapshot, ct);
        await ChargeBack(snapshot.ChargedBack.Amount - _chargedBack, ct);
        foreach (var name in snapshot.FailedCaptures ?? []) Taken.Refuse(name);
        _answer = snapshot.Raw;
    }

    /// <summary>One event's own word, where the provider cannot be asked. Whoever calls sees to it that an event is applied once.</summary>
    public async Task Apply(ClaimedChange claimed, string? paymentRef, string raw, CancellationToken ct)
    {
        _method = claimed.Method ?? _method;
        if (claimed.Refund is { } refund)
        {
            var told = new RefundSnapshot(claimed.ModificationRef ?? "", claimed.RefundId, refund, claimed.Amount, claimed.Reason, raw);
            await ApplyRefund(told, ct);
        }
        if (claimed.State is { } state)
        {
            if (state is AttemptState.Authorised or AttemptState.Captured) _paymentRef = paymentRef ?? _paymentRef;
            if (state.IsLost()) _failureCode = claimed.Reason ?? _failureCode;
            if (state == AttemptState.Authorised) _authorised = Math.Max(_authorised, claimed.Amount.Amount);
            var wasCaptured = _state;
            await Move(state, claimed.Reason ?? reason, ct);
            if (state == AttemptState.Captured && wasCaptured != AttemptState.ChargedBack)
                await Capture(Math.Min(claimed.Amount.Amount, Math.Max(attempt.AmountMinor, _authorised) - _captured), ct);
            if (state == AttemptState.Captured && wasCaptured == AttemptState.ChargedBack)
                await ChargeBack(-Math.Min(claimed.Amount.Amount, _chargedBack), ct);
            if (state == AttemptState.ChargedBack) await ChargeBack(Math.Min(claimed.Amount.Amount, _captured - _chargedBack), ct);
        }
        if (claimed is { IsRefusal: true, ModificationRef: { } refused })
            await Taken.Refuse(refused, claimed.Reason ?? "the provider refused it", ct);
        _answer = raw;
    }

    /// <summary>What the clock or staff decide, without a provider.</summary>
    public Task Move(AttemptState to, CancellationToken ct) => Move(to, reason, ct);

    /// <summary>
    /// Stores everything, then tells whoever is being paid: what they answer with, such as a refund of what just came in, finds it stored.
    /// </summary>
    public async Task Write(DateTimeOffset? nextPollAt, bool isPoll, CancellationToken ct)
    {
        await Taken.End(_state, _captured, ct);
        if (_answer.Length > 0) _log.Answer(_answer);
        await _log.Write(tx, ct);
        await tx.Later(Store, new
        {
            attempt.AttemptId,
            state = _state.Name(),
            authorised = _authorised,
            captured = _captured,
            refunded = _refunded,
            chargedBack = _chargedBack,
            method = _method is null ? null : AttemptLog.Clip(_method, 60),
            failureCode = _failureCode is null ? null : AttemptLog.Clip(_failureCode, 200),
            paymentRef = _paymentRef,
            nextPollAt,
            polls = attempt.Polls + (isPoll ? 1 : 0),
            _log.Steps,
            tx.Now,
        }, ct);
        foreach (var happening in _happened) await payables.Happened(tx, happening, ct);
        _happened.Clear();
    }

    private TakenInstructions Taken => field ??= new TakenInstructions(tx, attempt, _log);

    private Money Of(long minor) => new(minor, attempt.Currency);

    private async Task Move(AttemptState to, string why, CancellationToken ct)
    {
        if (AttemptStates.Path(_state, to) is not { } path)
        {
            _log.Ignored($"{to.Name()} after {_state.Name()}: {why}");
            return;
        }
        foreach (var step in path)
        {
            _log.Moved(_state.Name(), step.Name(), why);
            _state = step;
            // Money that moves is told of with its sum, see Capture and ChargeBack.
            if (step is AttemptState.Captured or AttemptState.ChargedBack) continue;
            var sum = step == AttemptState.Authorised && _authorised > 0 ? Of(_authorised) : attempt.Amount;
            Tell(EventOf(step), sum, null, why);
            if (step is AttemptState.Failed or AttemptState.Cancelled or AttemptState.Expired)
                tx.Publish(new PaymentFailed(attempt.AttemptId, attempt.OrderId, step.Name(), why));
        }
    }

    private static PaymentEvent EventOf(AttemptState state) => state switch
    {
        AttemptState.Pending => PaymentEvent.Pending,
        AttemptState.Authorised => PaymentEvent.Authorised,
        AttemptState.Failed => PaymentEvent.Failed,
        AttemptState.Cancelled => PaymentEvent.Cancelled,
        AttemptState.Expired or AttemptState.AuthorisationExpired => PaymentEvent.Expired,
        AttemptState.Voided => PaymentEvent.Voided,
        _ => throw new InvalidOperationException($"Nothing is told of an attempt that is {state}."),
    };

    private async Task Capture(long more, CancellationToken ct)
    {
        if (more == 0) return;
        if (more < 0)
        {
            _log.Ignored($"the provider says {-more} {attempt.Currency} less is captured");
            return;
        }
        _captured += more;
        _log.Money($"captured {more} {attempt.Currency}");
        await Post("capture", Document("capture", _captured - more, _captured),
            Accounts.Provider(attempt.Provider), Customers, more, ct);
        Tell(PaymentEvent.Captured, Of(more));
        tx.Publish(new PaymentCaptured(attempt.AttemptId, attempt.OrderId, attempt.Provider, Of(more)));
    }

    private async Task ChargeBack(long more, CancellationToken ct)
    {
        if (more == 0) return;
        _chargedBack += more;
        _log.Money(more > 0 ? $"charged back {more} {attempt.Currency}" : $"chargeback of {-more} {attempt.Currency} was reversed");
        var kind = more > 0 ? "chargeback" : "chargeback_reversed";
        var document = DocumentOf($"{attempt.AttemptId}:{kind}:{_log.Steps}");
        await Post(kind, document, Chargebacks, Accounts.Provider(attempt.Provider), more, ct);
        Tell(more > 0 ? PaymentEvent.ChargedBack : PaymentEvent.ChargebackReversed, Of(Math.Abs(more)));
        tx.Publish(new PaymentChargedBack(attempt.AttemptId, attempt.OrderId, Of(more)));
    }

    private async Task ApplyRefunds(PaymentSnapshot snapshot, CancellationToken ct)
    {
        foreach (var told in snapshot.Refunds) await ApplyRefund(told, ct);
        // A provider that lists no refunds but counts more than we know of: somebody refunded there by hand.
        var unknown = snapshot.Refunded.Amount - _refunded;
        if (unknown > 0 && snapshot.Refunds.Count == 0 && !await tx.One<bool>(HasOpenRefund, new { attempt.AttemptId }, ct))
            await ByHand($"unlisted:{snapshot.Refunded.Amount}", Of(unknown), ct);
    }

    private async Task ApplyRefund(RefundSnapshot told, CancellationToken ct)
    {
        var known = await tx.One<Instruction>(
            LockRefund, new { attempt.AttemptId, told.RefundId, told.RefundRef, amountMinor = told.Amount.Amount }, ct);
        if (known is null)
        {
            if (told.State == RefundState.Succeeded) await ByHand(told.RefundRef, told.Amount, ct);
            return;
        }
        await Settle(known, told, ct);
    }

    /// <summary>Moves a refund on; also called with what the provider answered when it was asked.</summary>
    public async Task Settle(Instruction refund, RefundSnapshot told, CancellationToken ct)
    {
        var to = (refund.State, told.State) switch
        {
            // Failed after it succeeded: the money came back to us. Reversed before we heard of success comes to the same as failed.
            (RefundStates.Succeeded, RefundState.Failed) => RefundStates.Reversed,
            (not (RefundStates.Succeeded or RefundStates.Reversed), RefundState.Reversed) => RefundStates.Failed,
            _ => told.State.Name(),
        };
        if (to == refund.State) return;
        if (!RefundStates.May(refund.State, to))
        {
            if (to != RefundStates.Requested && to != RefundStates.Submitted)
                _log.Ignored($"refund {refund.RefundId} {to} after {refund.State}");
            return;
        }
        var why = told.Reason ?? "";
        await tx.Later(Instruction.Move, new
        {
            refund.InstructionId,
            state = to,
            reference = told.RefundRef.Length > 0 ? told.RefundRef : refund.ProviderRef,
            nextTryAt = to == RefundStates.Submitted ? tx.Now + CarryOut.BetweenPolls : (DateTimeOffset?)null,
            problem = to is RefundStates.Failed or RefundStates.Cancelled ? AttemptLog.Clip(why, 500) : "",
            tx.Now,
        }, ct);
        _log.Money($"refund of {refund.AmountMinor} {refund.Currency} is {to}{(why.Length > 0 ? ": " + why : "")}");
        _log.Answer(told.Raw);
        switch (to)
        {
            case RefundStates.Succeeded:
                await PaidOut(refund, refund.AmountMinor, PaymentEvent.RefundSucceeded, "refund_paid", "", ct);
                break;
            case RefundStates.Reversed:
                await PaidOut(refund, -refund.AmountMinor, PaymentEvent.RefundReversed, "refund_reversed", why, ct);
                break;
            case RefundStates.Failed or RefundStates.Cancelled:
                Tell(PaymentEvent.RefundFailed, refund.Amount, refund.RefundId, why);
                break;
            default:
                break;
        }
    }

    private async Task PaidOut(
        Instruction refund, long minor, PaymentEvent happened, string kind, string why, CancellationToken ct)
    {
        _refunded += minor;
        await Post(kind, refund.InstructionId, Customers, Accounts.Provider(attempt.Provider), minor, ct);
        Tell(happened, refund.Amount, refund.RefundId, why);
    }

    private void Tell(PaymentEvent happened, Money amount, Guid? refundId = null, string why = "") =>
        _happened.Add(new PaymentHappening(happened, attempt.OrderId, attempt.AttemptId, amount, refundId, why));

    private async Task ByHand(string reference, Money amount, CancellationToken ct)
    {
        var instructionId = DocumentOf($"{attempt.AttemptId}:refund:{reference}");
        var made = await tx.Run(InsertByHand, new
        {
            instructionId,
            attempt.AttemptId,
            attempt.OrderId,
            amountMinor = amount.Amount,
            amount.Currency,
            reference,
            tx.Now,
        }, ct);
        if (made == 0) return;
        _refunded += amount.Amount;
        _log.Money($"refunded {amount.Amount} {amount.Currency} at the provider by hand");
        await Post("refund_paid", instructionId, Customers, Accounts.Provider(attempt.Provider), amount.Amount, ct);
        Tell(PaymentEvent.RefundSucceeded, amount, null, "made at the provider by hand");
    }

    private Task Post(string kind, Guid documentId, string debit, string credit, long minor, CancellationToken ct)
    {
        IReadOnlyList<LedgerLine> lines = [new(debit, Of(minor)), new(credit, Of(-minor))];
        return ledger.Post(tx, new LedgerEntry(kind, documentId, attempt.OrderId, attempt.OrderReference, lines), ct);
    }

    // The first sum is the attempt's own document; one that comes later has an id that follows from both.
    private Guid Document(string kind, long before, long after) =>
        before == 0 ? attempt.AttemptId : DocumentOf($"{attempt.AttemptId}:{kind}:{after}");

    private static Guid DocumentOf(string name) => new(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16));

    private const string HasOpenRefund = """
        select exists (
            select from payments.instructions
            where org_id = @orgId and attempt_id = @attemptId and kind = 'refund' and state in ('requested', 'submitted'))
        """;

    // By the provider's name for it, else by ours; two parts of one refund are never of one attempt. One that carries neither is taken for
    // the refund of that sum that we just asked for and have no answer to.
    private const string LockRefund = $"""
        select {Instruction.Columns}
        from payments.instructions
        where org_id = @orgId and attempt_id = @attemptId and kind = 'refund'
            and (provider_ref = nullif(@refundRef, '')
                or (provider_ref is null and refund_id = @refundId::uuid)
                or (provider_ref is null and @refundId::uuid is null and state = 'requested' and amount_minor = @amountMinor))
        order by provider_ref nulls last, instruction_id
        limit 1
        for update
        """;

    private const string InsertByHand = """
        insert into payments.instructions (
            org_id, instruction_id, attempt_id, order_id, kind, amount_minor, currency, reason, state, provider_ref, created_at, updated_at)
        values (
            @orgId, @instructionId, @attemptId, @orderId, 'refund', @amountMinor, @currency, 'made at the provider by hand', 'succeeded',
            @reference, @now, @now)
        on conflict do nothing
        """;

    private const string Store = """
        update payments.attempts
        set state = @state, authorised_minor = @authorised, captured_minor = @captured, refunded_minor = @refunded,
            charged_back_minor = @chargedBack, method = @method, failure_code = @failureCode, payment_ref = @paymentRef,
            next_poll_at = @nextPollAt, polls = @polls, steps = @steps, updated_at = @now
        where org_id = @orgId and attempt_id = @attemptId
        """;
}
