using Balie.Identity.SignIn;
using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.SecondFactor;

/// <summary>
/// Makes the secret for an authenticator app. It counts for nothing until a code of the app confirms it; asking again makes another.
/// </summary>
internal static class EnrolTotp
{
    public sealed record Asked(string Password);

    /// <param name="Uri">The same as an <c>otpauth:</c> address, to be shown as a QR code.</param>
    public sealed record Enrolled(string Secret, string Uri);

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/auth/totp/enrolment", Handle).SignedIn();

    public static async Task<Outcome<Enrolled>> Handle(
        Asked asked, Caller caller, Client client, Accounts accounts, Reauthentication reauthentication, CancellationToken ct)
    {
        if (caller is not { UserId: { } userId, Email: { } email }) return PersonNeeded;
        if (await reauthentication.Refuse(userId, asked.Password, client, ct) is { } refusal) return refusal;

        var secret = Totp.MakeSecret();
        if (await accounts.Db.Run(KeepSecret, new { userId, secret }, ct) == 0) return TotpAlreadyOn;
        var spelled = Totp.Spell(secret);
        return new Enrolled(spelled, $"otpauth://totp/Balie:{Uri.EscapeDataString(email)}?secret={spelled}&issuer=Balie");
    }

    private const string KeepSecret = """
        update identity.users
        set totp_secret = @secret, totp_last_step = 0
        where user_id = @userId and totp_since is null
        """;
}
