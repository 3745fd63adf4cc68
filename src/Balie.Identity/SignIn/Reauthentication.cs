using Balie.Identity.Passwords;
using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.SignIn;

/// <summary>Asks for the password again before something that a thief of an unlocked screen would like to do.</summary>
internal sealed class Reauthentication(SystemDb db, Attempts attempts, Hashing hashing)
{
    /// <summary>Null when the password is this person's; guesses count like those at the door.</summary>
    public async Task<Refusal?> Refuse(Guid userId, string password, Client client, CancellationToken ct)
    {
        if (hashing.IsFull) return Busy;
        if (await db.Everywhere.One<UserRow>(Select, new { userId }, ct) is not { } user) return PersonNeeded;
        var subject = EmailAddress.Subject(user.EmailKey);
        if (await attempts.Begin(Attempts.Login, subject, client, ct) is { Refusal: { } tooMany }) return tooMany;

        var check = await hashing.Check(user.PasswordHash, password, ct);
        if (check.Refusal is { } busy) return busy;
        if (!check.Value.Right) return PasswordWrong;
        await Attempts.Forgive(db.Everywhere, Attempts.Login, subject, client, ct);
        return null;
    }

    private sealed record UserRow(string EmailKey, string? PasswordHash);

    private const string Select = "select email_key, password_hash from identity.users where user_id = @userId";
}
