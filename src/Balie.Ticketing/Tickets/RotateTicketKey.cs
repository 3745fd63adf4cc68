namespace Balie.Ticketing.Tickets;

/// <summary>
/// Makes the organisation's next key for ticket codes. Normally it is published at once and signs a day later, when every device at the
/// door has fetched it; the tickets of its forerunners stay good. After a leak it signs at once and its forerunners are revoked: their
/// tickets' codes are dead and must be reissued.
/// </summary>
internal static partial class RotateTicketKey
{
    private static readonly TimeSpan UntilDevicesHaveFetchedIt = TimeSpan.FromDays(1);

    public sealed record Request(bool RevokeOlder = false);

    public sealed record Rotated(int Key, DateTimeOffset SignsFrom, bool OlderRevoked);

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/ticket-keys", Handle).Needs(Permission.OrganisationWrite).Creates();

    public static async Task<Outcome<Rotated>> Handle(
        Request request, Caller caller, TicketKeys keys, Db db, ILogger<TicketingModule> log, CancellationToken ct)
    {
        var rotated = await db.Transact<Rotated>(async tx =>
        {
            await tx.Run(OneAtATime, null, ct);
            var number = await tx.One<int>(NextNumber, null, ct);
            var next = TicketKey.Make(number, request.RevokeOlder ? tx.Now : tx.Now + UntilDevicesHaveFetchedIt);
            if (request.RevokeOlder) await tx.Run(RevokeAll, new { tx.Now }, ct);
            await tx.Run(TicketKeys.Insert, new { next.Number, pkcs8 = next.ToPkcs8(), tx.Now, next.SignsFrom }, ct);
            await tx.Run(Signals.Send, new { channel = TicketKeys.Channel, payload = $"{tx.OrgId}" }, ct);
            return new Rotated(number, next.SignsFrom, request.RevokeOlder);
        }, ct);
        keys.Forget(caller.OrgId);
        if (rotated.Value is { } made) LogRotated(log, made.Key, made.OlderRevoked, caller.Actor);
        return rotated;
    }

    private const string OneAtATime = "select pg_advisory_xact_lock(hashtext('ticketing.ticket_keys'), hashtext(@orgId::text))";

    private const string NextNumber = "select coalesce(max(key_number), 0) + 1 from ticketing.ticket_keys where org_id = @orgId";

    private const string RevokeAll = "update ticketing.ticket_keys set revoked_at = @now where org_id = @orgId and revoked_at is null";

    [LoggerMessage(Level = LogLevel.Information, Message = "Ticket key {Key} was made by {Actor}, older ones revoked: {OlderRevoked}")]
    private static partial void LogRotated(ILogger log, int key, bool olderRevoked, string actor);
}
