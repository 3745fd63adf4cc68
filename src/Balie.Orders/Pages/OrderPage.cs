using Balie.Contracts.Identity;
using Balie.Contracts.Inventory;
using Balie.Contracts.Orders;
using Balie.Contracts.Payments;
using Balie.Orders.Desk;
using Balie.Orders.Invoices;
using Balie.Orders.Placing;
using Balie.Orders.Refunds;
using Balie.Orders.Saga;
using Balie.Ui;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Balie.Orders.Pages;

/// <summary>
/// Where the mails about an order lead, and whoever has paid it. The link says nothing by itself: its reader gives the e-mail address of
/// the order, and one that does not match finds nothing; who comes from paying has an <see cref="OrderPass"/> instead. All that can be done
/// is a button of a form, so neither stands in a URL, and whoever merely follows links changes nothing.
/// </summary>
internal static class OrderPage
{
    /// <summary>The name of a button, and what each does.</summary>
    public const string Deed = "do";
    public const string Pay = "pay";
    public const string Invoice = "invoice";
    public const string Look = "look";

    /// <summary>The name of the buttons that each give one, by its refund.</summary>
    public const string CreditNote = "creditNote";

    private const string Route = "/orders/{reference:maxlength(40)}";

    public static void MapRoot(IEndpointRouteBuilder root)
    {
        root.MapGet(Route, Open).Page();
        root.MapPost(Route, Act).FormOfPage();
    }

    /// <summary>Everything that the page is made from.</summary>
    public sealed record Desk(
        HttpContext Http, Caller Caller, Db Db, OrderReader Orders, OrderPass Passes, OfferKinds Kinds, IInventory Inventory,
        [FromServices] IOrganisations? Organisations)
    {
        public Reader Reader { get; } = Reader.Of(Http);

        public async Task<Letterhead> Head(CancellationToken ct) => new(
            Reader, Organisations is not null && await Organisations.See(Caller.OrgId, ct) is { } house ? house.Name : "Balie");
    }

    public static async Task Open(string reference, [AsParameters] Desk desk, CancellationToken ct)
    {
        if (desk.Caller.IsGuest) await Ask(reference, "", desk, ct);
        else await Show(reference, "", desk, ct);
    }

    public static async Task Act(
        string reference, [AsParameters] Desk desk, Placement placement, CancellationToken ct)
    {
        var (caller, db) = (desk.Caller, desk.Db);
        var form = await Form.Read(desk.Http);
        var email = form[IPayables.PassField] is { Length: > 0 } pass ? await EmailBy(pass, reference, desk, ct) : form["email"];
        if (form[Deed] == Invoice)
            await (await SeeInvoicePdf.Handle(reference, email, caller, db, ct)).ExecuteAsync(desk.Http);
        else if (Guid.TryParse(form[CreditNote], out var refundId))
            await (await SeeCreditNotePdf.Handle(refundId, email, caller, db, ct)).ExecuteAsync(desk.Http);
        else
        {
            // Whatever it answers, the page then shows what is so: a payment to go to, or why there is none.
            if (form[Deed] == Pay) await PayOrder.Handle(reference, email, caller, placement, desk.Inventory, db, ct);
            await Show(reference, email, desk, ct);
        }
    }

    // Who has a pass that lapsed is asked like anybody else.
    private static async Task<string> EmailBy(string pass, string reference, Desk desk, CancellationToken ct)
    {
        var anyone = Caller.Operator(desk.Caller.OrgId);
        var order = await OrderRow.Find(desk.Db, reference, null, anyone, Permission.OrdersRead, forUpdate: false, ct);
        return order is not null && desk.Passes.Opens(pass, desk.Caller.OrgId, order.OrderId) ? order.BuyerEmail : "";
    }

    private static async Task Show(string reference, string email, Desk desk, CancellationToken ct)
    {
        var found = await SeeOrder.Handle(reference, email, desk.Caller, desk.Orders, desk.Db, ct);
        if (found.Value is not { } order)
        {
            await Ask(reference, email, desk, ct);
            return;
        }
        var sheet = new OrderSheet(
            desk.Reader, order, email, Parts.Address(desk.Http, $"/orders/{order.Reference}"), desk.Inventory.Now,
            await RefundRow.OfOrder(desk.Db, order.Id, ct), await InvoiceRow.CreditNotesOf(desk.Db, order.Id, ct),
            [.. order.Lines.Where(line => line.HoldId is not null).DistinctBy(line => line.HoldId).Select(line => PageOf(line, desk))]);
        await Sheet.Write(desk.Http, StatusCodes.Status200OK, await desk.Head(ct), sheet.Title, sheet.Draw());
    }

    private static (string Title, string? Address) PageOf(OrderLineView line, Desk desk)
    {
        var path = desk.Kinds.Find(line.Kind)?.PageOf(line.HoldId.GetValueOrDefault());
        return (line.Title, path is null ? null : Parts.Address(desk.Http, path));
    }

    // The same for a number that does not exist and an address that does not match.
    private static async Task Ask(string reference, string email, Desk desk, CancellationToken ct)
    {
        var (reader, isWrong) = (desk.Reader, HttpMethods.IsPost(desk.Http.Request.Method));
        Markup number = References.Read(reference) is { } known ? (Markup)$"<p class=\"number\">{known}</p>" : $"";
        var title = reader.Say("Uw bestelling", "Your order");
        var problem = (isWrong, email) switch
        {
            (false, _) => "",
            (true, "") => reader.Say("Vul uw e-mailadres in.", "Fill in your e-mail address."),
            _ => reader.Say("Bij dit nummer en dit e-mailadres vinden wij geen bestelling. Gebruikte u een ander adres?",
                "We find no order with this number and this e-mail address. Did you use another address?"),
        };
        var field = new Field("email", "email", "email", reader.Say("E-mailadres", "E-mail address"), email,
            reader.Say("Waarmee u bestelde", "The one you ordered with"), problem);
        await Sheet.Write(desk.Http, isWrong ? StatusCodes.Status404NotFound : StatusCodes.Status200OK, await desk.Head(ct), title, $"""
            <h1>{title}</h1>
            {number}
            <p>{reader.Say("Zo weten wij dat u het bent.", "That is how we know that it is you.")}</p>
            <form method="post" action="{Parts.Address(desk.Http, $"/orders/{Uri.EscapeDataString(reference)}")}">
            {field.Draw()}
            <button class="button">{reader.Say("Bekijk uw bestelling", "See your order")}</button>
            </form>
            """);
    }
}
