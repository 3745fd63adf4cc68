using System.Text.Json;
using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.SignIn;

/// <summary>Who is signed in, and what they may do in the organisation that the request is about.</summary>
internal static class SeeMe
{
    /// <param name="Permissions">By name, such as <c>eventsWrite</c>.</param>
    public sealed record Me(
        Guid Id, string Email, string Name, string Locale, bool Totp, DateTimeOffset CreatedAt, Guid SessionId,
        Guid OrganisationId, string Role,
        IReadOnlyList<string> Permissions);

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/auth/me", Handle).SignedIn();

    public static async Task<Outcome<Me>> Handle(Caller caller, Accounts accounts, CancellationToken ct)
    {
        if (caller is not { UserId: { } userId, SessionId: { } sessionId }) return PersonNeeded;
        if (await accounts.Db.One<UserRow>(Select, new { userId }, ct) is not { } user) return PersonNeeded;
        return new Me(
            user.UserId, user.Email, user.Name, user.Locale, user.Totp, user.CreatedAt, sessionId, caller.OrgId, caller.Role,
            [.. caller.Permissions.Select(
                permission => JsonNamingPolicy.CamelCase.ConvertName(permission.ToString())).Order(StringComparer.Ordinal)]);
    }

    private sealed record UserRow(Guid UserId, string Email, string Name, string Locale, bool Totp, DateTimeOffset CreatedAt);

    private const string Select = """
        select user_id, email, name, locale, totp_since is not null as totp, created_at
        from identity.users
        where user_id = @userId
        """;
}
