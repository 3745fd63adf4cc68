using Balie.Identity.Callers;

namespace Balie.Identity.Sessions;

/// <summary>How sessions end: one, or all of a person but perhaps one. Every process hears of it when the transaction commits.</summary>
internal static class Endings
{
    public const string Logout = "logout";
    public const string Revoked = "revoked";
    public const string Reuse = "reuse";
    public const string Password = "password";
    public const string Reset = "reset";
    public const string Disabled = "disabled";

    /// <returns>Whether this session of this person was still open.</returns>
    public static async Task<bool> End(this Tx tx, Guid userId, Guid sessionId, string because, CancellationToken ct)
    {
        if (await tx.Run(EndOne, new { userId, sessionId, because, tx.Now }, ct) == 0) return false;
        await tx.Tell(sessionId, ct);
        return true;
    }

    /// <returns>How many sessions ended.</returns>
    public static async Task<int> EndAll(this Tx tx, Guid userId, Guid? except, string because, CancellationToken ct)
    {
        var ended = await tx.Run(EndMany, new { userId, except, because, tx.Now }, ct);
        // One piece of news for all: every credential of the person is looked up again, the one that stays included.
        await tx.Tell(userId, ct);
        return ended;
    }

    /// <summary>News for all processes: whatever they remember of this session, person, key or organisation is not true any more.</summary>
    public static Task Tell(this Tx tx, Guid about, CancellationToken ct) =>
        tx.Run(Signals.Send, new { channel = KnownCallers.Channel, payload = about.ToString() }, ct);

    private const string EndOne = """
        update identity.sessions
        set ended_at = @now, ended_because = @because
        where session_id = @sessionId and user_id = @userId and ended_at is null
        """;

    private const string EndMany = """
        update identity.sessions
        set ended_at = @now, ended_because = @because
        where user_id = @userId and ended_at is null and (@except::uuid is null or session_id <> @except)
        """;
}
