namespace Balie.Payments.Attempts;

/// <summary>The rows of an attempt's log, gathered while its lock is held and written in one statement.</summary>
internal sealed class AttemptLog(Attempt attempt, string actor)
{
    private const int LongestReason = 500;
    private const int LongestAnswer = 100_000;
    private readonly List<(string What, string? From, string? To, string Reason, string Answer)> _rows = [];

    public bool IsEmpty => _rows.Count == 0;

    /// <summary>How many rows the attempt's log has with these.</summary>
    public int Steps => attempt.Steps + _rows.Count;

    public void Moved(string from, string to, string reason) => _rows.Add(("state", from, to, reason, ""));

    public void Money(string reason) => _rows.Add(("money", null, null, reason, ""));

    public void Ignored(string reason) => _rows.Add(("ignored", null, null, reason, ""));

    public void Note(string reason) => _rows.Add(("note", null, null, reason, ""));

    /// <summary>The provider's own words go with the last row.</summary>
    public void Answer(string raw)
    {
        if (!IsEmpty) _rows[^1] = _rows[^1] with { Answer = Clip(raw, LongestAnswer) };
    }

    /// <summary>Adds the rows; whoever has the attempt's lock also stores <see cref="Steps"/>.</summary>
    public async Task Write(Tx tx, CancellationToken ct)
    {
        if (IsEmpty) return;
        await tx.Later(Insert, new
        {
            attempt.AttemptId,
            tx.Now,
            actor,
            steps = Enumerable.Range(attempt.Steps + 1, _rows.Count).ToArray(),
            whats = _rows.Select(row => row.What).ToArray(),
            froms = _rows.Select(row => row.From).ToArray(),
            tos = _rows.Select(row => row.To).ToArray(),
            reasons = _rows.Select(row => Clip(row.Reason, LongestReason)).ToArray(),
            answers = _rows.Select(row => row.Answer).ToArray(),
        }, ct);
    }

    /// <summary>Text that the database holds: short enough, and without the one character it refuses.</summary>
    public static string Clip(string text, int longest)
    {
        var clean = text.Replace("\0", "", StringComparison.Ordinal);
        if (clean.Length <= longest) return clean;
        return char.IsHighSurrogate(clean[longest - 1]) ? clean[..(longest - 1)] : clean[..longest];
    }

    private const string Insert = """
        insert into payments.attempt_log (org_id, attempt_id, step, at, actor, what, from_state, to_state, reason, answer)
        select @orgId, @attemptId, step, @now, @actor, what, from_state, to_state, reason, answer
        from unnest(@steps::int[], @whats::text[], @froms::text[], @tos::text[], @reasons::text[], @answers::text[])
            as row (step, what, from_state, to_state, reason, answer)
        """;
}
