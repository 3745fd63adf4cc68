using Balie.Contracts.Payments;
using Balie.Payments.Instructions;
using Balie.Payments.ProviderAccounts;
using Balie.Payments.Providers;

namespace Balie.Payments.Attempts;

/// <summary>
/// The one way in which an attempt learns what became of it, whoever woke us: webhook, return page, clock or staff. The provider is asked
/// outside any transaction; then one transaction locks the order, then the attempt, and applies the answer with all that follows from it.
/// </summary>
internal sealed partial class SyncAttempt(
    SystemDb db, AccountBook accounts, ProviderCalls providers, ILedger ledger, IServiceProvider services, StartPayment start,
    ILogger<SyncAttempt> log)
{
    /// <summary>
    /// Work of the caller's own that commits with the change: the webhook that is done by it. False when that was done before, by somebody
    /// who was faster; then nothing is applied.
    /// </summary>
    public delegate Task<bool> Companion(Tx tx, CancellationToken ct);

    /// <param name="Verified">What a verified event claims, for a provider that cannot be asked.</param>
    public sealed record Wish(
        string Actor, string Reason, bool IsPoll = false, ClaimedChange? Verified = null, string? PaymentRef = null, string Raw = "",
        Companion? With = null);

    /// <summary>The state it has now, or null when there is no such attempt.</summary>
    /// <exception cref="ProviderAwayException">It could not be asked.</exception>
    public async Task<AttemptState?> Run(Guid orgId, Guid attemptId, Wish wish, CancellationToken ct)
    {
        var organisation = db.As(orgId);
        return await Attempt.Find(organisation, attemptId, ct) is { } attempt ? await Run(organisation, attempt, wish, ct) : null;
    }

    /// <summary>The same for somebody who has just read the attempt.</summary>
    public async Task<AttemptState> Run(Db organisation, Attempt seen, Wish wish, CancellationToken ct)
    {
        var attempt = await Recover(organisation, seen, ct);
        var snapshot = wish.Verified is null ? await Ask(organisation, attempt, ct) : null;

        var state = attempt.Stands;
        IReadOnlyList<Instruction> failed = [];
        await organisation.Transact(async tx =>
        {
            var payables = services.GetRequiredService<IPayables>();
            if (!await payables.Lock(tx, attempt.OrderId, ct))
                throw new InvalidOperationException($"Order {attempt.OrderId} of attempt {attempt.AttemptId} is nowhere.");
            var locked = await Attempt.Lock(tx, attempt.AttemptId, ct)
                ?? throw new InvalidOperationException($"Attempt {attempt.AttemptId} has gone.");
            state = locked.Stands;
            if (wish.With is { } with && !await with(tx, ct)) return;
            var change = new AttemptChange(tx, locked, wish.Actor, wish.Reason, ledger, payables);
            if (snapshot is not null) await change.Apply(snapshot, ct);
            if (wish.Verified is { } claimed) await change.Apply(claimed, wish.PaymentRef, wish.Raw, ct);
            if (IsOver(locked, change.State, snapshot, tx.Now)) await change.Move(AttemptState.Expired, ct);
            await change.Write(NextPoll(locked, change.State, wish.IsPoll, tx.Now), wish.IsPoll, ct);
            (state, failed) = (change.State, change.Failed);
            // What was refused just now would be refused again.
            if (failed.All(one => one.Kind != Instruction.Void)) await VoidAgain.When(tx, locked, state, ct);
        }, ct);
        foreach (var one in failed) LogFailed(log, one.Kind, one.InstructionId, attempt.AttemptId);
        return state;
    }

    // It was to be made at the provider, and the answer never came: asked again under the same key, the provider says what it has.
    private async Task<Attempt> Recover(Db organisation, Attempt attempt, CancellationToken ct)
    {
        if (attempt is not { ProviderRef: null, AccountId: { } accountId, Stands: AttemptState.Created }) return attempt;
        if (await accounts.Find(organisation.OrgId, accountId, ct) is not { } account) return attempt;
        if (account.IsSealed) throw new AccountSealedException();
        var made = await start.Create(organisation, attempt, account, ct);
        if (made.Refusal?.Code == PaymentsRefusals.ProviderAway.Code) throw new ProviderAwayException($"{account.Provider} is away.");
        return await Attempt.Find(organisation, attempt.AttemptId, ct) ?? attempt;
    }

    private async Task<PaymentSnapshot?> Ask(Db organisation, Attempt attempt, CancellationToken ct)
    {
        if (attempt is not { NewestRef: { } reference, AccountId: { } accountId }) return null;
        if (await accounts.Find(organisation.OrgId, accountId, ct) is not { } account) return null;
        try { return await providers.Call(account, (provider, token) => provider.GetPayment(account, reference, token), ct); }
        catch (ProviderRefusedException no) when (no.Code != Refused.Account)
        {
            // It has forgotten the payment, or never had it: nothing to learn there. The clock decides.
            return null;
        }
    }

    // A provider that says it is still open is believed for an hour longer; so is one that cannot be asked.
    private static bool IsOver(Attempt attempt, AttemptState state, PaymentSnapshot? snapshot, DateTimeOffset now)
    {
        if (state != AttemptState.Created && !(state == AttemptState.Pending && snapshot is null)) return false;
        return attempt.StartedAt is null ? attempt.ExpiresAt <= now : attempt.ExpiresAt + PollSchedule.Grace <= now;
    }

    private static DateTimeOffset? NextPoll(Attempt attempt, AttemptState state, bool isPoll, DateTimeOffset now) =>
        attempt.StartedAt is { } started
            ? PollSchedule.Next(state, started, now, attempt.Polls + (isPoll ? 1 : 0))
            : state == AttemptState.Created ? attempt.ExpiresAt : null;

    [LoggerMessage(Level = LogLevel.Error, Message = "The {Kind} {InstructionId} of payment {AttemptId} came to nothing; staff must look")]
    private static partial void LogFailed(ILogger log, string kind, Guid instructionId, Guid attemptId);
}
