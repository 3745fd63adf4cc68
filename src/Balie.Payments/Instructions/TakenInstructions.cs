using Balie.Payments.Attempts;
using Balie.Payments.Providers;

namespace Balie.Payments.Instructions;

/// <summary>
/// Captures and voids of one payment that its provider has only taken: how they ended shows in the payment itself, or is told as a refusal.
/// </summary>
/// <param name="attempt">Locked by the caller, as it was before what is being applied.</param>
internal sealed class TakenInstructions(Tx tx, Attempt attempt, AttemptLog log)
{
    private readonly Dictionary<string, string> _refused = [];
    private readonly List<Instruction> _failed = [];

    /// <summary>Those that came to nothing just now.</summary>
    public IReadOnlyList<Instruction> Failed => _failed;

    /// <summary>The provider lists what it calls so as failed.</summary>
    public void Refuse(string name) => _refused[name] = "the provider gave it up";

    /// <summary>The provider told that what it calls so was refused.</summary>
    /// <exception cref="ProviderAwayException">It was faster than our own note of that name.</exception>
    public async Task Refuse(string name, string why, CancellationToken ct)
    {
        _refused[name] = why;
        var open = await Open(ct);
        if (open.Any(one => one.ProviderRef == name)) return;
        if (open.Any(one => one.State == RefundStates.Requested))
            throw new ProviderAwayException("It refuses what is still being asked for.");
        log.Ignored($"a refusal of {name}, which is not open here: {why}");
    }

    /// <param name="state">What the payment is now.</param>
    public async Task End(AttemptState state, long capturedMinor, CancellationToken ct)
    {
        foreach (var taken in (await Open(ct)).Where(one => one.State == RefundStates.Submitted))
        {
            if (EndOf(taken, state, capturedMinor) is not var (to, why)) continue;
            await tx.Later(Instruction.Move, new
            {
                taken.InstructionId,
                state = to.Name(),
                reference = taken.ProviderRef,
                nextTryAt = (DateTimeOffset?)null,
                problem = AttemptLog.Clip(why, 500),
                tx.Now,
            }, ct);
            log.Note($"{taken.Kind} {to.Name()}{(why.Length > 0 ? ": " + why : "")}");
            if (to == RefundState.Failed) _failed.Add(taken);
        }
    }

    private (RefundState To, string Why)? EndOf(Instruction taken, AttemptState state, long capturedMinor) => taken.Kind switch
    {
        _ when taken.ProviderRef is { } name && _refused.TryGetValue(name, out var why) => (RefundState.Failed, why),
        Instruction.Capture when capturedMinor >= taken.AmountMinor => (RefundState.Succeeded, ""),
        Instruction.Void when capturedMinor > 0 => (RefundState.Failed, "the payment was captured"),
        Instruction.Capture when state.IsLost() => (RefundState.Failed, $"the payment is {state.Name()}"),
        Instruction.Void when state.IsLost() => (RefundState.Succeeded, ""),
        _ => null,
    };

    // Only what is captured later has captures, and only what was stopped has voids.
    private Task<Instruction[]> Open(CancellationToken ct) => attempt.CaptureLater || attempt.StoppedAt is not null
        ? tx.Many<Instruction>(LockOpen, new { attempt.AttemptId }, ct)
        : Task.FromResult<Instruction[]>([]);

    private const string LockOpen = $"""
        select {Instruction.Columns}
        from payments.instructions
        where org_id = @orgId and attempt_id = @attemptId and kind in ('capture', 'void') and state in ('requested', 'submitted')
        order by instruction_id
        for update
        """;
}
