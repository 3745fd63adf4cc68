using Balie.Identity.SignIn;
using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.SecondFactor;

/// <summary>Switches the second factor on with a first code of the app, and tells the recovery codes, this once.</summary>
internal static class ConfirmTotp
{
    public sealed record Asked(string Code);

    public sealed record Confirmed(IReadOnlyList<string> RecoveryCodes);

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/auth/totp/confirmation", Handle).SignedIn();

    public static async Task<Outcome<Confirmed>> Handle(Asked asked, Caller caller, Client client, Accounts accounts, CancellationToken ct)
    {
        if (caller.UserId is not { } userId) return PersonNeeded;
        return await accounts.Db.Transact<Confirmed>(async tx =>
        {
            if (await tx.One<SecretRow>(LockSecret, new { userId }, ct) is not { TotpSecret: { } secret }) return TotpNotOn;
            if (Totp.Find(secret, asked.Code, tx.Now, 0) is not { } step) return CodeWrong;
            if (await tx.Run(SwitchOn, new { userId, step, tx.Now }, ct) == 0) return TotpAlreadyOn;
            await tx.Audit(caller.Actor, "totp.on", userId, client.Address, new { }, ct);
            return new Confirmed(await SecondFactors.MakeRecoveryCodes(tx, userId, ct));
        }, ct);
    }

    private sealed record SecretRow(byte[]? TotpSecret);

    private const string LockSecret = "select totp_secret from identity.users where user_id = @userId for update";

    private const string SwitchOn = """
        update identity.users
        set totp_since = @now, totp_last_step = @step
        where user_id = @userId and totp_since is null
        """;
}
