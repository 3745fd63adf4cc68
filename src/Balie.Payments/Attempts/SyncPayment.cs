using Balie.Payments.Providers;
using static Balie.Payments.PaymentsRefusals;

namespace Balie.Payments.Attempts;

/// <summary>Asks the provider about a payment now, because staff want to know. The same routine as for every webhook.</summary>
internal static class SyncPayment
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/payments/{attemptId:guid}/sync", Handle).Needs(Permission.OrdersWrite);

    public static async Task<Outcome<PaymentView>> Handle(
        Guid attemptId, Caller caller, Db db, SyncAttempt sync, CancellationToken ct)
    {
        try
        {
            if (await sync.Run(caller.OrgId, attemptId, new(caller.Actor, "asked by staff"), ct) is null) return PaymentNotFound;
        }
        catch (AccountSealedException) { return ProviderMisconfigured; }
        catch (ProviderAwayException) { return ProviderAway; }
        catch (ProviderRefusedException no) { return ProviderRefused.With("reason", no.Message); }
        return await Attempt.Find(db, attemptId, ct) is { } attempt ? PaymentView.Of(attempt) : PaymentNotFound;
    }
}
