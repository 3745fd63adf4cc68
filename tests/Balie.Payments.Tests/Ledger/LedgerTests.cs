using System.Net;
using System.Text.Json;
using Balie.Contracts.Payments;
using Balie.Payments.Ledger;
using Npgsql;

namespace Balie.Payments.Tests.Ledger;

/// <summary>The books: always balanced, never changed, and readable by a bookkeeper.</summary>
public sealed class LedgerTests(PaymentsApp app) : IClassFixture<PaymentsApp>
{
    private static CancellationToken Ct => PaymentsApp.Ct;

    private static Money Euro(long amount) => new(amount, "EUR");

    private Task Post(string kind, Guid document, string reference, params LedgerLine[] lines) =>
        app.Db.Transact(tx => app.Ledger.Post(tx, new LedgerEntry(kind, document, null, reference, lines), Ct), Ct);

    private Task Sale(string reference, Guid? document = null) => Post("sale", document ?? Guid.CreateVersion7(), reference,
        new(Accounts.Customers, Euro(1210)), new(Accounts.Revenue, Euro(-1000)), new(Accounts.Vat(2100), Euro(-210)));

    [Fact]
    public async Task What_does_not_balance_is_refused_by_us_and_by_the_database()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Post("sale", Guid.CreateVersion7(), "X",
            new LedgerLine(Accounts.Customers, Euro(100)), new LedgerLine(Accounts.Revenue, Euro(-99))));

        var refused = await Assert.ThrowsAsync<PostgresException>(() => app.Db.Transact(async tx =>
        {
            var entryId = tx.NewId();
            await tx.Run("""
                insert into payments.ledger_entries (org_id, entry_id, kind, document_id, reference, at)
                values (@orgId, @entryId, 'sale', @entryId, 'X', @Now);
                insert into payments.ledger_lines (org_id, entry_id, line, account, amount_minor, currency)
                values (@orgId, @entryId, 1, 'customers', 100, 'EUR'), (@orgId, @entryId, 2, 'revenue', -100, 'USD')
                """, new { entryId, tx.Now }, Ct);
        }, Ct));

        Assert.Contains("does not balance", refused.MessageText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("update payments.ledger_lines set amount_minor = 1")]
    [InlineData("delete from payments.ledger_lines")]
    [InlineData("update payments.ledger_entries set reference = ''")]
    [InlineData("delete from payments.attempt_log")]
    public async Task Nobody_changes_the_past(string sql)
    {
        foreach (var db in (Db[])[app.Db, app.SystemDb.Everywhere])
            Assert.Equal("42501", (await Assert.ThrowsAsync<PostgresException>(() => db.Run(sql, null, Ct))).SqlState);
    }

    [Fact]
    public async Task The_same_document_is_booked_once()
    {
        var document = Guid.CreateVersion7();
        await Sale("ONCE", document);
        await Sale("ONCE", document);

        Assert.Equal(1, await app.Db.One<long>(
            "select count(*) from payments.ledger_entries where org_id = @orgId and document_id = @document", new { document }, Ct));
    }

    [Fact]
    public async Task A_bookkeeper_reads_entries_and_days_in_the_zone_of_the_house()
    {
        app.Clock.Advance(TimeSpan.FromDays(40));
        // Half past eleven in the evening in UTC is the next day in Amsterdam.
        app.Clock.Advance(TimeSpan.FromHours(23.5) - app.Clock.GetUtcNow().TimeOfDay);
        await Sale("F1");
        var day = DateOnly.FromDateTime(app.Clock.GetUtcNow().UtcDateTime).AddDays(1);
        var finance = app.As(Roles.Finance);

        var period = $"from={day:yyyy-MM-dd}&until={day:yyyy-MM-dd}";
        var days = await (await finance.GetAsync($"/api/v1/ledger/days?{period}", Ct)).IsOk<JsonElement>(Ct);
        var entries = await (await finance.GetAsync("/api/v1/ledger/entries?limit=1", Ct)).IsOk<JsonElement>(Ct);
        var csv = await finance.GetStringAsync($"/api/v1/ledger/days.csv?{period}", Ct);

        Assert.Equal(["customers", "revenue", "vat:2100"], days.EnumerateArray().Select(one => one.GetProperty("account").GetString()));
        Assert.Equal(-1000, days[1].GetProperty("balance").GetProperty("amount").GetInt64());
        Assert.Equal("F1", entries[0].GetProperty("reference").GetString());
        Assert.Equal($"""
            date,account,debit,credit,balance,currency
            {day:yyyy-MM-dd},customers,12.10,0.00,12.10,EUR
            {day:yyyy-MM-dd},revenue,0.00,10.00,-10.00,EUR
            {day:yyyy-MM-dd},vat:2100,0.00,2.10,-2.10,EUR

            """.ReplaceLineEndings("\r\n"), csv);
        await (await finance.GetAsync("/api/v1/ledger/days?from=2026-02-01&until=2026-01-01", Ct))
            .IsRefused(HttpStatusCode.BadRequest, "payments.period_wrong", Ct);
        await (await finance.GetAsync("/api/v1/ledger/days?zone=Middle/Earth", Ct))
            .IsRefused(HttpStatusCode.BadRequest, "payments.period_wrong", Ct);
        await (await app.As(Roles.Support).GetAsync("/api/v1/ledger/entries", Ct))
            .IsRefused(HttpStatusCode.Forbidden, "kernel.forbidden", Ct);
    }

    [Fact]
    public async Task An_export_holds_every_line_and_no_formula()
    {
        var orgId = Guid.CreateVersion7();
        await app.SystemDb.As(orgId).Transact(async tx =>
        {
            foreach (var reference in (string[])["=HYPERLINK(\"http://x\")", "+1-2", "@SUM(A1)", "gewoon, met \"komma\""])
            {
                await app.Ledger.Post(tx, new LedgerEntry("sale", tx.NewId(), null, reference,
                    [new(Accounts.Customers, Euro(100)), new(Accounts.Revenue, Euro(-100))]), Ct);
            }
        }, Ct);

        var answer = await app.As(Roles.Finance, orgId: orgId).GetAsync("/api/v1/ledger/entries.csv", Ct);
        var csv = await answer.Content.ReadAsStringAsync(Ct);

        Assert.Equal(9, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("\"'=HYPERLINK(\"\"http://x\"\")\"", csv, StringComparison.Ordinal);
        Assert.Contains(",'+1-2,", csv, StringComparison.Ordinal);
        Assert.Contains(",'@SUM(A1),", csv, StringComparison.Ordinal);
        Assert.Contains("\"gewoon, met \"\"komma\"\"\"", csv, StringComparison.Ordinal);
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition?.DispositionType);
    }

    [Theory]
    [InlineData("-12.50", "-12.50")]
    [InlineData("-2+3", "'-2+3")]
    [InlineData("\tx", "'\tx")]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    public void A_field_is_safe_and_a_number_stays_one(string text, string field) => Assert.Equal(field, CsvFile.Field(text));

    [Fact]
    public async Task A_payout_moves_money_from_the_provider_to_the_bank_once()
    {
        var finance = app.As(Roles.Finance);
        object Payout(long amount = 9_700) => new
        {
            provider = "sandbox",
            amount = Euro(amount),
            fee = Euro(300),
            paidOn = "2026-01-05",
            reference = "STL-1",
        };

        var booked = await (await finance.Post("/api/v1/payments/payouts", Payout(), Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);
        await (await finance.Post("/api/v1/payments/payouts", Payout(), Ct))
            .IsRefused(HttpStatusCode.Conflict, "payments.payout_known", Ct);
        await (await finance.Post("/api/v1/payments/payouts", Payout(0), Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "payments.payout_wrong", Ct);

        var lines = await app.Db.Many<(string Account, long Amount)>("""
            select account, amount_minor
            from payments.ledger_lines
            join payments.ledger_entries using (org_id, entry_id)
            where org_id = @orgId and document_id = @id
            order by line
            """, new { id = booked.GetProperty("id").GetGuid() }, Ct);
        Assert.Equal([("bank", 9_700L), ("provider_fees", 300L), ("provider:sandbox", -10_000L)], lines);
        var listed = await (await finance.GetAsync("/api/v1/payments/payouts", Ct)).IsOk<JsonElement>(Ct);
        Assert.Equal("STL-1", listed[0].GetProperty("reference").GetString());
    }
}
