using Balie.Identity.SignIn;
using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.SecondFactor;

/// <summary>Switches the second factor off, for whoever knows the password and has the app or a recovery code.</summary>
internal static class RemoveTotp
{
    public sealed record Asked(string Password, string Code);

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/auth/totp/removal", Handle).SignedIn();

    public static async Task<Outcome<Done>> Handle(
        Asked asked, Caller caller, Client client, Accounts accounts, Reauthentication reauthentication, CancellationToken ct)
    {
        if (caller.UserId is not { } userId) return PersonNeeded;
        if (await reauthentication.Refuse(userId, asked.Password, client, ct) is { } refusal) return refusal;

        return await accounts.Db.Transact<Done>(async tx =>
        {
            if (!await SecondFactors.Accept(tx, userId, asked.Code, ct)) return CodeWrong;
            await tx.Run(SwitchOff, new { userId }, ct);
            await SecondFactors.ForgetCodes(tx, userId, ct);
            await tx.Audit(caller.Actor, "totp.off", userId, client.Address, new { }, ct);
            return new Done("The second factor is off.");
        }, ct);
    }

    private const string SwitchOff = "update identity.users set totp_since = null, totp_secret = null where user_id = @userId";
}
