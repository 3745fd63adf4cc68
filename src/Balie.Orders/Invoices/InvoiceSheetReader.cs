using System.Text.Json;
using Balie.Contracts.Identity;

namespace Balie.Orders.Invoices;

/// <summary>The newest sheet of an organisation; before there is one, its name.</summary>
internal sealed class InvoiceSheetReader(IOrganisations organisations)
{
    public sealed record Settings(int Version, DateTimeOffset? ChangedAt, string? ChangedBy, InvoiceSheet Sheet) : IVersioned;

    public sealed record Row(int Version, DateTimeOffset ChangedAt, string Actor, string Sheet);

    public async Task<Settings> See(Sql sql, CancellationToken ct) =>
        await Of(sql.OrgId, await sql.One<Row>(SelectLatest, null, ct), ct);

    /// <param name="newest">What <see cref="SelectLatest"/> found.</param>
    public async ValueTask<Settings> Of(Guid orgId, Row? newest, CancellationToken ct) => newest is not null
        ? new Settings(newest.Version, newest.ChangedAt, newest.Actor, Read(newest.Sheet))
        : new Settings(0, null, null, await Default(orgId, ct));

    public async ValueTask<InvoiceSheet> Default(Guid orgId, CancellationToken ct)
    {
        var organisation = await organisations.See(orgId, ct);
        return new InvoiceSheet(organisation?.Name ?? "", Country: organisation?.Country ?? "");
    }

    public static InvoiceSheet Read(string sheet) =>
        JsonSerializer.Deserialize<InvoiceSheet>(sheet, Json.Options) ?? throw new JsonException("A sheet is an object.");

    public const string SelectLatest = """
        select version, changed_at, actor, sheet::text
        from orders.invoice_settings
        where org_id = @orgId
        order by version desc
        limit 1
        """;
}
