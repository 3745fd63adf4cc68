using Balie.Identity.SignIn;
using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.Sessions;

/// <summary>Signs one of one's own sessions out; every process refuses it within a second.</summary>
internal static class EndSession
{
    public static void Map(IEndpointRouteBuilder api) => api.MapDelete("/auth/sessions/{sessionId:guid}", Handle).SignedIn();

    public static async Task<Outcome<Done>> Handle(Guid sessionId, Caller caller, Client client, Accounts accounts, CancellationToken ct)
    {
        if (caller.UserId is not { } userId) return PersonNeeded;
        return await accounts.Db.Transact<Done>(async tx =>
        {
            if (!await tx.End(userId, sessionId, Endings.Revoked, ct)) return SessionNotFound;
            await tx.Audit(caller.Actor, "session.ended", userId, client.Address, new { sessionId, because = Endings.Revoked }, ct);
            return new Done("The session is signed out.");
        }, ct);
    }
}
