using Balie.Contracts.Inventory;
using Balie.Contracts.Ticketing;
using Balie.Ticketing.Events;
using Balie.Ticketing.Slots;
using Npgsql;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.TicketTypes;

/// <summary>
/// Changes what a ticket type is called, costs and allows, for bookings to come. Another cap holds in every slot that has not begun; that
/// there is one at all, and which zone it belongs to, is settled once the sale has opened, because tickets sold before were never counted
/// there.
/// </summary>
internal static class ChangeTicketType
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPut("/ticket-types/{ticketTypeId:guid}", Handle).Needs(Permission.EventsWrite);

    public static Task<Outcome<EventView>> Handle(
        Guid ticketTypeId, TicketTypeDetails body, IfMatch ifMatch, Caller caller, IInventory inventory, Db db, CancellationToken ct) =>
        db.Transact<EventView>(async tx =>
        {
            var eventId = await tx.One<Guid>(EventOf, new { ticketTypeId }, ct);
            if (eventId == Guid.Empty) return TicketTypeNotFound;
            var edit = await EventEdits.Begin(tx, eventId, ifMatch, forCalendars: false, ct);
            if (edit.Value is not { } edited) return edit.Refusal!; // Without a value there is a refusal.
            var found = new Findings();
            body.Check(found, "", edited.Currency);
            if (found.Refusal is { } wrong) return wrong;
            if (await tx.One<Before>(Select, new { ticketTypeId }, ct) is not { WithdrawnAt: null } before) return TicketTypeWithdrawn;

            var zoneId = await TicketTypeRows.FindZone(tx, eventId, body.ZoneName, ct);
            if (body.ZoneName is not null && zoneId is null) return TicketTypeRows.NoSuchZone("");
            if (edited.SaleOpenedAt is not null && zoneId != before.ZoneId) return ZoneSettledBySale;
            if (edited.SaleOpenedAt is not null && body.Cap is null != before.Cap is null) return CapSettledBySale;

            try { await Write(tx, ticketTypeId, zoneId, body, ct); }
            catch (PostgresException taken) when (taken.ConstraintName == "ticket_types_name_unique") { return TicketTypeNameTaken; }
            if (await SettleCap(tx, inventory, eventId, ticketTypeId, body.Cap, before.Cap, caller, ct) is { } refusal) return refusal;

            await EventHistory.Add(tx, caller, EventHistory.OfTicketType(eventId, ticketTypeId, "changed") with { Detail = body }, ct);
            tx.Publish(new EventUpdated(eventId, edited.Version, "ticket_type_changed"));
            return await EventView.Now(tx, eventId, ct);
        }, ct);

    private static Task<int> Write(Tx tx, Guid ticketTypeId, Guid? zoneId, TicketTypeDetails body, CancellationToken ct) =>
        tx.Run(Update, new
        {
            ticketTypeId,
            zoneId,
            body.Name,
            body.Description,
            priceMinor = body.Price.Amount,
            body.Cap,
            body.OnSaleFrom,
            body.OnSaleUntil,
            body.MinPerOrder,
            body.MaxPerOrder,
            body.Hidden,
        }, ct);

    private static async Task<Refusal?> SettleCap(
        Tx tx, IInventory inventory, Guid eventId, Guid ticketTypeId, int? cap, int? before, Caller caller, CancellationToken ct)
    {
        if (cap == before) return null;
        if (cap is { } size && before is not null) return await SlotPools.Resize(tx, inventory, ticketTypeId, size, caller, ct);
        await SlotPools.Forget(tx, ticketTypeId, ct);
        return await SlotPools.Complete(tx, inventory, eventId, ct);
    }

    private sealed record Before(Guid? ZoneId, int? Cap, DateTimeOffset? WithdrawnAt);

    private const string EventOf = "select event_id from ticketing.ticket_types where org_id = @orgId and ticket_type_id = @ticketTypeId";

    private const string Select = """
        select zone_id, cap, withdrawn_at
        from ticketing.ticket_types
        where org_id = @orgId and ticket_type_id = @ticketTypeId
        """;

    private const string Update = """
        update ticketing.ticket_types
        set zone_id = @zoneId, name = @name, description = @description, price_minor = @priceMinor, cap = @cap, on_sale_from = @onSaleFrom,
            on_sale_until = @onSaleUntil, min_per_order = @minPerOrder, max_per_order = @maxPerOrder,
            hidden = @hidden
        where org_id = @orgId and ticket_type_id = @ticketTypeId
        """;
}
