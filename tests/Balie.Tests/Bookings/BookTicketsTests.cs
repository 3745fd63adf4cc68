using System.Net;
using System.Text.Json;

namespace Balie.Tests.Bookings;

public sealed class BookTicketsTests(Product app) : IClassFixture<Product>
{
    private static CancellationToken Ct => Product.Ct;
    private readonly HttpClient _customer = app.As(Roles.Customer);

    [Fact]
    public async Task A_free_booking_is_confirmed_at_once_with_its_tickets_numbers()
    {
        var show = await app.Show(capacity: 10);

        var booking = await _customer.Booked(show, 2);

        var reference = booking.Text("reference");
        Assert.Equal("confirmed", booking.Text("status"));
        Assert.Equal([$"{reference}-1", $"{reference}-2"],
            booking.GetProperty("items")[0].GetProperty("tickets").EnumerateArray().Select(number => number.GetString()));
        Assert.Equal(JsonValueKind.Null, booking.GetProperty("expiresAt").ValueKind);
    }

    [Fact]
    public async Task A_priced_booking_is_held_at_the_offers_price_until_it_ends()
    {
        var show = await app.Show(types: [new { name = "Rang 1", price = Given.Price(2450) }]);

        var booking = await _customer.Booked(show, 3);

        Assert.Equal("pending", booking.Text("status"));
        Assert.Equal(7350, booking.GetProperty("total").GetProperty("amount").GetInt64());
        var left = booking.GetProperty("expiresAt").GetDateTimeOffset() - DateTimeOffset.UtcNow;
        Assert.InRange(left, TimeSpan.FromMinutes(14), TimeSpan.FromMinutes(15));
    }

    [Fact]
    public async Task More_than_is_left_is_refused_with_what_is_left()
    {
        var show = await app.Show(capacity: 3);
        await _customer.Booked(show, 2);

        var problem = await (await _customer.Book(show, 2)).IsRefused(HttpStatusCode.Conflict, "ticketing.sold_out", Ct);

        Assert.Equal((2, 1), (problem.Number("requested"), problem.Number("available")));
    }

    [Fact]
    public async Task The_same_key_again_gets_the_same_booking_even_when_everything_is_sold_meanwhile()
    {
        var (show, key) = (await app.Show(capacity: 1), Guid.NewGuid());
        var first = await _customer.Book(show, 1, key);

        var again = await _customer.Book(show, 1, key);

        Assert.Equal(await first.Content.ReadAsStringAsync(Ct), await again.Content.ReadAsStringAsync(Ct));
        Assert.Equal("true", again.Headers.GetValues("Idempotent-Replayed").Single());
    }

    [Fact]
    public async Task Fifty_twins_at_once_are_one_booking_also_for_the_last_place()
    {
        var (show, key) = (await app.Show(capacity: 1), Guid.NewGuid());

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _customer.Book(show, 1, key)));

        var bodies = await Task.WhenAll(answers.Select(answer => answer.Content.ReadAsStringAsync(Ct)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.StatusCode));
        Assert.Single(bodies.Distinct());
        Assert.Equal(1, await Rows(show));
    }

    [Fact]
    public async Task Twins_over_two_processes_are_one_booking()
    {
        var (show, key) = (await app.Show(capacity: 5), Guid.NewGuid());
        await using var other = await app.StartAnother();
        using var elsewhere = app.ClientOf(other, Roles.Customer);

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => (i % 2 == 0 ? _customer : elsewhere).Book(show, 1, key)));

        var bodies = await Task.WhenAll(answers.Select(answer => answer.Content.ReadAsStringAsync(Ct)));
        Assert.Single(bodies.Distinct());
        Assert.Equal(1, await Rows(show));
        Assert.Equal(4, (await app.Availability(show)).Number("available"));
    }

    [Fact]
    public async Task Another_payload_under_the_same_key_is_refused_and_books_nothing()
    {
        var (show, key) = (await app.Show(), Guid.NewGuid());
        await _customer.Booked(show, 1, key);

        await (await _customer.Book(show, 2, key)).IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.idempotency_key_reused", Ct);

        Assert.Equal(1, await Rows(show));
    }

    [Fact]
    public async Task Another_persons_key_is_another_booking()
    {
        var (show, key) = (await app.Show(), Guid.NewGuid());

        var mine = await _customer.Booked(show, 1, key);
        var theirs = await app.As(Roles.Customer, Guid.CreateVersion7()).Booked(show, 1, key);

        Assert.NotEqual(mine.Text("id"), theirs.Text("id"));
    }

    [Fact]
    public async Task A_persons_limit_holds_against_twenty_single_requests()
    {
        var show = await app.Show(personLimit: 10);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _customer.Book(show)));

        Assert.Equal(10, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        foreach (var refused in answers.Where(answer => answer.StatusCode != HttpStatusCode.Created))
            await refused.IsRefused(HttpStatusCode.UnprocessableEntity, "ticketing.over_limit", Ct);
        await app.As(Roles.Customer, Guid.CreateVersion7()).Booked(show, 10);
    }

    [Fact]
    public async Task A_guests_limit_follows_the_address_however_it_is_written()
    {
        var show = await app.Show(personLimit: 2);
        await app.Http.Booked(show, 2, holder: Given.Guest("Guest@Example.org"));

        await (await app.Http.Book(show, 1, holder: Given.Guest("guest@example.ORG")))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "ticketing.over_limit", Ct);
    }

    [Fact]
    public async Task The_last_place_of_a_zone_goes_to_one_of_two_ticket_types()
    {
        var show = await app.Show(capacity: 100, zones: [new { name = "Balkon", capacity = 1 }],
            types:
            [
                new { name = "Vol tarief", price = Given.Price(0), zoneName = "Balkon" },
                new { name = "Student", price = Given.Price(0), zoneName = "Balkon" },
            ]);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => _customer.Post("/api/v1/bookings",
            new { eventId = show.EventId, items = new[] { new { ticketTypeId = show.TypeIds[i % 2], quantity = 1 } } }, Ct)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        Assert.Equal(99, (await app.Availability(show)).Number("available"));
    }

    [Fact]
    public async Task An_event_that_is_paused_is_not_on_sale_the_moment_the_pause_commits()
    {
        var show = await app.Show();
        await _customer.Booked(show);

        await (await app.As(Roles.Events).Put($"/api/v1/events/{show.EventId}/pause", new { reason = "Even wachten." }, Ct))
            .IsOk<JsonElement>(Ct);

        await (await _customer.Book(show)).IsRefused(HttpStatusCode.Conflict, "ticketing.not_on_sale", Ct);
    }

    [Fact]
    public async Task Sales_close_two_hours_before_the_start()
    {
        // The test clock stands at noon UTC, so this starts at 14:01 UTC; and the other at 13:59.
        var open = await app.Show(startsLocal: "2026-01-01T15:01:00", endsLocal: "2026-01-01T17:00:00");
        var closed = await app.Show(startsLocal: "2026-01-01T14:59:00", endsLocal: "2026-01-01T17:00:00");

        await _customer.Booked(open);
        await (await _customer.Book(closed)).IsRefused(HttpStatusCode.Conflict, "ticketing.sales_closed", Ct);
    }

    [Fact]
    public async Task A_guest_without_name_and_address_is_asked_for_them()
    {
        var show = await app.Show();

        await (await app.Http.Book(show)).IsRefused(HttpStatusCode.UnprocessableEntity, "ticketing.holder_required", Ct);
        await (await app.Http.Book(show, holder: new { name = "Gast", email = "nobody" }))
            .IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.invalid", Ct);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task A_quantity_that_means_nothing_is_refused(int quantity)
    {
        var show = await app.Show();

        await (await _customer.Book(show, quantity)).IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.invalid", Ct);
    }

    [Fact]
    public async Task Eleven_tickets_are_more_than_one_booking_may_have()
    {
        var show = await app.Show();

        var problem = await (await _customer.Book(show, 11)).IsRefused(HttpStatusCode.UnprocessableEntity, "ticketing.over_limit", Ct);

        Assert.Equal(10, problem.Number("available"));
    }

    [Fact]
    public async Task Another_organisations_event_does_not_exist()
    {
        var theirs = await app.Show(orgId: Guid.CreateVersion7());

        await (await _customer.Book(theirs)).IsRefused(HttpStatusCode.NotFound, "ticketing.event_not_found", Ct);
    }

    private Task<long> Rows(Show show) =>
        app.Db.One<long>("select count(*) from ticketing.bookings where event_id = @EventId", new { show.EventId }, Ct);
}
