using System.Collections.Frozen;

namespace Balie.Kernel;

/// <summary>What a role may do. Reading what everyone may see needs none.</summary>
public enum Permission
{
    OrganisationRead,
    OrganisationWrite,
    MembersWrite,
    ApiKeysWrite,
    WebhooksWrite,
    PoliciesWrite,
    EventsRead,
    EventsWrite,
    CapacityForce,
    BookingsRead,
    BookingsWrite,
    CheckIn,
    CheckInForce,
    OrdersRead,
    OrdersWrite,
    RefundsWrite,
    LedgerRead,
    LedgerWrite,
    ProductsWrite,
    DefinitionsWrite,
    DefinitionsReview,
    AuditRead,
}

/// <summary>Roles and what they may do: the one table that routes, tests and screens read. See design.md §4.</summary>
public static class Roles
{
    public const string Owner = "owner";
    public const string Admin = "admin";
    public const string Events = "events";
    public const string Shop = "shop";
    public const string Finance = "finance";
    public const string Door = "door";
    public const string Support = "support";
    public const string Author = "author";
    public const string Reviewer = "reviewer";
    public const string Customer = "customer";

    public static readonly FrozenDictionary<string, FrozenSet<Permission>> Permissions = new Dictionary<string, FrozenSet<Permission>>
    {
        [Owner] = [.. Enum.GetValues<Permission>()],
        [Admin] = [.. Enum.GetValues<Permission>().Except([Permission.CapacityForce])],
        [Events] =
            [Permission.OrganisationRead, Permission.EventsRead, Permission.EventsWrite, Permission.BookingsRead, Permission.BookingsWrite],
        [Shop] = [Permission.OrganisationRead, Permission.ProductsWrite, Permission.OrdersRead, Permission.OrdersWrite],
        [Finance] =
        [
            Permission.OrganisationRead, Permission.BookingsRead, Permission.OrdersRead, Permission.RefundsWrite, Permission.LedgerRead,
            Permission.LedgerWrite, Permission.AuditRead,
        ],
        [Door] = [Permission.EventsRead, Permission.BookingsRead, Permission.CheckIn],
        [Support] =
        [
            Permission.OrganisationRead, Permission.EventsRead, Permission.BookingsRead, Permission.BookingsWrite, Permission.OrdersRead,
            Permission.OrdersWrite,
        ],
        [Author] = [Permission.DefinitionsWrite],
        [Reviewer] = [Permission.DefinitionsWrite, Permission.DefinitionsReview],
        [Customer] = [],
    }.ToFrozenDictionary();

    public static bool Exist(string role) => Permissions.ContainsKey(role);
}
