using Balie.Payments.Attempts;
using Balie.Payments.Providers;

namespace Balie.Payments.Instructions;

/// <summary>
/// Asks once more, after a look at a payment that its order has stopped: a provider refuses to cancel what the buyer is paying at that
/// moment, and money that is authorised afterwards must still be let go. Each look leads to one try at most, under a key of its own,
/// because providers repeat a refusal to the same key.
/// </summary>
internal static class VoidAgain
{
    private const string Reason = "the order wants it no more";

    /// <param name="attempt">Locked by the caller, as it was before the look.</param>
    /// <param name="state">What it became.</param>
    public static async Task When(Tx tx, Attempt attempt, AttemptState state, CancellationToken ct)
    {
        if (attempt.StoppedAt is null || attempt.NewestRef is null) return;
        if (!state.IsOpen() && state != AttemptState.Authorised) return;
        // An aggregate without grouping always has one row.
        var before = (await tx.One<Tried>(SelectTried, new { attempt.AttemptId }, ct))!;
        // A page that was closed in time needs nothing more, unless money was reserved on it all the same.
        if (!before.IsOpen && (before.WasRefused || state == AttemptState.Authorised))
            await Instruction.Add(tx, attempt, Instruction.Void, attempt.Amount, Reason, null, 1, ct);
    }

    private sealed record Tried(bool IsOpen, bool WasRefused);

    private const string SelectTried = """
        select coalesce(bool_or(state in ('requested', 'submitted')), false) as is_open,
            coalesce(bool_and(state = 'failed'), false) as was_refused
        from payments.instructions
        where org_id = @orgId and attempt_id = @attemptId and kind = 'void'
        """;
}
