namespace Balie.Payments.ProviderAccounts;

/// <summary>The ways to pay here, in the order in which they should be shown; nothing where none can be used.</summary>
internal static class ListMethods
{
    /// <param name="Method">To name when a payment is started.</param>
    /// <param name="Label">To show.</param>
    /// <param name="IsTest">No real money moves.</param>
    public sealed record Offered(string Method, string Label, bool IsTest);

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/payments/methods", Handle).Public();

    public static async Task<Outcome<Offered[]>> Handle(Caller caller, SystemDb db, AccountBook accounts, CancellationToken ct)
    {
        var organisation = db.As(caller.OrgId);
        var offered = new List<Offered>();
        foreach (var account in (await accounts.Startable(organisation.OrgId, ct)).Where(account => !account.IsSealed))
        {
            offered.AddRange(
                from method in await Methods.Of(organisation, account.AccountId, ct)
                where method.IsEnabled && offered.All(known => known.Method != method.Method)
                select new Offered(method.Method, method.Label, !account.IsLive));
        }
        return offered.ToArray();
    }
}
