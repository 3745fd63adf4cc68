using System.Net.Http.Headers;

namespace Balie.Testing;

/// <summary>
/// Stands in for Identity where a module is tested alone: the bearer names who is asking, <c>role</c> or <c>role:person</c>, and
/// <c>X-Organisation</c> names any organisation by its id.
/// </summary>
public sealed class TestCallers : ICallers
{
    /// <summary>The organisation of a request that names none.</summary>
    public static readonly Guid Default = new("01900000-0000-7000-8000-000000000001");

    public ValueTask<Guid?> FindOrganisation(string? slugOrId, string host, CancellationToken ct) =>
        ValueTask.FromResult(slugOrId is null ? Default : Guid.TryParse(slugOrId, out var orgId) ? orgId : (Guid?)null);

    public ValueTask<Caller?> Recognise(Credential credential, Guid orgId, CancellationToken ct)
    {
        var (role, person) = credential.Value.Split(':') is [var named, var id] ? (named, Guid.Parse(id)) : (credential.Value, Guid.Empty);
        return ValueTask.FromResult(Roles.Permissions.TryGetValue(role, out var permissions)
            ? new Caller(orgId, CallerKind.User, person == Guid.Empty ? PersonOf(role) : person, permissions)
            {
                Role = role,
                Email = $"{role}@example.org",
            }
            : null);
    }

    public static AuthenticationHeaderValue Bearer(string role, Guid? person = null) =>
        new("Bearer", person is null ? role : $"{role}:{person}");

    // One fixed person per role, so that a test which does not care who asks need not say it.
    public static Guid PersonOf(string role) => new(0x0190ffff, 0, 0x7000, [0x80, 0, 0, 0, 0, 0, 0, (byte)role.Length]);
}
