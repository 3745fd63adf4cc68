using System.Buffers.Text;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Balie.Tests.Tickets;

namespace Balie.Tests.CheckIn;

public sealed class OfflineTests(Product app) : IClassFixture<Product>
{
    private static CancellationToken Ct => Product.Ct;
    private readonly HttpClient _customer = app.As(Roles.Customer);
    private readonly HttpClient _owner = app.As(Roles.Owner);

    [Fact]
    public async Task A_manifest_is_proven_by_the_public_key_and_names_nobody()
    {
        var show = await app.OpenShow(zones: [new { name = "Parket", capacity = 50 }],
            types: [new { name = "Vol", price = Given.Price(0), zoneName = "Parket" }]);
        var (_, tickets) = await app.Ticketed(_customer, show, 3, new { name = "Anna de Vries", email = "anna@example.org" });
        var door = await app.DeviceAt(show);
        await door.Scan(tickets[1].Text("code"));

        var (body, signature, manifest) = await Manifest(door, show);

        Assert.True(Proven(body, signature, manifest));
        Assert.False(Proven([.. body[..^1], (byte)' '], signature, manifest));
        var text = Encoding.UTF8.GetString(body);
        Assert.DoesNotContain("Anna", text, StringComparison.Ordinal);
        Assert.DoesNotContain("example.org", text, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromHours(4),
            manifest.GetProperty("expiresAt").GetDateTimeOffset() - manifest.GetProperty("issuedAt").GetDateTimeOffset());
        var listed = manifest.GetProperty("tickets").EnumerateArray().ToDictionary(ticket => ticket.Id());
        Assert.Equal(3, listed.Count);
        Assert.Equal((1, 0, "checked_in"), (listed[tickets[1].Id()].Number("ins"), listed[tickets[1].Id()].Number("outs"),
            listed[tickets[1].Id()].Text("status")));
        Assert.Equal("Vol", listed[tickets[0].Id()].Text("type"));
    }

    [Fact]
    public async Task A_manifest_travels_compressed_where_that_is_understood()
    {
        var show = await app.OpenShow();
        await app.Ticketed(_customer, show, 5);
        var door = await app.DeviceAt(show);
        door.DefaultRequestHeaders.Add("Accept-Encoding", "gzip");

        var answer = await door.GetAsync($"/api/v1/events/{show.EventId}/manifest", Ct);

        Assert.Equal("gzip", answer.Content.Headers.ContentEncoding.Single());
        await using var unpacked = new GZipStream(await answer.Content.ReadAsStreamAsync(Ct), CompressionMode.Decompress);
        using var whole = await JsonDocument.ParseAsync(unpacked, cancellationToken: Ct);
        Assert.Equal(5, whole.RootElement.GetProperty("tickets").GetArrayLength());
    }

    [Fact]
    public async Task What_a_device_did_alone_is_kept_once_and_counted()
    {
        var show = await app.OpenShow();
        var (code, id) = await app.Ticket(show);
        var door = await app.DeviceAt(show);
        var fact = Let(code, Ago(10));

        var first = await Upload(door, fact, fact);
        var again = await Upload(door, fact);

        Assert.Equal((false, ""), Taken(first.Single()));
        Assert.Equal((true, ""), Taken(again.Single()));
        Assert.Equal(1, await Ins(id));
        Assert.Equal("already_used", (await door.Scan(code)).Said());
        Assert.Empty(await Conflicts(show));
    }

    [Fact]
    public async Task Two_devices_alone_let_one_ticket_in_twice_and_the_report_says_in_which_order()
    {
        var show = await app.OpenShow();
        var (code, id) = await app.Ticket(show);
        var (north, _) = await app.Device(new { name = "A", gate = "Noord", eventIds = new[] { show.EventId } });
        var (south, _) = await app.Device(new { name = "B", gate = "Zuid", eventIds = new[] { show.EventId } });

        // The later one tells first.
        Assert.Equal((false, ""), Taken((await Upload(south, Let(code, Ago(5)))).Single()));
        Assert.Equal((false, ""), Taken((await Upload(north, Let(code, Ago(20)))).Single()));

        var conflict = Assert.Single(await Conflicts(show));
        Assert.Equal(id, conflict.GetProperty("ticketId").GetGuid());
        Assert.Equal([("Noord", ""), ("Zuid", "already_used")], conflict.GetProperty("passages").EnumerateArray()
            .Select(passage => (passage.Text("place"), passage.GetProperty("verdict").GetString() ?? "")));
        Assert.Equal(2, await Ins(id));
    }

    [Fact]
    public async Task A_scan_online_after_one_that_was_told_later_is_the_second()
    {
        var show = await app.OpenShow();
        var (code, _) = await app.Ticket(show);
        var (alone, online) = (await app.DeviceAt(show), await app.DeviceAt(show));
        Assert.Equal("admitted", (await online.Scan(code)).Said());

        var taken = (await Upload(alone, Let(code, Ago(30)))).Single();

        Assert.Equal((false, ""), Taken(taken));
        Assert.Equal([("", true), ("already_used", false)], (await Conflicts(show))[0].GetProperty("passages").EnumerateArray()
            .Select(passage => (passage.GetProperty("verdict").GetString() ?? "", passage.GetProperty("uploaded").GetBoolean())));
    }

    [Fact]
    public async Task Void_wrong_and_unknown_tickets_that_were_let_in_are_kept_and_reported()
    {
        var show = await app.OpenShow();
        var other = await app.OpenShow();
        var door = await app.DeviceAt(show);
        var (booking, tickets) = await app.Ticketed(_customer, show);
        var (elsewhere, _) = await app.Ticket(other);
        (await app.As(Roles.Support).Patch($"/api/v1/bookings/{booking.Text("id")}/cancel", new { reason = "Ziek" }, Ct))
            .EnsureSuccessStatusCode();
        app.Clock.Advance(TimeSpan.FromMinutes(10));

        var taken = await Upload(door, Let(tickets[0].Text("code"), Ago(5)), Let(elsewhere, Ago(4)), Let("QR van iemand anders", Ago(3)),
            Let(tickets[0].Text("code"), Ago(60)));

        // Before it was cancelled it was a good ticket, so that one was right; and the one after it came second.
        Assert.Equal(["", "cancelled", "wrong_event", "invalid_code"], taken.Select(fact => Taken(fact).Judgement));
        var verdicts = (await Conflicts(show)).SelectMany(conflict => conflict.GetProperty("passages").EnumerateArray())
            .Select(passage => passage.GetProperty("verdict").GetString() ?? "").Order(StringComparer.Ordinal);
        Assert.Equal(["", "cancelled", "invalid_code", "wrong_event"], verdicts);
    }

    [Fact]
    public async Task A_revoked_device_may_tell_but_lets_nobody_in()
    {
        var show = await app.OpenShow();
        var (code, id) = await app.Ticket(show);
        var (door, deviceId) = await app.Device(DoorWords.At(show));
        (await _owner.DeleteAsync($"/api/v1/devices/{deviceId}", Ct)).EnsureSuccessStatusCode();

        Assert.Equal((false, "revoked_device"), Taken((await Upload(door, Let(code, Ago(5)))).Single()));

        Assert.Equal(0, await Ins(id));
        Assert.Equal("admitted", (await (await app.DeviceAt(show)).Scan(code)).Said());
        Assert.Equal("revoked_device", (await Conflicts(show))[0].GetProperty("passages")[0].Text("verdict"));
    }

    [Fact]
    public async Task Only_what_cannot_be_read_is_refused()
    {
        var show = await app.OpenShow();
        var door = await app.DeviceAt(show);
        async Task Refused(object body) => await (await door.Post("/api/v1/checkins/upload", body, Ct))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.invalid", Ct);

        await Refused(new { facts = Array.Empty<object>() });
        await Refused(new { facts = Enumerable.Repeat(Let("x", Ago(1)), 1_001) });
        var maybe = new { nonce = Guid.CreateVersion7(), deviceTime = Ago(1), result = "misschien", code = "x" };
        await Refused(new { facts = new[] { maybe } });
        Assert.Equal(1_000, (await Upload(door, [.. Enumerable.Range(0, 1_000).Select(_ => Let("x", Ago(1)))])).Length);
    }

    [Fact]
    public async Task Everything_that_happened_holds_together()
    {
        var verdicts = await new Verifier(new Installation(Balie.Modules.All), app.Databases).Run(null, Ct);

        Assert.Equal([], verdicts.Where(verdict => verdict.Check.StartsWith("I9", StringComparison.Ordinal))
            .SelectMany(verdict => verdict.Violations.Select(violation => $"{verdict.Check}: {violation}")));
    }

    private DateTimeOffset Ago(int minutes) => app.Clock.GetUtcNow() - TimeSpan.FromMinutes(minutes);

    private static object Let(string code, DateTimeOffset deviceTime) =>
        new { nonce = Guid.CreateVersion7(), code, deviceTime, result = "admitted" };

    private static async Task<JsonElement[]> Upload(HttpClient door, params object[] facts) =>
        [.. (await (await door.Post("/api/v1/checkins/upload", new { facts }, Ct)).IsOk<JsonElement>(Ct)).EnumerateArray()];

    private static (bool Known, string Judgement) Taken(JsonElement fact) =>
        (fact.GetProperty("known").GetBoolean(), fact.GetProperty("judgement").GetString() ?? "");

    private async Task<JsonElement[]> Conflicts(Show show) =>
        [.. (await (await _owner.GetAsync($"/api/v1/events/{show.EventId}/conflicts", Ct)).IsOk<JsonElement>(Ct))
            .GetProperty("conflicts").EnumerateArray()];

    private Task<int> Ins(Guid ticketId) =>
        app.Db.One<int>("select ins from ticketing.entries where ticket_id = @ticketId", new { ticketId }, Ct);

    private static async Task<(byte[] Body, string Signature, JsonElement Manifest)> Manifest(HttpClient door, Show show)
    {
        var answer = await door.GetAsync($"/api/v1/events/{show.EventId}/manifest", Ct);
        answer.EnsureSuccessStatusCode();
        var body = await answer.Content.ReadAsByteArrayAsync(Ct);
        return (body, answer.Headers.GetValues("Balie-Signature").Single(), JsonElement.Parse(body));
    }

    // As any JOSE library does it: the content that travelled beside is put between the dots.
    private static bool Proven(byte[] body, string signature, JsonElement manifest)
    {
        var parts = signature.Split('.');
        var header = JsonElement.Parse(Base64Url.DecodeFromChars(parts[0]));
        var key = manifest.GetProperty("keys").EnumerateArray().Single(key => $"{key.Number("number")}" == header.Text("kid"));
        using var ecdsa = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Base64Url.DecodeFromChars(key.Text("x")), Y = Base64Url.DecodeFromChars(key.Text("y")) },
        });
        return header.Text("alg") == "ES256" && parts[1].Length == 0 && ecdsa.VerifyData(
            Encoding.ASCII.GetBytes($"{parts[0]}.{Base64Url.EncodeToString(body)}"), Base64Url.DecodeFromChars(parts[2]),
            HashAlgorithmName.SHA256);
    }
}
