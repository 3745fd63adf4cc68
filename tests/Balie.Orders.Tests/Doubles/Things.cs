using System.Text.Json;
using Balie.Contracts.Orders;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Orders.Tests.Doubles;

/// <summary>
/// An offer kind in plain tables that keeps the contract: things with a price that may change while they are held, a stock, and a hold that
/// lapses by the test's clock. What is confirmed has units, numbered from 1. A line's offer is <c>{offerId, quantity}</c>.
/// </summary>
internal sealed class Things(IServiceProvider services, TimeProvider clock) : IOfferKind
{
    private static readonly TimeSpan HoldDuration = TimeSpan.FromMinutes(15);

    public string Kind => "things";

    private sealed record Wish(Guid OfferId, int Quantity);

    private sealed record OfferRow(Guid OfferId, long PriceMinor, string Currency, int Vat, bool Hidden, long Free);

    private sealed record HoldRow(
        Guid HoldId, Guid OfferId, int Quantity, string State, DateTimeOffset ExpiresAt, long PriceMinor, string Currency, int Vat,
        DateTimeOffset? StartsAt, bool CalledOff = false);

    private sealed record UnitRow(Guid HoldId, Guid UnitId, string Label, bool Used, bool Gone);

    public async Task<Outcome<HeldOffer>> Hold(HoldRequest request, CancellationToken ct)
    {
        Wish? wish;
        try { wish = request.Wish.Deserialize<Wish>(Json.Options); }
        catch (JsonException) { return KernelRefusals.Malformed; }
        if (wish is null) return KernelRefusals.Malformed;

        Outcome<HeldOffer> held = Refusal.Conflict("things.sold_out", "Too few things are left.");
        var until = request.Until ?? clock.GetUtcNow() + HoldDuration;
        var system = services.GetRequiredService<SystemDb>();
        var offer = await system.Everywhere.One<OfferRow>(SelectOffer, new { wish.OfferId, now = clock.GetUtcNow() }, ct);
        if (offer is null || (offer.Hidden && !request.Unlocked.Contains(wish.OfferId)))
            return Refusal.NotFound("things.not_found", "There is no such thing.");
        var draft = Held(new HoldRow(
            request.HoldId, wish.OfferId, wish.Quantity, "held", until, offer.PriceMinor, offer.Currency, offer.Vat,
            clock.GetUtcNow().AddDays(30)));
        var refused = await Companions.Commit(services.GetRequiredService<Databases>(), request.Companions(draft), async connection =>
        {
            await connection.ExecuteAsync("lock table doubles.things in exclusive mode");
            var free = await connection.ExecuteScalarAsync<long>(
                SelectFree, new { wish.OfferId, now = clock.GetUtcNow().UtcDateTime });
            if (free < wish.Quantity) return false;
            await connection.ExecuteAsync(Insert, new
            {
                request.HoldId,
                wish.OfferId,
                wish.Quantity,
                until = until.UtcDateTime,
                starts = clock.GetUtcNow().UtcDateTime.AddDays(30),
            });
            return true;
        }, ct);
        return refused switch
        {
            null => draft,
            IdempotentRequest.KeyCompanion => KernelRefusals.IdempotencyInProgress,
            _ => held,
        };
    }

    public async Task<IReadOnlyList<HeldOffer>> See(Sql sql, IReadOnlyList<Guid> holdIds, CancellationToken ct)
    {
        var units = (await sql.Many<UnitRow>(SelectUnits, new { holdIds }, ct)).ToLookup(
            unit => unit.HoldId, unit => new HeldUnit(unit.UnitId, unit.Label, unit.Used, unit.Gone));
        return [.. (await sql.Many<HoldRow>(SelectHolds, new { holdIds }, ct)).Select(hold => Held(hold, [.. units[hold.HoldId]]))];
    }

    public Task<Outcome<HeldOffer>> Change(ChangeRequest request, CancellationToken ct) =>
        services.GetRequiredService<SystemDb>().As(request.Caller.OrgId).Transact<HeldOffer>(async tx =>
        {
            if (!await request.Lock(tx)) return Refusal.NotFound("things.not_found", "There is no such thing.");
            await tx.Run("lock table doubles.things in exclusive mode", null, ct);
            var hold = (await tx.Many<HoldRow>(SelectHolds, new { holdIds = (Guid[])[request.HoldId] }, ct)).Single();
            var ((quantity, _), now) = (request.Items[hold.OfferId], clock.GetUtcNow());
            if (hold.State != "held" || hold.ExpiresAt < now) return Refusal.Conflict("things.lapsed", "It lapsed.");
            if (await tx.One<long>(SelectFree, new { hold.OfferId, now }, ct) < quantity - hold.Quantity)
                return Refusal.Conflict("things.sold_out", "Too few things are left.");
            await tx.Run("update doubles.things set quantity = @quantity where hold_id = @HoldId", new { quantity, hold.HoldId }, ct);
            var held = Held(hold with { Quantity = quantity });
            await request.Record(tx, held);
            return held;
        }, ct);

    public async Task<bool> Extend(Tx tx, Guid holdId, DateTimeOffset until, CancellationToken ct) =>
        await tx.Run("update doubles.things set expires_at = @until where hold_id = @holdId and state = 'held' and expires_at >= @now",
            new { holdId, until, now = clock.GetUtcNow() }, ct) > 0;

    public async Task<bool> Confirm(Tx tx, Guid holdId, Buyer buyer, string actor, CancellationToken ct)
    {
        await tx.Run("lock table doubles.things in exclusive mode", null, ct);
        if ((await tx.Many<HoldRow>(SelectHolds, new { holdIds = (Guid[])[holdId] }, ct)) is not [var hold]) return false;
        if (hold.State == "confirmed") return true;
        if (hold.State == "gone" || hold.CalledOff) return false;
        if (hold.State != "held" || hold.ExpiresAt < clock.GetUtcNow())
        {
            var free = await tx.One<long>(SelectFree, new { hold.OfferId, now = clock.GetUtcNow() }, ct);
            if (free < hold.Quantity) return false;
        }
        for (var unit = 1; unit <= hold.Quantity; unit++)
            await tx.Run(InsertUnit, new { unitId = tx.NewId(), holdId, label = $"{unit}" }, ct);
        return await tx.Run("update doubles.things set state = 'confirmed' where hold_id = @holdId", new { holdId }, ct) == 1;
    }

    public Task Release(Tx tx, Guid holdId, string actor, string reason, CancellationToken ct) =>
        tx.Run("update doubles.things set state = 'lapsed' where hold_id = @holdId and state = 'held'", new { holdId }, ct);

    public async Task Withdraw(
        Tx tx, Guid holdId, IReadOnlyList<Guid>? unitIds, string actor, string reason, CancellationToken ct)
    {
        await tx.Run("""
            update doubles.units set gone = true
            where hold_id = @holdId and (@unitIds::uuid[] is null or unit_id = any (@unitIds))
            """, new { holdId, unitIds = unitIds?.ToArray() }, ct);
        await tx.Run("""
            update doubles.things set state = 'gone'
            where hold_id = @holdId and state = 'confirmed'
            and not exists (select from doubles.units where units.hold_id = things.hold_id and not gone)
            """, new { holdId }, ct);
    }

    private HeldOffer Held(HoldRow row, IReadOnlyList<HeldUnit>? units = null) => new(
        row.HoldId, Kind, "Ding", "om te hebben", row.OfferId, row.OfferId,
        row.State == "held" && row.ExpiresAt < clock.GetUtcNow() ? HoldStates.Lapsed : row.State, row.ExpiresAt, row.StartsAt,
        row.CalledOff,
        [new HeldItem(1, row.OfferId, "Ding", row.Quantity, new Money(row.PriceMinor, row.Currency), row.Vat, units ?? [])]);

    private const string SelectOffer = """
        select offer_id, price_minor, currency::text, vat, hidden, 0::bigint as free
        from doubles.offers
        where offer_id = @OfferId
        """;

    private const string SelectFree = """
        select stock - coalesce((
            select sum(quantity) from doubles.things
            where things.offer_id = offers.offer_id and (state = 'confirmed' or (state = 'held' and expires_at >= @now))), 0)
        from doubles.offers
        where offer_id = @OfferId
        """;

    private const string Insert = """
        insert into doubles.things (hold_id, offer_id, quantity, state, expires_at, starts_at)
        values (@HoldId, @OfferId, @Quantity, 'held', @until, @starts)
        """;

    private const string SelectHolds = """
        select hold_id, offer_id, quantity, state, expires_at, price_minor, currency::text, vat, starts_at,
            exists (select from doubles.called_off where called_off.offer_id = things.offer_id) as called_off
        from doubles.things
        join doubles.offers using (offer_id)
        where hold_id = any (@holdIds)
        """;

    private const string SelectUnits = """
        select hold_id, unit_id, label, used, gone
        from doubles.units
        where hold_id = any (@holdIds)
        order by hold_id, label
        """;

    private const string InsertUnit =
        "insert into doubles.units (unit_id, hold_id, label, used, gone) values (@unitId, @holdId, @label, false, false)";
}
