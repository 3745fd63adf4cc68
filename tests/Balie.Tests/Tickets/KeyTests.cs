using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Balie.Ticketing.Tickets;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Tests.Tickets;

/// <summary>Codes judged by a verifier that knows docs/ticket-codes.md and the published keys, and nothing else.</summary>
public sealed class KeyTests(Product app) : IClassFixture<Product>
{
    private static CancellationToken Ct => Product.Ct;
    private readonly HttpClient _customer = app.As(Roles.Customer);

    [Fact]
    public async Task A_stranger_verifies_a_code_with_nothing_but_the_published_keys()
    {
        var show = await app.Show();
        var (_, tickets) = await app.Ticketed(_customer, show, 2);

        foreach (var ticket in tickets)
        {
            var seen = JsonNode.Parse((await Judge(ticket.Text("code"))).Ok());
            Assert.Equal((ticket.Text("id"), 1), (seen?["ticketId"]?.GetValue<string>(), seen?["serial"]?.GetValue<int>()));
            Assert.EndsWith(seen?["slot"]?.GetValue<string>() ?? "?", $"{show.SlotId:n}", StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_stranger_refuses_what_was_tampered_with()
    {
        var (_, tickets) = await app.Ticketed(_customer, await app.Show());
        var code = tickets[0].Text("code");

        // The serial, the slot, and the signature.
        foreach (var place in (int[])[4 + 30, 4 + 40, 4 + 100])
        {
            var other = code[place] == 'A' ? 'B' : 'A';
            Assert.NotEqual(0, (await Judge($"{code[..place]}{other}{code[(place + 1)..]}")).ExitCode);
        }
    }

    [Fact]
    public async Task A_new_key_is_published_at_once_and_signs_a_day_later()
    {
        var organisation = Guid.CreateVersion7();
        var owner = app.As(Roles.Owner, orgId: organisation);
        Assert.Equal(["1"], await Kids(owner));

        var made = await (await owner.Post("/api/v1/ticket-keys", new { }, Ct)).IsOk<JsonElement>(HttpStatusCode.Created, Ct);

        var tomorrow = app.Clock.GetUtcNow() + TimeSpan.FromDays(1);
        Assert.Equal((2, tomorrow), (made.Number("key"), made.GetProperty("signsFrom").GetDateTimeOffset()));
        Assert.Equal(["2", "1"], await Kids(owner));
        var keys = app.Services.GetRequiredService<TicketKeys>();
        Assert.Equal(1, (await keys.Current(organisation, Ct)).Number);
        Assert.NotNull(await keys.Find(organisation, 2, Ct));
    }

    [Fact]
    public async Task After_a_leak_the_new_key_signs_at_once_and_the_old_ones_are_trusted_no_more()
    {
        var organisation = Guid.CreateVersion7();
        var owner = app.As(Roles.Owner, orgId: organisation);
        await Kids(owner);

        await (await owner.Post("/api/v1/ticket-keys", new { revokeOlder = true }, Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct);

        Assert.Equal(["2"], await Kids(owner));
        var keys = app.Services.GetRequiredService<TicketKeys>();
        Assert.Equal(2, (await keys.Current(organisation, Ct)).Number);
        Assert.Null(await keys.Find(organisation, 1, Ct));
    }

    [Fact]
    public async Task Rotating_codes_cover_the_next_quarter_of_an_hour_for_the_holder_alone()
    {
        var (_, tickets) = await app.Ticketed(_customer, await app.Show());
        var path = $"/api/v1/tickets/{tickets[0].Text("id")}/rotating-codes";

        var codes = (await (await _customer.GetAsync(path, Ct)).IsOk<JsonElement>(Ct)).GetProperty("codes").EnumerateArray().ToArray();

        Assert.Equal(30, codes.Length);
        Assert.Equal(30, codes.Select(code => code.Text("code")).Distinct().Count());
        Assert.Equal(TimeSpan.FromMinutes(15),
            codes[^1].GetProperty("until").GetDateTimeOffset() - codes[0].GetProperty("from").GetDateTimeOffset());
        await (await app.As(Roles.Support).GetAsync(path, Ct))
            .IsRefused(HttpStatusCode.Conflict, "ticketing.ticket_not_yours", Ct);
    }

    private async Task<Tool.Said> Judge(string code)
    {
        var answer = JsonNode.Parse(await _customer.GetStringAsync("/api/v1/ticket-keys", Ct));
        return await Tool.Node("verify-ticket.mjs",
            JsonSerializer.SerializeToUtf8Bytes(new { keys = answer?["data"]?["keys"], code }));
    }

    private static async Task<string[]> Kids(HttpClient client) =>
    [
        .. (await (await client.GetAsync("/api/v1/ticket-keys", Ct)).IsOk<JsonElement>(Ct)).GetProperty("keys").EnumerateArray()
            .Select(key => key.Text("kid")),
    ];
}
