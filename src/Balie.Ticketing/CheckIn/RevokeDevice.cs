using static Balie.Ticketing.TicketingRefusals;

namespace Balie.Ticketing.CheckIn;

/// <summary>
/// Takes a device's right away, for good: from this commit on nobody gets in with it. Revoking twice changes nothing and says the same.
/// </summary>
internal static class RevokeDevice
{
    public static void Map(IEndpointRouteBuilder api) => api.MapDelete("/devices/{deviceId:guid}", Handle).Needs(Permission.EventsWrite);

    public static async Task<Outcome<Done>> Handle(Guid deviceId, Caller caller, DeviceBook devices, Db db, CancellationToken ct)
    {
        var revoked = await db.Transact<Done>(async tx =>
        {
            if (await tx.Run(Revoke, new { deviceId, caller.Actor, tx.Now }, ct) == 0) return DeviceNotFound;
            await tx.Run(Signals.Send, new { channel = DeviceBook.Channel, payload = deviceId.ToString() }, ct);
            return new Done("The device is revoked.");
        }, ct);
        devices.Forget();
        return revoked;
    }

    private const string Revoke = """
        update ticketing.devices
        set revoked_at = coalesce(revoked_at, @now), revoked_by = coalesce(revoked_by, @actor)
        where org_id = @orgId and device_id = @deviceId
        """;
}
