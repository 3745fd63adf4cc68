using Balie.Identity.SignIn;
using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.SecondFactor;

/// <summary>Ten new recovery codes; the old ones are worth nothing any more.</summary>
internal static class RenewRecoveryCodes
{
    public sealed record Asked(string Password, string Code);

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/auth/totp/recovery-codes", Handle).SignedIn();

    public static async Task<Outcome<ConfirmTotp.Confirmed>> Handle(
        Asked asked, Caller caller, Client client, Accounts accounts, Reauthentication reauthentication, CancellationToken ct)
    {
        if (caller.UserId is not { } userId) return PersonNeeded;
        if (await reauthentication.Refuse(userId, asked.Password, client, ct) is { } refusal) return refusal;

        return await accounts.Db.Transact<ConfirmTotp.Confirmed>(async tx =>
        {
            if (!await SecondFactors.Accept(tx, userId, asked.Code, ct)) return CodeWrong;
            await tx.Audit(caller.Actor, "totp.recovery_codes_renewed", userId, client.Address, new { }, ct);
            return new ConfirmTotp.Confirmed(await SecondFactors.MakeRecoveryCodes(tx, userId, ct));
        }, ct);
    }
}
