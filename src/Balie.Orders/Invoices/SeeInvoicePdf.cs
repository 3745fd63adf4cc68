using Balie.Orders.Saga;
using Microsoft.AspNetCore.Http;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Invoices;

/// <summary>An order's invoice as a PDF, for its buyer, also a guest with the e-mail address they ordered with, and for staff.</summary>
internal static class SeeInvoicePdf
{
    public const string ContentType = "application/pdf";

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/orders/{orderOrReference}/invoice.pdf", Handle).Public()
        .Produces<byte[]>(StatusCodes.Status200OK, ContentType);

    public static async Task<IResult> Handle(string orderOrReference, string? email, Caller caller, Db db, CancellationToken ct)
    {
        if (await OrderRow.Find(db, orderOrReference, email, caller, Permission.OrdersRead, forUpdate: false, ct) is not { } order)
            return (Outcome<Done>)OrderNotFound;
        return await InvoiceRow.OfOrder(db, order.OrderId, ct) is { } invoice ? FileOf(invoice) : (Outcome<Done>)NoInvoice;
    }

    internal static IResult FileOf(InvoiceRow invoice) => Results.File(InvoicePdf.Of(invoice), ContentType, $"{invoice.Shown}.pdf");
}
