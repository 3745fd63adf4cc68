using Balie.Orders.Saga;
using Microsoft.AspNetCore.Http;
using static Balie.Orders.OrdersRefusals;

namespace Balie.Orders.Invoices;

/// <summary>The credit note of a refund, by the refund's id, for the same people as the order's invoice.</summary>
internal static class SeeCreditNotePdf
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/credit-notes/{refundId:guid}.pdf", Handle).Public()
        .Produces<byte[]>(StatusCodes.Status200OK, SeeInvoicePdf.ContentType);

    public static async Task<IResult> Handle(Guid refundId, string? email, Caller caller, Db db, CancellationToken ct)
    {
        var note = await InvoiceRow.OfRefund(db, refundId, ct);
        if (note is null) return (Outcome<Done>)NoInvoice;
        var order = await OrderRow.Find(db, note.OrderId.ToString(), email, caller, Permission.OrdersRead, forUpdate: false, ct);
        return order is null ? (Outcome<Done>)NoInvoice : SeeInvoicePdf.FileOf(note);
    }
}
