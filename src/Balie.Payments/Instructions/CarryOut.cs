using Balie.Contracts.Payments;
using Balie.Payments.Attempts;
using Balie.Payments.ProviderAccounts;
using Balie.Payments.Providers;

namespace Balie.Payments.Instructions;

/// <summary>
/// Tells providers what was decided: refunds, captures, voids. Taking an instruction already sets its next try, so a process that dies here
/// leaves nothing stuck, and the key of an instruction makes every try the same one to the provider. What is no longer asked for is looked
/// after until the provider says how it ended.
/// </summary>
internal sealed partial class CarryOut(
    SystemDb db, AccountBook accounts, ProviderCalls providers, SyncAttempt sync, ILedger ledger, IServiceProvider services,
    ILogger<CarryOut> log)
{
    public static readonly TimeSpan BetweenPolls = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(15);
    private const int MostTries = 24;

    /// <summary>Longer than any provider tells of what it has not been able to tell.</summary>
    public static readonly TimeSpan LongestSilence = TimeSpan.FromDays(31);

    public sealed record Due(Guid OrgId, Guid InstructionId);

    /// <summary>Takes what is due, at most so many.</summary>
    public Task<Due[]> Take(int atMost, CancellationToken ct) =>
        db.Everywhere.Many<Due>(TakeDue, new { db.Everywhere.Now, firstPauseSeconds = FirstPause.TotalSeconds, atMost }, ct);

    public async Task Run(Due due, CancellationToken ct)
    {
        var organisation = db.As(due.OrgId);
        var (instructions, attempts) = await organisation.Both<Instruction, Attempt>(SelectWithAttempt, new { due.InstructionId }, ct);
        if (instructions is not [{ IsOpen: true } instruction]) return;
        if (attempts is not [{ NewestRef: { } reference, AccountId: { } accountId }]) return;
        if (await accounts.Find(due.OrgId, accountId, ct) is not { } account) return;
        try
        {
            if (instruction.State == RefundStates.Submitted) await Follow(organisation, account, instruction, reference, ct);
            else await Ask(organisation, account, instruction, reference, ct);
        }
        catch (AccountSealedException)
        {
            var at = organisation.Now + AccountSealedException.LookAgainAfter;
            await organisation.Run(SetAside, new { instruction.InstructionId, at, problem = AccountSealedException.What }, ct);
        }
        catch (ProviderAwayException away) when (instruction.Tries < MostTries || instruction.State == RefundStates.Submitted)
        {
            LogAway(log, instruction.Kind, instruction.InstructionId, account.Provider, away.Message);
            await organisation.Run(Note, new { instruction.InstructionId, problem = AttemptLog.Clip(away.Message, 500) }, ct);
        }
        catch (ProviderAwayException away)
        {
            await End(organisation, instruction, RefundState.Failed, "", $"given up after {MostTries} tries: {away.Message}", ct);
        }
        catch (ProviderRefusedException no)
        {
            LogRefused(log, instruction.Kind, instruction.InstructionId, account.Provider, no.Code);
            await End(organisation, instruction, RefundState.Failed, "", $"{no.Code}: {no.Message}", ct);
        }
    }

    private async Task Ask(Db organisation, ProviderAccount account, Instruction instruction, string reference, CancellationToken ct)
    {
        var answer = await providers.Call(account, (provider, token) => instruction.Kind switch
        {
            Instruction.Refund => provider.Refund(
                account, reference, instruction.RefundId ?? instruction.InstructionId, instruction.Amount, instruction.Reason,
                instruction.Key, token),
            Instruction.Capture => provider.Capture(account, reference, instruction.Amount, instruction.Key, token),
            Instruction.Void => provider.Void(account, reference, instruction.Key, token),
            _ => throw new InvalidOperationException($"Unknown instruction {instruction.Kind}."),
        }, ct);
        var state = answer.IsFinal ? RefundState.Succeeded : RefundState.Submitted;
        await End(organisation, instruction, state, answer.Reference, "", ct, answer.Raw);
        // What a capture or void changed is asked for, not guessed; where it cannot be asked, a webhook tells.
        if (instruction.Kind != Instruction.Refund && answer.IsFinal)
            await sync.Run(organisation.OrgId, instruction.AttemptId, new("system", $"{instruction.Kind} was carried out"), ct);
    }

    private async Task Follow(Db organisation, ProviderAccount account, Instruction instruction, string reference, CancellationToken ct)
    {
        if (instruction is { Kind: Instruction.Refund, ProviderRef: { } refundRef }
            && await providers.Call(account, (provider, token) => provider.GetRefund(account, reference, refundRef, token), ct) is { } told)
        {
            await End(organisation, instruction, told.State, told.RefundRef, told.Reason ?? "", ct, told.Raw);
            return;
        }
        await sync.Run(organisation.OrgId, instruction.AttemptId, new("clock", $"{instruction.Kind} is open", IsPoll: true), ct);
        var later = new { instruction.InstructionId, at = organisation.Now + BetweenPolls * 6 };
        if (await organisation.Run(LookLater, later, ct) == 0 || instruction.Kind == Instruction.Refund) return;
        if (instruction.CreatedAt + LongestSilence > organisation.Now) return;
        LogSilent(log, instruction.Kind, instruction.InstructionId, account.Provider);
        await End(organisation, instruction, RefundState.Failed, "", $"nothing was heard of it for {LongestSilence.TotalDays} days", ct);
    }

    /// <summary>Writes down how it stands, with all that follows from it, in the order in which everybody locks.</summary>
    private Task End(
        Db organisation, Instruction instruction, RefundState state, string reference, string why, CancellationToken ct, string raw = "") =>
        organisation.Transact(async tx =>
        {
            var payables = services.GetRequiredService<IPayables>();
            await payables.Lock(tx, instruction.OrderId, ct);
            var (attempts, instructions) = await tx.Both<Attempt, Instruction>(
                LockBoth, new { instruction.AttemptId, instruction.InstructionId }, ct);
            if (attempts is not [var attempt]) throw new InvalidOperationException($"Attempt {instruction.AttemptId} has gone.");
            if (instructions is not [{ IsOpen: true } open]) return;
            if (open.Kind == Instruction.Refund)
            {
                var change = new AttemptChange(tx, attempt, "system", "", ledger, payables);
                await change.Settle(open, new RefundSnapshot(reference, open.RefundId, state, open.Amount, why, raw), ct);
                await change.Write(
                    PollSchedule.Next(change.State, attempt.StartedAt ?? tx.Now, tx.Now, attempt.Polls), isPoll: false, ct);
                return;
            }
            var words = new AttemptLog(attempt, "system");
            words.Note($"{open.Kind} {state.Name()}{(why.Length > 0 ? ": " + why : "")}");
            words.Answer(raw);
            await words.Write(tx, ct);
            await tx.Later(EndOther, new
            {
                open.InstructionId,
                attempt.AttemptId,
                state = state.Name(),
                reference = reference.Length > 0 ? reference : null,
                nextTryAt = state == RefundState.Submitted ? tx.Now + BetweenPolls : (DateTimeOffset?)null,
                problem = AttemptLog.Clip(why, 500),
                words.Steps,
                tx.Now,
            }, ct);
        }, ct);

    // Each pause doubles: a quarter of a minute, half a minute, … at most six hours.
    private const string TakeDue = """
        update payments.instructions
        set tries = tries + 1,
            next_try_at = @now + make_interval(secs => least(@firstPauseSeconds * power(2, least(tries, 20)), 21600))
        from (
            select org_id, instruction_id
            from payments.instructions
            where next_try_at <= @now
            order by next_try_at
            limit @atMost
            for update skip locked
        ) due
        where instructions.org_id = due.org_id and instructions.instruction_id = due.instruction_id
        returning instructions.org_id, instructions.instruction_id
        """;

    private const string Select = $"""
        select {Instruction.Columns}
        from payments.instructions
        where org_id = @orgId and instruction_id = @instructionId
        """;

    private const string SelectWithAttempt = $"""
        {Select};

        select {Attempt.Columns}
        from payments.attempts
        where org_id = @orgId
        and attempt_id = (select attempt_id from payments.instructions where org_id = @orgId and instruction_id = @instructionId)
        """;

    private const string LockBoth = $"""
        {Attempt.SelectLocked};

        {Select}
        for update
        """;

    private const string Note = """
        update payments.instructions set problem = @problem where org_id = @orgId and instruction_id = @instructionId
        """;

    // Nobody was asked, so it was no try.
    private const string SetAside = """
        update payments.instructions
        set tries = tries - 1, next_try_at = @at, problem = @problem
        where org_id = @orgId and instruction_id = @instructionId and next_try_at is not null
        """;

    private const string LookLater = """
        update payments.instructions
        set next_try_at = @at
        where org_id = @orgId and instruction_id = @instructionId and next_try_at is not null
        """;

    private const string EndOther = """
        with ended as (
            update payments.instructions
            set state = @state, provider_ref = coalesce(@reference, provider_ref), next_try_at = @nextTryAt, problem = @problem,
                updated_at = @now
            where org_id = @orgId and instruction_id = @instructionId
        )
        update payments.attempts
        set steps = @steps, updated_at = @now
        where org_id = @orgId and attempt_id = @attemptId
        """;

    [LoggerMessage(Level = LogLevel.Warning, Message = "The {Kind} {InstructionId} waits: {Provider}: {Reason}")]
    private static partial void LogAway(ILogger log, string kind, Guid instructionId, string provider, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The {Kind} {InstructionId} was refused by {Provider} ({Code}); staff must look")]
    private static partial void LogRefused(ILogger log, string kind, Guid instructionId, string provider, string code);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Provider} never said how the {Kind} {InstructionId} ended; staff must look")]
    private static partial void LogSilent(ILogger log, string kind, Guid instructionId, string provider);
}
