namespace Balie.Identity.Installation;

/// <summary>
/// Deletes what has lapsed and is worth nothing any more. Nothing depends on it: everything is judged by its time when it is used.
/// </summary>
internal static class ForgetWhatLapsed
{
    public static Task Run(SystemDb db, IServiceProvider services, CancellationToken ct)
    {
        var now = db.Everywhere.Now;
        return db.Everywhere.Run(Delete, new
        {
            codesBefore = now.AddDays(-1),
            attemptsBefore = now.AddDays(-1),
            sessionsBefore = now.AddDays(-30),
            unverifiedBefore = now.AddDays(-7),
            keysBefore = now.AddDays(-1),
        }, ct);
    }

    // A signing key goes when the one after it has signed for a day.
    private const string Delete = """
        delete from identity.attempts where made_at < @attemptsBefore;
        delete from identity.sessions where expires_at < @sessionsBefore or ended_at < @sessionsBefore;
        delete from identity.users where verified_at is null and created_at < @unverifiedBefore;
        delete from identity.codes where expires_at < @codesBefore
            and not exists (select from identity.users where users.user_id = codes.user_id and verified_at is null);
        delete from identity.signing_keys old
        where exists (select from identity.signing_keys next where next.signs_from > old.signs_from and next.signs_from < @keysBefore);
        """;
}
