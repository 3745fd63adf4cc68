using System.Text.Json;
using Balie.Contracts.Identity;

namespace Balie.Orders.Invoices;

/// <summary>The newest sheet of an organisation; before there is one, its name.</summary>
internal sealed class InvoiceSheetReader(IOrganisations organisations)
{
    public sealed record Settings(int Version, DateTimeOffset? ChangedAt, string? ChangedBy, InvoiceSheet Sheet) : IVersioned;

    private sealed record Row(int Version, DateTimeOffset ChangedAt, string Actor, string Sheet);

    public async Task<Settings> See(Sql sql, CancellationToken ct) =>
        await sql.One<Row>(SelectLatest, null, ct) is { } row
            ? new Settings(row.Version, row.ChangedAt, row.Actor, Read(row.Sheet))
            : new Settings(0, null, null, await Default(sql.OrgId, ct));

    public async ValueTask<InvoiceSheet> Default(Guid orgId, CancellationToken ct)
    {
        var organisation = await organisations.See(orgId, ct);
        return new InvoiceSheet(organisation?.Name ?? "", Country: organisation?.Country ?? "");
    }

    public static InvoiceSheet Read(string sheet) =>
        JsonSerializer.Deserialize<InvoiceSheet>(sheet, Json.Options) ?? throw new JsonException("A sheet is an object.");

    private const string SelectLatest = """
        select version, changed_at, actor, sheet::text
        from orders.invoice_settings
        where org_id = @orgId
        order by version desc
        limit 1
        """;
}
