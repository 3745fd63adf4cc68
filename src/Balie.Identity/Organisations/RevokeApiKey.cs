using Balie.Identity.Sessions;
using Balie.Identity.SignIn;
using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.Organisations;

/// <summary>Ends a key at once and for good; every process refuses it within a second. Revoking twice changes nothing.</summary>
internal static class RevokeApiKey
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapDelete("/organisations/{organisationId:guid}/api-keys/{keyId:guid}", Handle).Needs(Permission.ApiKeysWrite);

    public static async Task<Outcome<Done>> Handle(
        Guid organisationId, Guid keyId, Caller caller, Client client, Db db, CancellationToken ct)
    {
        if (organisationId != caller.OrgId) return OrganisationNotFound;
        return await db.Transact<Done>(async tx =>
        {
            if (await tx.Run(Revoke, new { keyId, tx.Now }, ct) == 0)
                return await tx.One<bool>(Exists, new { keyId }, ct) ? new Done("The key was revoked before.") : ApiKeyNotFound;
            await tx.Audit(caller.Actor, "api_key.revoked", keyId, client.Address, new { }, ct);
            await tx.Tell(keyId, ct);
            return new Done("The key is revoked.");
        }, ct);
    }

    private const string Revoke =
        "update identity.api_keys set revoked_at = @now where org_id = @orgId and key_id = @keyId and revoked_at is null";

    private const string Exists = "select exists (select from identity.api_keys where org_id = @orgId and key_id = @keyId)";
}
