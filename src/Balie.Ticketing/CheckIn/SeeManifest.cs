using System.Buffers.Text;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Balie.Ticketing.Events;
using Balie.Ticketing.Offers;
using Balie.Ticketing.Tickets;
using Microsoft.AspNetCore.Http;
using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.CheckIn;

/// <summary>
/// Everything that a device needs to decide on its own for four hours: keys, times, rules, and every ticket of the event without a name in
/// it. Signed with the organisation's ticket key, as a JWS whose content is the body (RFC 7515, appendix F), so a device that keeps the
/// file can tell whether somebody changed it.
/// </summary>
internal static class SeeManifest
{
    public const string SignatureHeader = "Balie-Signature";
    private const int SignatureBytes = 64;
    private static readonly TimeSpan Good = TimeSpan.FromHours(4);

    public sealed record Manifest(
        int Format, Guid EventId, string Title, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, int Reentries, bool IsCalledOff,
        IReadOnlyList<Guid> ZoneIds, IReadOnlyList<Key> Keys, IReadOnlyList<Slot> Slots, IReadOnlyList<Named> Zones,
        IReadOnlyList<Entry> Tickets);

    /// <summary>A public key on P-256 that codes may be signed with.</summary>
    public sealed record Key(int Number, string X, string Y);

    public sealed record Slot(Guid Id, DateTimeOffset StartsAt, DateTimeOffset OpensAt, DateTimeOffset ClosesAt, bool IsCalledOff);

    public sealed record Named(Guid Id, string Name);

    /// <param name="Slot">Its place in <see cref="Manifest.Slots"/>.</param>
    /// <param name="Secret">What its rotating code is made with; only of a ticket that can be used.</param>
    public sealed record Entry(
        Guid Id, int Serial, string Status, int Slot, string Number, string Type,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? Zone,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Seat,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Secret, int Ins, int Outs);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/events/{eventId:guid}/manifest", Handle).Needs(Permission.CheckIn).WithMetadata(
            new ProducesResponseTypeMetadata(200, typeof(Manifest), ["application/json"]));

    public static async Task Handle(
        Guid eventId, Caller caller, DeviceBook devices, EventOffers offers, TicketKeys keys, PolicyStore policies, Db db, HttpContext http)
    {
        var ct = http.RequestAborted;
        var entered = await Door.Enter(eventId, caller, devices, offers, ct);
        if (entered.Value is not { } offer)
        {
            await Problems.Write(http, entered.Refusal ?? EventNotFound);
            return;
        }
        var door = await Door.Of(caller, devices, ct);
        var published = await keys.Published(caller.OrgId, ct);
        var manifest = await Make(offer, door, published, await policies.Of(caller.OrgId, ct), db, ct);
        var body = JsonSerializer.SerializeToUtf8Bytes(manifest, Json.Options);
        http.Response.Headers[SignatureHeader] = Sign(body, await keys.Current(caller.OrgId, ct));
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.Vary = "Accept-Encoding";
        http.Response.ContentType = "application/json; charset=utf-8";
        if (http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
        {
            body = Compress(body);
            http.Response.Headers.ContentEncoding = "gzip";
        }
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, ct);
    }

    private static async Task<Manifest> Make(
        EventOffer offer, Door door, IReadOnlyList<TicketKey> keys, Policies figures, Db db, CancellationToken ct)
    {
        var places = offer.Slots.Select((slot, i) => (slot.SlotId, i)).ToDictionary(slot => slot.SlotId, slot => slot.i);
        var rows = await db.Many<Row>(Select, new { offer.EventId }, ct);
        return new Manifest(
            1, offer.EventId, offer.Title, db.Now, db.Now + Good, offer.Doors.Reentries ?? figures.Reentries,
            offer.Status == EventStates.Cancelled, door.ZoneIds, [.. keys.Select(key => new Key(key.Number, key.X, key.Y))],
            [
                .. offer.Slots.Select(slot => new Slot(
                    slot.SlotId, slot.StartsAt, offer.Doors.OpensAt(slot, figures), offer.Doors.ClosesAt(slot, figures), slot.Cancelled)),
            ],
            [.. offer.Doors.ZoneNames.Select(zone => new Named(zone.Key, zone.Value))],
            [
                .. from row in rows
                   where places.ContainsKey(row.SlotId)
                   let secret = TicketStates.IsLive(row.Status) ? Base64Url.EncodeToString(RotatingCode.KeyOf(row.Secret)) : null
                   select new Entry(row.TicketId, row.Serial, row.Status, places[row.SlotId], row.Number, row.TypeName, row.ZoneId,
                       row.SeatLabel, secret, row.Ins, row.Outs),
            ]);
    }

    private static string Sign(byte[] body, TicketKey key)
    {
        var header = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(
            new { alg = "ES256", kid = key.Number.ToString(System.Globalization.CultureInfo.InvariantCulture), typ = "balie-manifest" },
            Json.Options));
        var signature = new byte[SignatureBytes];
        key.Sign(Encoding.ASCII.GetBytes($"{header}.{Base64Url.EncodeToString(body)}"), signature);
        return $"{header}..{Base64Url.EncodeToString(signature)}";
    }

    private static byte[] Compress(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(body);
        return packed.ToArray();
    }

    private sealed record Row(
        Guid TicketId, int Serial, string Status, Guid SlotId, string Number, string TypeName, Guid? ZoneId, string? SeatLabel,
        byte[] Secret, int Ins, int Outs);

    private const string Select = """
        select ticket.ticket_id, ticket.serial, ticket.status, ticket.slot_id, ticket.number, ticket.type_name, ticket.zone_id,
            ticket.seat_label, ticket.secret, coalesce(entry.ins, 0) as ins, coalesce(entry.outs, 0) as outs
        from ticketing.slots as slot
        join ticketing.tickets as ticket using (org_id, slot_id)
        left join ticketing.entries as entry using (org_id, ticket_id)
        where slot.org_id = @orgId and slot.event_id = @eventId
        order by ticket.ticket_id
        """;
}
