using System.Text.Json.Serialization;
using Balie.Ticketing.Events;

namespace Balie.Ticketing.TicketTypes;

/// <summary>What a visitor chooses: a name, a price, perhaps a zone, perhaps a cap of its own in every slot.</summary>
/// <param name="Hidden">Visitors see and book it only once a code in their cart opened it.</param>
/// <param name="Fee">What an order adds to the price of each, VAT included: in <c>GET /events/{id}</c>.</param>
internal sealed record TicketType(
    Guid Id, string Name, string Description, Money Price, Guid? ZoneId, string? ZoneName, int? Cap, DateTimeOffset? OnSaleFrom,
    DateTimeOffset? OnSaleUntil, int MinPerOrder, int MaxPerOrder, int Position, bool Hidden,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Money? Fee = null);

/// <summary>A ticket type as it is written. It names its zone by the zone's name, which is unique within the event.</summary>
/// <param name="Hidden">Only for staff, and for whoever has a voucher of the kind <c>unlock</c> in the cart.</param>
internal sealed record TicketTypeDetails(
    string Name, Money Price, string Description = "", string? ZoneName = null, int? Cap = null, DateTimeOffset? OnSaleFrom = null,
    DateTimeOffset? OnSaleUntil = null, int MinPerOrder = 1, int MaxPerOrder = 10, bool Hidden = false)
{
    public const int MostPerEvent = 50;
    private const int HighestPriceMinor = 100_000_000;
    private const int MostPerOrder = 1_000;

    public void Check(Findings found, string path, string currency)
    {
        found.Name($"{path}name", Name, 100);
        found.Text($"{path}description", Description, 500);
        found.Expect(Price.Amount is >= 0 and <= HighestPriceMinor, $"{path}price.amount", $"Must be between 0 and {HighestPriceMinor}.");
        found.Expect(Price.Currency == currency, $"{path}price.currency", $"Must be {currency}, the currency of the event.");
        if (Cap is { } cap) found.Range($"{path}cap", cap, 0, ZoneDetails.LargestCapacity);
        found.Range($"{path}minPerOrder", MinPerOrder, 1, MostPerOrder);
        found.Range($"{path}maxPerOrder", MaxPerOrder, 1, MostPerOrder);
        found.Expect(MinPerOrder <= MaxPerOrder, $"{path}maxPerOrder", "Must not be less than minPerOrder.");
        var isWindow = OnSaleFrom is not { } from || OnSaleUntil is not { } until || from < until;
        found.Expect(isWindow, $"{path}onSaleUntil", "Must be after onSaleFrom.");
    }
}

/// <summary>Writes a ticket type into its event, and reads those of an event.</summary>
internal static class TicketTypeRows
{
    private sealed record Row(
        Guid TicketTypeId, string Name, string Description, long PriceMinor, string Currency, Guid? ZoneId, string? ZoneName, int? Cap,
        DateTimeOffset? OnSaleFrom, DateTimeOffset? OnSaleUntil, int MinPerOrder, int MaxPerOrder, int Position, bool Hidden)
    {
        public TicketType Shown => new(
            TicketTypeId, Name, Description, new Money(PriceMinor, Currency), ZoneId, ZoneName, Cap, OnSaleFrom, OnSaleUntil, MinPerOrder,
            MaxPerOrder, Position, Hidden);
    }

    /// <summary>Those that were not withdrawn, in the order in which they are offered.</summary>
    public static async Task<TicketType[]> Of(Sql sql, Guid eventId, CancellationToken ct) =>
        [.. (await sql.Many<Row>(Select, new { eventId }, ct)).Select(row => row.Shown)];

    /// <param name="path">Where the type stands in the body, for what is wrong with its zone.</param>
    public static async Task<Outcome<TicketType>> Add(
        Tx tx, EditedEvent parent, TicketTypeDetails details, string path, CancellationToken ct)
    {
        var zoneId = await FindZone(tx, parent.EventId, details.ZoneName, ct);
        if (details.ZoneName is not null && zoneId is null) return NoSuchZone(path);

        var id = tx.NewId();
        var position = await tx.One<int>(Insert, new
        {
            id,
            parent.EventId,
            zoneId,
            details.Name,
            details.Description,
            priceMinor = details.Price.Amount,
            details.Price.Currency,
            details.Cap,
            details.OnSaleFrom,
            details.OnSaleUntil,
            details.MinPerOrder,
            details.MaxPerOrder,
            details.Hidden,
        }, ct);
        if (position == 0) return TicketingRefusals.TicketTypeNameTaken;
        return new TicketType(
            id, details.Name, details.Description, details.Price, zoneId, details.ZoneName, details.Cap, details.OnSaleFrom,
            details.OnSaleUntil, details.MinPerOrder, details.MaxPerOrder, position, details.Hidden);
    }

    /// <summary>The zone of that name; null when none is named or there is none.</summary>
    public static async Task<Guid?> FindZone(Tx tx, Guid eventId, string? zoneName, CancellationToken ct) =>
        zoneName is null ? null : await tx.One<Guid?>(SelectZone, new { eventId, zoneName }, ct);

    public static Refusal NoSuchZone(string path) => KernelRefusals.Invalid.At($"{path}zoneName", "The event has no zone of this name.");

    private const string SelectZone = """
        select zone_id
        from ticketing.zones
        where org_id = @orgId and event_id = @eventId and name = @zoneName
        """;

    private const string Insert = """
        insert into ticketing.ticket_types (
            org_id, ticket_type_id, event_id, zone_id, name, description, price_minor, currency, cap, on_sale_from, on_sale_until,
            min_per_order, max_per_order, hidden, position)
        select @orgId, @id, @eventId, @zoneId, @name, @description, @priceMinor, @currency, @cap, @onSaleFrom, @onSaleUntil, @minPerOrder,
            @maxPerOrder, @hidden, coalesce(max(position), 0) + 1
        from ticketing.ticket_types
        where org_id = @orgId and event_id = @eventId
        on conflict (org_id, event_id, name) where withdrawn_at is null do nothing
        returning position
        """;

    private const string Select = """
        select type.ticket_type_id, type.name, type.description, type.price_minor, type.currency::text, type.zone_id,
            zone.name as zone_name, type.cap, type.on_sale_from, type.on_sale_until, type.min_per_order, type.max_per_order, type.position,
            type.hidden
        from ticketing.ticket_types as type
        left join ticketing.zones as zone using (org_id, zone_id)
        where type.org_id = @orgId and type.event_id = @eventId and type.withdrawn_at is null
        order by type.position
        """;
}
