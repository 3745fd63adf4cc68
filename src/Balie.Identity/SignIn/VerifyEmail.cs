using Balie.Contracts.Identity;
using Balie.Identity.Sessions;
using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.SignIn;

/// <summary>Confirms an address with the mailed code, makes the registration it belongs to true, and signs in.</summary>
internal static class VerifyEmail
{
    public sealed record Asked(string Email, string Code);

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/auth/verify", Handle).Public();

    public static async Task<Outcome<SignedIn>> Handle(
        Asked asked, Client client, SystemDb db, Accounts accounts, Attempts attempts, OpenSession open, CancellationToken ct)
    {
        if (EmailAddress.Key(asked.Email) is not { } emailKey) return EmailInvalid;
        var subject = EmailAddress.Subject(emailKey);
        if (await attempts.Begin(Attempts.Code, subject, client, ct) is { Refusal: { } tooMany }) return tooMany;
        if (await Codes.Try(db, emailKey, Codes.Verify, asked.Code, ct) is not { } code) return CodeWrong;

        return await accounts.Db.Transact<SignedIn>(async tx =>
        {
            if (!await Codes.Use(tx, code, Codes.Verify, ct)) return CodeWrong;
            if (await tx.One<UserView>(Confirm, new { code.UserId, code.Name, code.Locale, code.PasswordHash, tx.Now }, ct) is not { } user)
                return CodeWrong;

            await Attempts.Forgive(tx, Attempts.Code, subject, client, ct);
            await tx.Audit($"user:{user.Id}", "user.verified", user.Id, client.Address, new { }, ct);
            tx.Publish(new UserVerified(user.Id, tx.Now));
            return await open.Handle(tx, user, client, ct);
        }, ct);
    }

    private const string Confirm = """
        update identity.users
        set verified_at = @now, name = @name, locale = @locale, password_hash = @passwordHash
        where user_id = @userId and verified_at is null and disabled_at is null
        returning user_id as id, email, name, locale, totp_since is not null as totp
        """;
}
