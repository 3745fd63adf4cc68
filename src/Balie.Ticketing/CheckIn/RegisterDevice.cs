using Microsoft.AspNetCore.Http;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.CheckIn;

/// <summary>
/// Registers a device for a venue, or for some events. Its key is shown in this answer and never again; so the answer is not kept under an
/// Idempotency-Key either, and a repetition registers a second device, to be revoked.
/// </summary>
internal static class RegisterDevice
{
    private const int MostBound = 100;

    /// <summary>Either a venue or events; <paramref name="ZoneIds"/> where its gate leads to those alone.</summary>
    public sealed record Request(
        string Name, Guid? VenueId = null, IReadOnlyList<Guid>? EventIds = null, string Gate = "", IReadOnlyList<Guid>? ZoneIds = null,
        bool MayForce = false);

    public sealed record Registered(Device Device, string Key);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/devices", Handle).Needs(Permission.EventsWrite).WithMetadata(new AnswersWith(StatusCodes.Status201Created));

    public static async Task<Outcome<Registered>> Handle(Request request, Caller caller, Db db, CancellationToken ct)
    {
        if (Wrong(request) is { } wrong) return wrong;
        if (request.MayForce && !caller.May(Permission.CheckInForce)) return KernelRefusals.Forbidden;

        var (eventIds, zoneIds) = (request.EventIds?.Distinct().ToArray() ?? [], request.ZoneIds?.Distinct().ToArray() ?? []);
        if (await db.One<Missing>(FindMissing, new { request.VenueId, eventIds, zoneIds }, ct) is not { } missing)
            throw new InvalidOperationException("An aggregate always has a row.");
        if (missing.Venue) return VenueNotFound;
        if (missing.Event) return EventNotFound;
        if (missing.Zone) return ZoneNotFound;

        var (id, key) = (db.NewId(), DeviceBook.MakeKey());
        var made = await db.One<Device.Row>(Insert, new
        {
            id,
            name = request.Name.Trim(),
            gate = request.Gate.Trim(),
            request.VenueId,
            eventIds,
            zoneIds,
            request.MayForce,
            keyHash = DeviceBook.Hash(key),
            hint = DeviceBook.Hint(key),
            caller.Actor,
            db.Now,
        }, ct) ?? throw new InvalidOperationException("An insert that returns has a row.");
        return new Registered(made.Device, key);
    }

    private static Refusal? Wrong(Request request)
    {
        var found = new Findings();
        found.Name("name", request.Name, 100);
        found.Line("gate", request.Gate, 100);
        found.Expect((request.VenueId is null) != (request.EventIds is null or []), "venueId", "Name a venue, or some events.");
        found.Expect(request.EventIds is null or { Count: <= MostBound }, "eventIds", $"Name at most {MostBound} events.");
        found.Expect(request.ZoneIds is null or { Count: <= MostBound }, "zoneIds", $"Name at most {MostBound} zones.");
        return found.Refusal;
    }

    private sealed record Missing(bool Venue, bool Event, bool Zone);

    private const string FindMissing = """
        select
            @venueId::uuid is not null and not exists (
                select from ticketing.venues where org_id = @orgId and venue_id = @venueId and deleted_at is null) as venue,
            exists (
                select from unnest(@eventIds) as wanted (id)
                where not exists (
                    select from ticketing.events where org_id = @orgId and event_id = wanted.id and deleted_at is null)) as event,
            exists (
                select from unnest(@zoneIds) as wanted (id)
                where not exists (select from ticketing.zones where org_id = @orgId and zone_id = wanted.id)) as zone
        """;

    private const string Insert = $"""
        insert into ticketing.devices (
            org_id, device_id, name, gate, venue_id, event_ids, zone_ids, may_force, key_hash, hint, created_by, created_at)
        values (@orgId, @id, @name, @gate, @venueId, @eventIds, @zoneIds, @mayForce, @keyHash, @hint, @actor, @now)
        returning {Device.Columns}
        """;
}
