namespace Balie.Identity.SignIn;

/// <summary>
/// Limits on guessing, counted in the database so that they hold over processes and before anything costly is done. An attempt counts
/// from its beginning, so a hundred at once are a hundred; success takes it back. Failures count per account *and* address, so
/// somebody else's failures never lock out the owner; a wider limit holds per address over all accounts.
/// </summary>
internal sealed class Attempts(SystemDb db, IOptions<IdentityOptions> options)
{
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    public const string Login = "login";
    public const string Code = "code";
    public const string Mail = "mail";
    public const string Member = "member";

    private sealed record Counted(long OfSubject, long OfAddress, DateTimeOffset? OldestOfSubject, DateTimeOffset? OldestOfAddress);

    /// <summary>Notes an attempt and answers its id, or refuses it.</summary>
    public Task<Outcome<Guid>> Begin(string kind, byte[] subject, Client client, CancellationToken ct) =>
        db.Everywhere.Transact<Guid>(async tx =>
        {
            var attempt = new { attemptId = tx.NewId(), kind, subject, client.Address, tx.Now, since = tx.Now - Window };
            // Twins wait for each other here, else each would count only itself.
            await tx.Run(OneAtATime, attempt, ct);
            // An aggregate always answers one row.
            var counted = (await tx.One<Counted>(Count, attempt, ct))!;
            if (counted is { OldestOfSubject: { } first } && counted.OfSubject >= options.Value.AttemptsPerAccount)
                return TooMany(first, tx.Now);
            if (counted is { OldestOfAddress: { } oldest } && counted.OfAddress >= options.Value.AttemptsPerAddress)
                return TooMany(oldest, tx.Now);
            await tx.Run(Insert, attempt, ct);
            return attempt.attemptId;
        }, ct);

    /// <summary>After a success the account starts afresh at this address.</summary>
    public static Task<int> Forgive(Sql sql, string kind, byte[] subject, Client client, CancellationToken ct) =>
        sql.Run(Delete, new { kind, subject, client.Address }, ct);

    /// <summary>For an attempt that came to no decision.</summary>
    public static Task<int> TakeBack(Sql sql, Guid attemptId, CancellationToken ct) => sql.Run(DeleteOne, new { attemptId }, ct);

    /// <summary>How often something was tried for an account lately, from anywhere.</summary>
    public static Task<long> Lately(Sql sql, string kind, byte[] subject, CancellationToken ct) =>
        sql.One<long>(CountAll, new { kind, subject, since = sql.Now - Window }, ct);

    private static Refusal TooMany(DateTimeOffset oldest, DateTimeOffset now) =>
        IdentityRefusals.TooManyAttempts.After(oldest + Window - now);

    private const string OneAtATime = "select pg_advisory_xact_lock(hashtextextended(@kind || encode(@subject, 'hex') || @address, 0))";

    private const string Count = """
        select
            count(*) filter (where subject = @subject) as of_subject,
            count(*) as of_address,
            min(made_at) filter (where subject = @subject) as oldest_of_subject,
            min(made_at) as oldest_of_address
        from identity.attempts
        where kind = @kind and address = @address and made_at > @since
        """;

    private const string CountAll = "select count(*) from identity.attempts where kind = @kind and subject = @subject and made_at > @since";

    private const string Insert = """
        insert into identity.attempts (attempt_id, kind, subject, address, made_at)
        values (@attemptId, @kind, @subject, @address, @now)
        """;

    private const string DeleteOne = "delete from identity.attempts where attempt_id = @attemptId";

    private const string Delete = "delete from identity.attempts where kind = @kind and subject = @subject and address = @address";
}
