using Balie.Identity.Passwords;
using Balie.Identity.Sessions;
using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.SignIn;

/// <summary>Sets a new password with the mailed code, and ends every session: whoever was in with the old one is out.</summary>
internal static class ResetPassword
{
    public sealed record Asked(string Email, string Code, string Password);

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/auth/reset", Handle).Public();

    public static async Task<Outcome<Done>> Handle(
        Asked asked, Client client, SystemDb db, Accounts accounts, Attempts attempts, Hashing hashing, CancellationToken ct)
    {
        if (EmailAddress.Key(asked.Email) is not { } emailKey) return EmailInvalid;
        if (PasswordRules.Refuse(asked.Password, asked.Email, "") is { } weak) return weak;
        if (hashing.IsFull) return Busy;
        var subject = EmailAddress.Subject(emailKey);
        if (await attempts.Begin(Attempts.Code, subject, client, ct) is { Refusal: { } tooMany }) return tooMany;
        if (await Codes.Try(db, emailKey, Codes.Reset, asked.Code, ct) is not { } code) return CodeWrong;

        var hashed = await hashing.Hash(asked.Password, ct);
        if (hashed.Value is not { } passwordHash) return hashed.Refusal ?? Busy;
        return await accounts.Db.Transact<Done>(async tx =>
        {
            if (!await Codes.Use(tx, code, Codes.Reset, ct)) return CodeWrong;
            if (await tx.One<UserRow>(SetPassword, new { code.UserId, passwordHash, tx.Now }, ct) is not { } user) return CodeWrong;

            await tx.EndAll(code.UserId, null, Endings.Reset, ct);
            await Attempts.Forgive(tx, Attempts.Code, subject, client, ct);
            await Attempts.Forgive(tx, Attempts.Login, subject, client, ct);
            await tx.Audit($"user:{code.UserId}", "password.reset", code.UserId, client.Address, new { }, ct);
            await tx.Send(SignInMails.PasswordChanged(user.Email, user.Locale, user.Name), ct);
            return new Done("Your password is changed, and you are signed out everywhere. Sign in with the new one.");
        }, ct);
    }

    private sealed record UserRow(string Email, string Name, string Locale);

    // The code came out of the mailbox, so it proves the address as well.
    private const string SetPassword = """
        update identity.users
        set password_hash = @passwordHash, verified_at = coalesce(verified_at, @now)
        where user_id = @userId and disabled_at is null
        returning email, name, locale
        """;
}
