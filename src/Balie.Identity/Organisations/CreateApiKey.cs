using Balie.Identity.SignIn;
using Microsoft.AspNetCore.Http;
using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.Organisations;

/// <summary>
/// Makes a key for a program, which can do what its scopes name and no more than its maker may. The key is shown in this answer and
/// never again; so the answer is not kept under an Idempotency-Key either, and a repetition makes a second key, to be revoked.
/// </summary>
internal static class CreateApiKey
{
    public sealed record Asked(string Name, string[] Scopes, DateTimeOffset? ExpiresAt = null);

    public sealed record Created(
        Guid Id, string Key, string Name, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/organisations/{organisationId:guid}/api-keys", Handle).Needs(Permission.ApiKeysWrite)
            .WithMetadata(new AnswersWith(StatusCodes.Status201Created));

    public static async Task<Outcome<Created>> Handle(
        Guid organisationId, Asked asked, Caller caller, Client client, Db db, CancellationToken ct)
    {
        if (organisationId != caller.OrgId) return OrganisationNotFound;
        if (Facts.RefuseName(asked.Name) is { } unnamed) return unnamed;
        if (ApiKeys.Refuse(asked.Scopes, caller.Permissions) is { } refusal) return refusal;
        if (asked.ExpiresAt <= db.Now) return ExpiryInvalid;
        return await db.Transact<Created>(
            async tx => await Make(tx, asked.Name.Trim(), asked.Scopes, asked.ExpiresAt, caller.Actor, client.Address, ct), ct);
    }

    /// <summary>A key of the transaction's organisation.</summary>
    public static async Task<Created> Make(
        Tx tx, string name, IReadOnlyList<string> scopes, DateTimeOffset? expiresAt, string actor, string address, CancellationToken ct)
    {
        var (keyId, key) = (tx.NewId(), ApiKeys.Make());
        await tx.Run(Insert, new
        {
            keyId,
            name,
            hint = ApiKeys.Hint(key),
            keyHash = ApiKeys.Hash(key),
            scopes = scopes.ToArray(),
            actor,
            tx.Now,
            expiresAt,
        }, ct);
        await tx.Audit(actor, "api_key.created", keyId, address, new { name, scopes }, ct);
        return new Created(keyId, key, name, scopes, tx.Now, expiresAt);
    }

    private const string Insert = """
        insert into identity.api_keys (org_id, key_id, name, hint, key_hash, scopes, created_by, created_at, expires_at)
        values (@orgId, @keyId, @name, @hint, @keyHash, @scopes, @actor, @now, @expiresAt)
        """;
}
