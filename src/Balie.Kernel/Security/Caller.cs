using System.Collections.Frozen;
using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace Balie.Kernel;

public enum CallerKind
{
    Guest,
    User,
    ApiKey,

    /// <summary>A registered device at the door; its identity is the device's id.</summary>
    Device,

    /// <summary>Whoever runs the program on its machine, without a request: the command line and the demo.</summary>
    Operator,
}

/// <summary>
/// Who is asking, on behalf of which organisation, and what they may do there. Immutable, so it may be cached and shared.
/// </summary>
public sealed record Caller(Guid OrgId, CallerKind Kind, Guid Identity, FrozenSet<Permission> Permissions)
{
    /// <summary>The session behind an access token or cookie; null for guests and API keys.</summary>
    public Guid? SessionId { get; init; }

    /// <summary>The verified address of a signed-in person.</summary>
    public string? Email { get; init; }

    /// <summary>Their role in this organisation: <see cref="Roles.Customer"/> for whoever is not a member.</summary>
    public string Role { get; init; } = Roles.Customer;

    /// <summary>Which of the installation's rate limit tiers applies; empty for guests, who are counted per address.</summary>
    public string Tier { get; init; } = "";

    /// <summary>The person's id, null for a guest or an API key.</summary>
    public Guid? UserId => Kind == CallerKind.User ? Identity : null;

    public bool IsGuest => Kind == CallerKind.Guest;

    public bool May(Permission permission) => Permissions.Contains(permission);

    /// <summary>Who goes into histories and audit trails.</summary>
    public string Actor { get; } = Kind switch
    {
        CallerKind.Guest => "guest",
        CallerKind.User => $"user:{Identity}",
        CallerKind.ApiKey => $"apikey:{Identity}",
        CallerKind.Device => $"device:{Identity}",
        CallerKind.Operator => "operator",
        _ => throw new InvalidOperationException($"Unknown kind of caller {Kind}."),
    };

    /// <summary>May do everything, because whoever runs the program owns the installation. No request becomes this caller.</summary>
    public static Caller Operator(Guid orgId) => new(orgId, CallerKind.Operator, Guid.Empty, Roles.Permissions[Roles.Owner]);

    public static Caller Guest(Guid orgId) => new(orgId, CallerKind.Guest, Guid.Empty, FrozenSet<Permission>.Empty);

    public static Caller Of(HttpContext http) =>
        http.Features.Get<Caller>()
            ?? throw new InvalidOperationException("This endpoint stands outside the API pipeline and has no caller.");

    public static ValueTask<Caller?> BindAsync(HttpContext http, ParameterInfo _) => ValueTask.FromResult<Caller?>(Of(http));
}
