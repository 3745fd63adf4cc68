using System.Net;
using System.Text.Json;
using Balie.Contracts.Orders;
using Balie.Contracts.Payments;
using Balie.Tests.Orders;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Tests.Pages;

/// <summary>The page to which the mails of an order lead.</summary>
public sealed class OrderPageTests(PostalProduct app) : IClassFixture<PostalProduct>
{
    private const string Email = "koper@example.org";

    private static CancellationToken Ct => Product.Ct;

    [Fact]
    public async Task A_buyer_follows_the_mail_to_the_order_and_on_to_the_tickets_and_papers()
    {
        var mine = $"{Guid.CreateVersion7():n}@example.org";
        var order = await Ordered(quantity: 2, email: mine);
        await app.Captured(order);
        var link = await app.LinkTo("/orders/", mine);

        var asked = await app.Http.See(link);
        asked.Says(order.Reference, "E-mailadres");
        asked.IsSilentOn("Nachtconcert", "Koper", mine, "21,80");

        var page = await app.Http.Fill(link, ("email", mine.ToUpperInvariant()));
        page.Says("Uw bestelling is bevestigd", "2 × Nachtconcert", "€ 21,80", "Waarvan btw 9%", "Bekijk Nachtconcert", "Factuur F");
        page.IsSilentOn("Betaal €");
        await app.Http.Fetches("application/pdf", link, ("email", mine), ("do", "invoice"));

        var onwards = $"/bookings/{order.Lines[0].HoldId}";
        page.Says($"action=\"{onwards}\"");
        (await app.Http.Fill(onwards, ("email", mine))).Says("Uw kaarten voor Nachtconcert", "data:image/png;base64,");
    }

    [Fact]
    public async Task A_wrong_address_and_an_unknown_number_are_answered_alike()
    {
        var order = await Ordered();
        const string Unknown = "ZZZZZZZZZZ";

        var wrong = await app.Http.Fill(HttpStatusCode.NotFound, At(order), ("email", "ander@example.org"));
        var unknown = await app.Http.Fill(HttpStatusCode.NotFound, $"/orders/{Unknown}", ("email", "ander@example.org"));

        Assert.Equal(unknown, wrong.Replace(order.Reference, Unknown, StringComparison.Ordinal));
        wrong.Says("vinden wij geen bestelling");
        Assert.Equal(
            (await app.Http.See($"/orders/{Unknown}")).Replace(Unknown, order.Reference, StringComparison.Ordinal),
            await app.Http.See(At(order)));
        foreach (var deed in (string[])["invoice", "pay", "creditNote"])
            await app.Http.Fill(HttpStatusCode.NotFound, At(order), ("email", "ander@example.org"), ("do", deed));
    }

    [Fact]
    public async Task An_order_that_waits_for_money_leads_to_its_payment_until_it_lapses()
    {
        var order = await Ordered();

        var page = await app.Http.Fill(At(order), ("email", Email));
        page.Says("Uw bestelling wacht op betaling", "Betaal € 10,90", $"href=\"{order.PaymentUrl}\"");
        page.IsSilentOn("Factuur", "Bekijk Nachtconcert");

        await app.Db.Run("update orders.orders set expires_at = now() - interval '1 minute' where order_id = @Id", new { order.Id }, Ct);
        var late = await app.Http.Fill(At(order), ("email", Email));
        late.Says("Deze bestelling is verlopen", "Bestel dan opnieuw");
        late.IsSilentOn("Betaal €");
    }

    [Fact]
    public async Task An_order_without_an_open_payment_gets_a_new_one_by_its_button()
    {
        var order = await Ordered();
        await app.Db.Transact(tx => app.Services.GetRequiredService<IPayments>().Stop(tx, order.Id, "test", Ct), Ct);

        var page = await app.Http.Fill(At(order), ("email", Email));
        page.Says("""<button class="button" name="do" value="pay">Betaal € 10,90""");
        var ready = await app.Http.Fill(At(order), ("email", Email), ("do", "pay"));
        ready.Says($"href=\"{PageWords.PublicAddress}/pay/");
        ready.IsSilentOn(order.PaymentUrl ?? "");
    }

    [Fact]
    public async Task While_a_bank_is_busy_the_page_waits_with_its_reader_and_asks_for_no_second_payment()
    {
        var order = await Ordered();
        await app.Db.Run("update payments.attempts set state = 'pending' where order_id = @Id", new { order.Id }, Ct);

        var page = await app.Http.Fill(At(order), ("email", Email), ("do", "look"));

        page.Says("Uw betaling wordt verwerkt", "Kijk opnieuw");
        page.IsSilentOn("Betaal €");
    }

    [Fact]
    public async Task What_went_back_is_told_with_its_credit_note()
    {
        var order = await Ordered(quantity: 2);
        await (await app.As(Roles.Support).Put($"/api/v1/orders/{order.Id}/settlement", new { reason = "Contant." }, Ct))
            .IsOk<JsonElement>(Ct);
        await app.Deliver(Ct);
        var tickets = await (await app.As(Roles.Support).GetAsync($"/api/v1/bookings/{order.Lines[0].HoldId}/tickets", Ct))
            .IsOk<JsonElement>(Ct);
        var refund = await (await app.As(Roles.Finance).Post($"/api/v1/orders/{order.Id}/refunds",
            new { reason = "Alleen.", units = new[] { tickets[0].Text("id") }, terms = "full" }, Ct))
            .IsOk<JsonElement>(HttpStatusCode.Created, Ct);

        (await app.Http.Fill(At(order), ("email", Email))).Says("Terugbetalingen", "€ 10,90", "Creditnota C");
        await app.Http.Fetches("application/pdf", At(order), ("email", Email), ("creditNote", refund.Text("id")));
        await app.Http.Fill(HttpStatusCode.NotFound, At(order), ("email", "ander@example.org"), ("creditNote", refund.Text("id")));
    }

    [Fact]
    public async Task A_person_who_is_signed_in_sees_their_order_at_once_and_nobody_elses()
    {
        var (me, other) = (app.As(Roles.Customer, Guid.CreateVersion7()), app.As(Roles.Customer, Guid.CreateVersion7()));
        var order = await me.Ordered(await Show());

        (await me.See(At(order), language: "en")).Says("Your order waits to be paid", "€10.90");
        (await other.See(At(order))).IsSilentOn("wacht op betaling");
    }

    [Fact]
    public async Task A_link_says_of_which_organisation_it_is_and_its_forms_keep_that()
    {
        var order = await Ordered();

        var elsewhere = $"{At(order)}?organisation={Guid.CreateVersion7()}";
        (await app.Http.Fill(HttpStatusCode.NotFound, elsewhere, ("email", Email))).Says("vinden wij geen bestelling");
        var here = $"{At(order)}?organisation={TestCallers.Default}";
        (await app.Http.See(here)).Says($"action=\"{here}\"");
        (await app.Http.Fill(here, ("email", Email))).Says("wacht op betaling");
        (await app.Http.See($"{At(order)}?organisation=niemand", HttpStatusCode.NotFound)).Says("Deze pagina is er niet");
    }

    private static string At(OrderView order) => $"/orders/{order.Reference}";

    private Task<Show> Show() => app.Show(types: Buying.Priced, startsLocal: "2030-07-01T20:00:00", endsLocal: "2030-07-01T22:00:00");

    // Not one person's: an organisation lets nobody order all day long.
    private async Task<OrderView> Ordered(int quantity = 1, string email = Email) =>
        await app.Http.Ordered(await Show(), quantity, Buying.Buyer(email));
}
