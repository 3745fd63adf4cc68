using System.Net;
using System.Net.Http.Json;
using System.Text;
using Balie.Contracts.Orders;
using Balie.Orders.Invoices;
using Balie.Orders.Tests.Refunds;
using Npgsql;
using static Balie.Orders.Tests.Refunds.Giving;

namespace Balie.Orders.Tests.Invoices;

/// <summary>Invoices and credit notes: numbered without a gap, complete, and the same for ever.</summary>
public sealed class InvoiceTests(OrdersApp app) : IClassFixture<OrdersApp>
{
    private static CancellationToken Ct => OrdersApp.Ct;

    [Fact]
    public async Task Invoice_and_credit_note_are_files_that_stay_the_same()
    {
        var order = await app.Paid(await app.Ordered(await app.Thing(price: 1_090), quantity: 2));
        var refund = await app.Refunded(order, new { reason = "Een.", units = (await app.Units(order))[..1], terms = "full" });

        var address = $"/api/v1/orders/{order.Reference}/invoice.pdf?email={order.Buyer.Email}";
        var first = await app.Http.GetByteArrayAsync(address, Ct);
        app.Clock.Advance(TimeSpan.FromDays(1));
        await Settings(new { name = "Een ander" });
        var second = await app.Http.GetByteArrayAsync(address, Ct);
        var note = await app.Http.GetAsync($"/api/v1/credit-notes/{refund.Id}.pdf?email={order.Buyer.Email}", Ct);

        Assert.Equal(first, second);
        Assert.StartsWith("%PDF-", Encoding.ASCII.GetString(first, 0, 8), StringComparison.Ordinal);
        Assert.Equal("application/pdf", note.Content.Headers.ContentType?.MediaType);
        await (await app.Http.GetAsync($"/api/v1/orders/{order.Reference}/invoice.pdf", Ct))
            .IsRefused(HttpStatusCode.NotFound, "orders.order_not_found", Ct);
        await (await app.Http.GetAsync($"/api/v1/credit-notes/{refund.Id}.pdf", Ct))
            .IsRefused(HttpStatusCode.NotFound, "orders.no_invoice", Ct);
    }

    [Fact]
    public async Task A_credit_note_names_its_invoice_and_says_what_went_back()
    {
        var order = await app.Paid(await app.Ordered(await app.Thing(price: 1_090), quantity: 2));
        await app.Refunded(order, new { reason = "Een.", units = (await app.Units(order))[..1], terms = "full" });

        var documents = await (await app.Finance().GetAsync($"/api/v1/invoices?orderId={order.Id}", Ct)).IsOk<ListInvoices.Listed[]>(Ct);

        var (note, invoice) = (documents.Single(one => one.Series == "credit_note"), documents.Single(one => one.Series == "invoice"));
        Assert.Equal((invoice.Number, Eur(-1_090)), (note.Corrects, note.Total));
        Assert.Equal(new VatLine(900, Eur(-1_000), Eur(-90), Eur(-1_090)), Assert.Single(note.Vat));
        Assert.Equal((Eur(2_180), invoice.Number), (invoice.Total, (await app.See(order.Id)).InvoiceNumber));
        await app.Verify();
    }

    [Fact]
    public async Task Parallel_confirmations_and_refunds_leave_no_gap()
    {
        var thing = await app.Thing(price: 500, stock: 1_000);
        var orders = new List<OrderView>();
        for (var i = 0; i < 20; i++) orders.Add(await app.Ordered(thing));

        var paid = await Task.WhenAll(orders.Select(app.Paid));
        await Task.WhenAll(paid.Select(order => app.Refunded(order, All())));

        // The invariants know of every number that was ever taken.
        await app.Verify();
    }

    [Fact]
    public async Task The_settings_stand_on_what_is_issued_from_then_on()
    {
        await Settings(new
        {
            name = "Theater De Kelder",
            address = "Kelderstraat 1",
            country = "NL",
            vatNumber = "NL123456789B01",
            iban = "NL91ABNA0417164300",
            invoicePrefix = "{year}-",
        });

        var order = await app.Paid(await app.Ordered(await app.Thing()));

        Assert.StartsWith($"{app.Clock.GetUtcNow():yyyy}-", order.InvoiceNumber, StringComparison.Ordinal);
        Assert.Equal("Theater De Kelder", await app.Db.One<string>(
            "select seller ->> 'name' from orders.invoices where org_id = @orgId and order_id = @Id", new { order.Id }, Ct));
        await Settings(new { name = "Theater De Kelder" });
    }

    [Theory]
    [InlineData("iban", "NL91ABNA0417164301")]
    [InlineData("iban", "nonsense")]
    [InlineData("vatNumber", "123")]
    [InlineData("country", "Nederland")]
    [InlineData("invoicePrefix", "F1")]
    [InlineData("invoicePrefix", "C")]
    [InlineData("name", "")]
    public async Task What_cannot_stand_on_an_invoice_is_refused(string field, string value)
    {
        var sheet = new Dictionary<string, string> { ["name"] = "Naam", [field] = value };

        await (await Put(sheet)).IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.invalid", Ct);
    }

    [Fact]
    public async Task What_was_issued_cannot_be_changed_or_deleted()
    {
        await app.Paid(await app.Ordered(await app.Thing()));

        foreach (var change in (string[])["update orders.invoices set total_minor = 0", "delete from orders.invoices"])
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => app.Db.Run(change, null, Ct));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }
    }

    [Fact]
    public void A_long_invoice_takes_several_pages_and_both_languages()
    {
        var lines = Enumerable.Range(1, 120)
            .Select(i => new InvoiceLine("item", "Hamlet", "zaterdag 12 december 2026 20:00, Grote Zaal", $"Rang {i}", 1, Eur(1_250), 900));
        var row = new InvoiceRow(
            "invoice", 12, "F000012", Guid.Empty, null, null, DateTimeOffset.UnixEpoch, "Koper", "koper@example.org", "ABCDEFGHJK", "nl",
            """{"name":"Theater De Kelder"}""", System.Text.Json.JsonSerializer.Serialize(lines, Json.Options),
            System.Text.Json.JsonSerializer.Serialize((VatLine[])[new(900, Eur(137_615), Eur(12_385), Eur(150_000))], Json.Options),
            150_000, "EUR");

        var (dutch, english) = (InvoicePdf.Of(row), InvoicePdf.Of(row with { Locale = "en" }));

        Assert.Matches("/Count [2-9]/", Encoding.Latin1.GetString(dutch));
        Assert.NotEqual(dutch, english);
        Assert.Equal(dutch, InvoicePdf.Of(row));
        Assert.Equal(("€ 1.234,56", "-€ 0.05"), (InvoiceTexts.In("nl").Of(Eur(123_456)), InvoiceTexts.In("en").Of(Eur(-5))));
    }

    private async Task Settings(object sheet) => await (await Put(sheet)).IsOk<InvoiceSheetReader.Settings>(Ct);

    private Task<HttpResponseMessage> Put(object sheet)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, "/api/v1/invoice-settings")
        {
            Content = JsonContent.Create(sheet, options: Json.Options),
        };
        request.Headers.TryAddWithoutValidation("If-Match", "*");
        return app.As(Roles.Admin).SendAsync(request, Ct);
    }
}
