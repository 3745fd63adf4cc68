using Balie.Identity.Passwords;
using Balie.Identity.Sessions;
using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.SignIn;

/// <summary>Changes the password of whoever is signed in and knows the current one; every other session ends.</summary>
internal static class ChangePassword
{
    public sealed record Asked(string CurrentPassword, string Password);

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/auth/password", Handle).SignedIn();

    public static async Task<Outcome<Done>> Handle(
        Asked asked, Caller caller, Client client, Accounts accounts, Reauthentication reauthentication, Hashing hashing,
        CancellationToken ct)
    {
        if (caller.UserId is not { } userId) return PersonNeeded;
        if (PasswordRules.Refuse(asked.Password, caller.Email ?? "", "") is { } weak) return weak;
        if (await reauthentication.Refuse(userId, asked.CurrentPassword, client, ct) is { } refusal) return refusal;

        var hashed = await hashing.Hash(asked.Password, ct);
        if (hashed.Value is not { } passwordHash) return hashed.Refusal ?? Busy;
        return await accounts.Db.Transact<Done>(async tx =>
        {
            if (await tx.One<UserRow>(SetPassword, new { userId, passwordHash }, ct) is not { } user) return PersonNeeded;
            await tx.EndAll(userId, caller.SessionId, Endings.Password, ct);
            await tx.Audit(caller.Actor, "password.changed", userId, client.Address, new { }, ct);
            await tx.Send(SignInMails.PasswordChanged(user.Email, user.Locale, user.Name), ct);
            return new Done("Your password is changed. Your other devices are signed out.");
        }, ct);
    }

    private sealed record UserRow(string Email, string Name, string Locale);

    private const string SetPassword = """
        update identity.users
        set password_hash = @passwordHash
        where user_id = @userId and disabled_at is null
        returning email, name, locale
        """;
}
