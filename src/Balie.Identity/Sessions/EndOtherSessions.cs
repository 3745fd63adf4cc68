using Balie.Identity.SignIn;
using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.Sessions;

/// <summary>Signs out everywhere else.</summary>
internal static class EndOtherSessions
{
    public sealed record Ended(int Sessions);

    public static void Map(IEndpointRouteBuilder api) => api.MapDelete("/auth/sessions", Handle).SignedIn();

    public static async Task<Outcome<Ended>> Handle(Caller caller, Client client, Accounts accounts, CancellationToken ct)
    {
        if (caller.UserId is not { } userId) return PersonNeeded;
        return await accounts.Db.Transact<Ended>(async tx =>
        {
            var ended = await tx.EndAll(userId, caller.SessionId, Endings.Revoked, ct);
            await tx.Audit(caller.Actor, "session.others_ended", userId, client.Address, new { ended }, ct);
            return new Ended(ended);
        }, ct);
    }
}
