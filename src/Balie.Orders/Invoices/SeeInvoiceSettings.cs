namespace Balie.Orders.Invoices;

/// <summary>What stands on the invoices that are issued from now on: who sells, and how numbers begin.</summary>
internal static class SeeInvoiceSettings
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/invoice-settings", Handle).Needs(Permission.OrganisationRead);

    public static async Task<Outcome<InvoiceSheetReader.Settings>> Handle(InvoiceSheetReader sheets, Db db, CancellationToken ct) =>
        await sheets.See(db, ct);
}
