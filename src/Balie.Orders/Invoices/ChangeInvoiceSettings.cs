using System.Text.Json;

namespace Balie.Orders.Invoices;

/// <summary>Replaces what stands on invoices. Those that were issued keep what stood there then.</summary>
internal static class ChangeInvoiceSettings
{
    public static void Map(IEndpointRouteBuilder api) => api.MapPut("/invoice-settings", Handle).Needs(Permission.PoliciesWrite);

    public static async Task<Outcome<InvoiceSheetReader.Settings>> Handle(
        InvoiceSheet sheet, IfMatch match, Caller caller, InvoiceSheetReader sheets, Db db, CancellationToken ct)
    {
        if (match.Problem is not null) return match.Problem;
        if (sheet.Problem() is { } problem) return problem;
        return await db.Transact<InvoiceSheetReader.Settings>(async tx =>
        {
            var latest = await sheets.See(tx, ct);
            if (!match.Matches(latest.Version)) return KernelRefusals.VersionChanged;
            var added = await tx.Run(Insert, new
            {
                version = latest.Version + 1,
                tx.Now,
                caller.Actor,
                sheet = JsonSerializer.Serialize(sheet, Json.Options),
            }, ct);
            if (added == 0) return KernelRefusals.VersionChanged;
            return await sheets.See(tx, ct);
        }, ct);
    }

    // Two edits of the same version meet here, and the key lets one through.
    private const string Insert = """
        insert into orders.invoice_settings (org_id, version, changed_at, actor, sheet)
        values (@orgId, @version, @now, @actor, @sheet::jsonb)
        on conflict do nothing
        """;
}
