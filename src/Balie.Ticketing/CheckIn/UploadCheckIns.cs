using System.Security.Cryptography;
using System.Text.Json;
using Balie.Ticketing.Offers;
using Balie.Ticketing.Tickets;

namespace Balie.Ticketing.CheckIn;

/// <summary>
/// What a device did while it was on its own. It happened, so every fact is kept and counted, each once, and judged separately: by the
/// same decision, for the moment on the device's clock. Who should not have been let in stands in the conflict report.
/// </summary>
internal static class UploadCheckIns
{
    private const int MostFacts = 1_000;
    private const int LargestBodyBytes = 1024 * 1024;
    private const int LongestCode = 200;
    private const int LongestReason = 50;

    /// <param name="Result">What the device did: <c>admitted</c> or <c>refused</c>.</param>
    /// <param name="Reason">Why it refused.</param>
    public sealed record Fact(
        Guid Nonce, DateTimeOffset DeviceTime, string Result, string? Code = null, Guid? TicketId = null, Guid? EventId = null,
        Guid? SlotId = null, string Direction = DoorDecision.Inwards, string? Reason = null);

    public sealed record Request(IReadOnlyList<Fact> Facts);

    /// <param name="Known">We had it already, and nothing was added.</param>
    /// <param name="Judgement">What we would have said against it; null when we agree.</param>
    public sealed record Taken(Guid Nonce, bool Known, string? Judgement);

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/checkins/upload", Handle).SignedIn().TakesUpTo(LargestBodyBytes);

    public static async Task<Outcome<Taken[]>> Handle(
        Request request, Caller caller, DeviceBook devices, TicketKeys keys, EventOffers offers, PolicyStore policies, Db db,
        CancellationToken ct)
    {
        var door = await Door.Of(caller, devices, ct);
        if (!caller.May(Permission.CheckIn) && !door.IsRevoked) return KernelRefusals.Forbidden;
        if (Wrong(request) is { } wrong) return wrong;

        var scans = new List<(Fact Fact, Scan Scan)>();
        foreach (var fact in request.Facts.DistinctBy(fact => fact.Nonce).OrderBy(fact => fact.DeviceTime))
            scans.Add((fact, await Understand(fact, door, keys, db.Now, ct)));
        // Looked up before the transaction begins: thirty devices that come back at once must not each need a second connection.
        var figures = await policies.Of(caller.OrgId, ct);
        foreach (var eventId in scans.Select(one => one.Scan.EventId).OfType<Guid>().Distinct())
            await offers.Find(caller.OrgId, eventId, ct);
        return await db.Transact<Taken[]>(async tx =>
        {
            var shown = scans.Select(one => one.Scan.Ticket?.TicketId).OfType<Guid>().Distinct().ToArray();
            var (_, rows) = await ScanReader.LockAndRead(tx, [.. scans.Select(one => one.Scan)], wait: true, ct);
            var past = await TicketPast.Of(tx, shown, ct);
            var (tally, taken) = (new Tally(tx), new List<Taken>());
            foreach (var ((fact, scan), row) in scans.Zip(rows)) taken.Add(await Take(fact, scan, row, tally, past, offers, figures, ct));
            await tally.Write(ct);
            return taken.ToArray();
        }, ct);
    }

    private static async Task<Taken> Take(
        Fact fact, Scan scan, ScanReader.Row row, Tally tally, TicketPast past, EventOffers offers, Policies figures, CancellationToken ct)
    {
        if (row.Answer is not null) return new Taken(fact.Nonce, true, row.Judgement);
        var known = row.TicketId is not null;
        var judgement = (await Judge(scan, row, past, offers, figures, ct)).Reason;
        var admitted = fact.Result == CheckInAnswer.Admitted;
        var counts = admitted && known && !row.IsRevoked;
        var reason = fact.Reason ?? (admitted ? null : judgement ?? Reasons.InvalidCode);
        tally.Record(scan, known ? row : null, admitted, reason, judgement, counts);
        if (counts) past.Add(row.TicketId.GetValueOrDefault(), fact.Direction, scan.DeviceTime);
        return new Taken(fact.Nonce, false, judgement);
    }

    private static async ValueTask<Decision> Judge(
        Scan scan, ScanReader.Row row, TicketPast past, EventOffers offers, Policies figures, CancellationToken ct)
    {
        if (row.TicketId is not { } ticketId || await offers.Find(scan.Door.Caller.OrgId, row.EventId, ct) is not { } offer)
            return Decision.No(row.IsRevoked ? Reasons.RevokedDevice : Reasons.InvalidCode);
        var ticket = row.Facts(offer, figures) is { } now ? past.At(now, ticketId, scan.Ticket?.Serial, scan.DeviceTime) : null;
        return DoorDecision.Decide(
            scan.Facts(row, scan.DeviceTime), ticket, scan.At(offer, row.IsRevoked, figures), past.Before(ticketId, scan.DeviceTime));
    }

    private static async ValueTask<Scan> Understand(Fact fact, Door door, TicketKeys keys, DateTimeOffset now, CancellationToken ct)
    {
        var shown = fact.TicketId is { } ticketId ? ShownTicket.ByHand(ticketId)
            : fact.Code is { } code ? await ShownTicket.Read(code, door.Caller.OrgId, keys, ct)
            : null;
        return new Scan(door, fact.Nonce, SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(fact, Json.Options)), shown, fact.Direction,
            CheckInTicket.Plausible(fact.DeviceTime, now), fact.EventId ?? door.OnlyEventId, fact.SlotId, Force: false, Note: "");
    }

    // Only what cannot be read is refused; what should not have happened is kept.
    private static Refusal? Wrong(Request request)
    {
        var found = new Findings();
        if (request.Facts.Count == 0) found.Expect(false, "facts", "Send at least one.");
        found.Each("facts", request.Facts, MostFacts, (fact, path) =>
        {
            found.Expect((fact.Code is null) != (fact.TicketId is null), $"{path}.code", "Send a code or a ticketId.");
            found.Text($"{path}.code", fact.Code ?? "", LongestCode);
            found.Expect(fact.Direction is DoorDecision.Inwards or DoorDecision.Outwards, $"{path}.direction", "Must be in or out.");
            found.Expect(fact.Result is CheckInAnswer.Admitted or CheckInAnswer.Refused, $"{path}.result", "Must be admitted or refused.");
            found.Expect(fact.Reason is null or { Length: >= 1 and <= LongestReason }, $"{path}.reason", "Must be one of the reasons.");
        });
        return found.Refusal;
    }
}
