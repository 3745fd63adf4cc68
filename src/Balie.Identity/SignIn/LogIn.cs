using Balie.Identity.Passwords;
using Balie.Identity.SecondFactor;
using Balie.Identity.Sessions;
using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.SignIn;

/// <summary>
/// Signs in with address and password, and a code where the account has a second factor. An unknown address takes as long as a wrong
/// password and gets the same answer.
/// </summary>
internal static class LogIn
{
    /// <param name="Code">Six digits of the authenticator app, or a recovery code.</param>
    public sealed record Asked(string Email, string Password, string? Code = null);

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/auth/login", Handle).Public();

    public static async Task<Outcome<SignedIn>> Handle(
        Asked asked, Client client, SystemDb db, Accounts accounts, Attempts attempts, Hashing hashing, OpenSession open,
        CancellationToken ct)
    {
        if (asked.Password.Length > 4 * PasswordRules.Longest || EmailAddress.Key(asked.Email) is not { } emailKey) return CredentialsWrong;
        if (hashing.IsFull) return Busy;
        var subject = EmailAddress.Subject(emailKey);
        var attempt = await attempts.Begin(Attempts.Login, subject, client, ct);
        if (attempt.Refusal is { } tooMany) return tooMany;

        var user = await db.Everywhere.One<UserRow>(Select, new { emailKey }, ct);
        var check = await hashing.Check(user?.PasswordHash, asked.Password, ct);
        if (check.Refusal is { } busy) return await Undecided(busy);
        if (user is null || !check.Value.Right) return CredentialsWrong;
        if (!user.Verified) return EmailNotVerified;
        if (user.Disabled) return AccountDisabled;
        if (user.Totp && asked.Code is null) return await Undecided(TotpRequired);

        var stronger = check.Value.Weak ? (await hashing.Hash(asked.Password, ct)).Value : null;
        return await accounts.Db.Transact<SignedIn>(async tx =>
        {
            if (user.Totp && !await SecondFactors.Accept(tx, user.UserId, asked.Code ?? "", ct)) return TotpWrong;
            if (stronger is not null) await tx.Run(StoreStronger, new { user.UserId, stronger, user.PasswordHash }, ct);

            await Attempts.Forgive(tx, Attempts.Login, subject, client, ct);
            await tx.Audit($"user:{user.UserId}", "session.opened", user.UserId, client.Address, new { }, ct);
            return await open.Handle(tx, new UserView(user.UserId, user.Email, user.Name, user.Locale, user.Totp), client, ct);
        }, ct);

        // Neither right nor wrong: it must not count.
        async Task<Refusal> Undecided(Refusal refusal)
        {
            await Attempts.TakeBack(db.Everywhere, attempt.Value, ct);
            return refusal;
        }
    }

    private sealed record UserRow(
        Guid UserId, string Email, string Name, string Locale, string? PasswordHash, bool Verified, bool Disabled, bool Totp);

    // Who never confirmed the address is known by the password they proposed last.
    private const string Select = """
        select
            user_id, email, name, locale,
            coalesce(password_hash, (
                select codes.password_hash
                from identity.codes
                where codes.user_id = users.user_id and purpose = 'verify'
                order by codes.created_at desc
                limit 1)) as password_hash,
            verified_at is not null as verified, disabled_at is not null as disabled, totp_since is not null as totp
        from identity.users
        where email_key = @emailKey
        """;

    private const string StoreStronger =
        "update identity.users set password_hash = @stronger where user_id = @userId and password_hash = @passwordHash";
}
