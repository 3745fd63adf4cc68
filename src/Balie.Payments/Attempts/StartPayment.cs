using Balie.Contracts.Payments;
using Balie.Payments.Instructions;
using Balie.Payments.Pages;
using Balie.Payments.ProviderAccounts;
using Balie.Payments.Providers;
using static Balie.Payments.PaymentsRefusals;

namespace Balie.Payments.Attempts;

/// <summary>
/// Makes the payment at the provider, or gives the one that is there. However many tabs ask, one of them asks the provider, always under
/// the attempt's own key: an answer that was lost on its way is given again, not a second payment.
/// </summary>
internal sealed partial class StartPayment(
    SystemDb db, AccountBook accounts, ProviderCalls providers, SiteAddress site, IPayments payments, IServiceProvider services,
    ILogger<StartPayment> log)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    /// <param name="RedirectUrl">The provider's page, where the buyer pays.</param>
    public sealed record Started(Guid AttemptId, string RedirectUrl);

    /// <param name="Method">One of the methods on offer; left out, the buyer chooses at the provider.</param>
    public sealed record Wish(string? Method = null);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/payments/{attemptId:guid}/start", Handle).Public();

    public static Task<Outcome<Started>> Handle(Guid attemptId, Wish body, Caller caller, StartPayment start, CancellationToken ct) =>
        start.Run(caller.OrgId, attemptId, body.Method, ct);

    /// <summary>An attempt that was lost has a successor for the same order, as long as that can be paid.</summary>
    public async Task<Outcome<Started>> Run(Guid orgId, Guid attemptId, string? method, CancellationToken ct)
    {
        var organisation = db.As(orgId);
        if (await Attempt.Find(organisation, attemptId, ct) is not { } attempt) return PaymentNotFound;
        if (attempt.Stands.IsLost() && attempt.StoppedAt is null && attempt.ExpiresAt > organisation.Now)
        {
            if (await Successor(organisation, attempt, ct) is not { } next) return PaymentEnded;
            attempt = next;
        }
        for (var waited = TimeSpan.Zero; waited < LongestWait; waited += BetweenLooks)
        {
            if (Refuse(attempt, organisation.Now) is { } refusal) return refusal;
            if (attempt.Provider.Length > 0 && providers.Find(attempt.Provider) is null) return NoAccount;
            if (attempt.RedirectUrl is { } page) return new Started(attempt.AttemptId, page);
            var (account, wrong) = await Choose(organisation, attempt, method, ct);
            if (account is null) return wrong ?? NoAccount;
            if (account.IsSealed) return ProviderMisconfigured;
            if (await organisation.One<Attempt>(Claim, new
            {
                attempt.AttemptId,
                account.AccountId,
                account.Provider,
                method,
                Lease,
                organisation.Now,
            }, ct) is { } claimed)
                return await Create(organisation, claimed, account, ct);

            await Task.Delay(BetweenLooks, ct);
            if (await Attempt.Find(organisation, attempt.AttemptId, ct) is not { } again) return PaymentNotFound;
            attempt = again;
        }
        return PaymentStarting;
    }

    /// <summary>
    /// Asks the provider, without knowing whether it was asked before. What it has made is written down also where the order wants it no
    /// more; then it is taken back.
    /// </summary>
    public async Task<Outcome<Started>> Create(Db organisation, Attempt attempt, ProviderAccount account, CancellationToken ct)
    {
        CreatedPayment made;
        try
        {
            made = await providers.Call(account, (provider, token) => provider.CreatePayment(account, Asked(attempt), token), ct);
        }
        catch (ProviderAwayException away)
        {
            LogAway(log, attempt.AttemptId, account.Provider, away.Message);
            await organisation.Run(LetGo, new { attempt.AttemptId }, CancellationToken.None);
            return ProviderAway;
        }
        catch (ProviderRefusedException busy) when (busy.Code is Refused.Key or Refused.Conflict)
        {
            // It has heard of this payment before: whatever it says now, it may have made it.
            LogRefused(log, attempt.AttemptId, account.Provider, busy.Code, busy.Message);
            await organisation.Run(LetGo, new { attempt.AttemptId }, CancellationToken.None);
            return PaymentStarting;
        }
        catch (ProviderRefusedException no)
        {
            LogRefused(log, attempt.AttemptId, account.Provider, no.Code, no.Message);
            await NoteRefusal(organisation, attempt, no);
            return ProviderRefused;
        }
        await organisation.Transact(tx => WriteDown(tx, attempt, made), CancellationToken.None);
        return new Started(attempt.AttemptId, made.RedirectUrl);
    }

    private CreatePayment Asked(Attempt attempt)
    {
        var back = $"{site.Base}{PayLinks.ReturnOf(attempt.AttemptId)}";
        return new CreatePayment(
            attempt.AttemptId, attempt.OrderReference, attempt.Amount, attempt.Description, back, back, attempt.CaptureLater,
            attempt.ExpiresAt, attempt.Locale, attempt.Method, $"payment:{attempt.AttemptId}");
    }

    private static Refusal? Refuse(Attempt attempt, DateTimeOffset now) => attempt.Stands switch
    {
        AttemptState.Captured or AttemptState.Authorised or AttemptState.ChargedBack => AlreadyPaid,
        _ when attempt.StoppedAt is not null || !attempt.Stands.IsOpen() || attempt.ExpiresAt <= now => PaymentEnded,
        _ => null,
    };

    private async Task<(ProviderAccount? Account, Refusal? Wrong)> Choose(
        Db organisation, Attempt attempt, string? method, CancellationToken ct)
    {
        // Begun at one provider it stays there: that one may have it.
        if (attempt.AccountId is { } begun) return (await accounts.Find(organisation.OrgId, begun, ct), null);
        var startable = await accounts.Startable(organisation.OrgId, ct);
        if (method is null) return (startable.Count > 0 ? startable[0] : null, null);
        foreach (var account in startable)
        {
            if ((await Methods.Of(organisation, account.AccountId, ct)).Any(offered => offered.IsEnabled && offered.Method == method))
                return (account, null);
        }
        return (null, startable.Count > 0 ? MethodUnknown : null);
    }

    private async Task<Attempt?> Successor(Db organisation, Attempt lost, CancellationToken ct)
    {
        var opened = await organisation.Transact<Guid>(async tx =>
        {
            if (!await services.GetRequiredService<IPayables>().Lock(tx, lost.OrderId, ct)) return PaymentNotFound;
            if (await tx.One<bool>(IsOver, new { lost.OrderId }, ct)) return PaymentEnded;
            var request = new PaymentRequest(
                lost.OrderId, lost.OrderReference, lost.Amount, lost.Description, lost.Locale, lost.ExpiresAt, lost.CaptureLater);
            return (await payments.Open(tx, request, ct)).AttemptId;
        }, ct);
        return opened.Ok ? await Attempt.Find(organisation, opened.Value, ct) : null;
    }

    private static async Task WriteDown(Tx tx, Attempt attempt, CreatedPayment made)
    {
        var ct = CancellationToken.None;
        var locked = await Attempt.Lock(tx, attempt.AttemptId, ct)
            ?? throw new InvalidOperationException($"Attempt {attempt.AttemptId} has gone.");
        if (locked.ProviderRef is not null) return;
        var words = new AttemptLog(locked, "system");
        words.Note("made at the provider");
        words.Answer(made.Raw);
        await words.Write(tx, ct);
        await tx.Later(Keep, new
        {
            attempt.AttemptId,
            made.ProviderRef,
            made.RedirectUrl,
            words.Steps,
            tx.Now,
            nextPollAt = PollSchedule.Next(tx.Now, tx.Now, polls: 0),
        }, ct);
        if (locked.StoppedAt is not null)
            await Instruction.Add(tx, locked, Instruction.Void, locked.Amount, "the order wants it no more", null, 1, ct);
    }

    private static Task NoteRefusal(Db organisation, Attempt attempt, ProviderRefusedException no) => organisation.Transact(async tx =>
    {
        var ct = CancellationToken.None;
        if (await Attempt.Lock(tx, attempt.AttemptId, ct) is not { ProviderRef: null } locked) return;
        var words = new AttemptLog(locked, "system");
        words.Note($"refused by the provider: {no.Code}: {no.Message}");
        await words.Write(tx, ct);
        await tx.Later(Forget, new { attempt.AttemptId, words.Steps, tx.Now }, ct);
    }, CancellationToken.None);

    // The lease is judged by the database's clock: it is about processes, not about business.
    private const string Claim = $"""
        update payments.attempts
        set account_id = @accountId, provider = @provider, method = coalesce(@method, method),
            started_at = coalesce(started_at, @now), starting_until = clock_timestamp() + @lease,
            next_poll_at = @now + interval '2 minutes', updated_at = @now
        where org_id = @orgId and attempt_id = @attemptId and provider_ref is null and state = 'created' and stopped_at is null
            and (starting_until is null or starting_until < clock_timestamp()) and (account_id is null or account_id = @accountId)
        returning {Attempt.Columns}
        """;

    private const string LetGo = """
        update payments.attempts
        set starting_until = null
        where org_id = @orgId and attempt_id = @attemptId and provider_ref is null
        """;

    // It knows nothing of it, so another account or method may be tried.
    private const string Forget = """
        update payments.attempts
        set starting_until = null, account_id = null, provider = '', method = null, started_at = null, next_poll_at = expires_at,
            steps = @steps, updated_at = @now
        where org_id = @orgId and attempt_id = @attemptId
        """;

    private const string Keep = """
        update payments.attempts
        set provider_ref = @providerRef, redirect_url = @redirectUrl, starting_until = null, steps = @steps, next_poll_at = @nextPollAt,
            updated_at = @now
        where org_id = @orgId and attempt_id = @attemptId
        """;

    // Stopped by the order, or paid by another attempt meanwhile.
    private const string IsOver = """
        select exists (
            select
            from payments.attempts
            where org_id = @orgId and order_id = @orderId
                and (stopped_at is not null or state in ('captured', 'authorised', 'charged_back'))
        )
        """;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Payment {AttemptId} could not be started at {Provider}: {Reason}")]
    private static partial void LogAway(ILogger log, Guid attemptId, string provider, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Payment {AttemptId} was refused by {Provider}: {Code} {Reason}")]
    private static partial void LogRefused(ILogger log, Guid attemptId, string provider, string code, string reason);
}
