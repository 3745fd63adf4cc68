using System.Globalization;
using Balie.Payments.Providers;
using Microsoft.AspNetCore.Http;

namespace Balie.Payments.Ledger;

/// <summary>
/// The ledger for a bookkeeper's program: every line of every entry, or the sums per day and account. Amounts are
/// written with a point.
/// </summary>
internal static class ExportLedger
{
    private const int LinesAtOnce = 5_000;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/ledger/entries.csv", Entries).Needs(Permission.LedgerRead).Produces<string>(StatusCodes.Status200OK, "text/csv");
        api.MapGet("/ledger/days.csv", Days).Needs(Permission.LedgerRead).Produces<string>(StatusCodes.Status200OK, "text/csv");
    }

    /// <param name="zone">Whose midnights: an IANA name, Europe/Amsterdam unless said otherwise.</param>
    public static async Task<IResult> Entries(DateOnly? from, DateOnly? until, string? zone, HttpContext http, Db db, CancellationToken ct)
    {
        if (Period.Read(from, until, zone, db.Now) is not { } period) return (Outcome<Done>)PaymentsRefusals.PeriodWrong;
        await using var csv = new CsvFile(http, $"ledger-{period.From:yyyy-MM-dd}-{period.Until:yyyy-MM-dd}.csv");
        await csv.Row("date", "time_utc", "entry", "kind", "reference", "order", "document", "account", "debit", "credit", "currency");
        var after = (At: period.Starts, EntryId: Guid.Empty, Line: (short)0);
        while (true)
        {
            var lines = await db.Many<LineRow>(SelectLines, new
            {
                period.Starts,
                period.Ends,
                period.Zone,
                after.At,
                after.EntryId,
                after.Line,
                take = LinesAtOnce,
            }, ct);
            foreach (var line in lines)
            {
                await csv.Row(
                    $"{line.Day:yyyy-MM-dd}", line.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture), $"{line.EntryId}", line.Kind,
                    line.Reference, $"{line.OrderId}", $"{line.DocumentId}", line.Account, Debit(line.AmountMinor, line.Currency),
                    Debit(-line.AmountMinor, line.Currency), line.Currency);
            }
            if (lines.Length < LinesAtOnce) return Results.Empty;
            after = (lines[^1].At, lines[^1].EntryId, lines[^1].Line);
        }
    }

    /// <param name="zone">Whose midnights: an IANA name, Europe/Amsterdam unless said otherwise.</param>
    public static async Task<IResult> Days(DateOnly? from, DateOnly? until, string? zone, HttpContext http, Db db, CancellationToken ct)
    {
        if (Period.Read(from, until, zone, db.Now) is not { } period) return (Outcome<Done>)PaymentsRefusals.PeriodWrong;
        var days = await SeeDays.Read(db, period, ct);
        await using var csv = new CsvFile(http, $"days-{period.From:yyyy-MM-dd}-{period.Until:yyyy-MM-dd}.csv");
        await csv.Row("date", "account", "debit", "credit", "balance", "currency");
        foreach (var day in days)
        {
            await csv.Row($"{day.Date:yyyy-MM-dd}", day.Account, MinorUnits.ToDecimal(day.Debit), MinorUnits.ToDecimal(day.Credit),
                MinorUnits.ToDecimal(day.Balance), day.Balance.Currency);
        }
        return Results.Empty;
    }

    private static string Debit(long minor, string currency) => minor > 0 ? MinorUnits.ToDecimal(new Money(minor, currency)) : "";

    private sealed record LineRow(
        DateTimeOffset At, DateOnly Day, Guid EntryId, string Kind, string Reference, Guid? OrderId, Guid DocumentId, short Line,
        string Account, long AmountMinor, string Currency);

    private const string SelectLines = """
        select at, (at at time zone @zone)::date as day, entry_id, kind, reference, order_id, document_id, line, account, amount_minor,
            currency
        from payments.ledger_entries
        join payments.ledger_lines using (org_id, entry_id)
        where org_id = @orgId and at >= @starts and at < @ends and (at, entry_id, line) > (@at, @entryId, @line)
        order by at, entry_id, line
        limit @take
        """;
}
