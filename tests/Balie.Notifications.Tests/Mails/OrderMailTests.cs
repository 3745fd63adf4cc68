using Balie.Contracts.Orders;
using Balie.Contracts.Ticketing;
using Balie.Notifications.Listeners;

namespace Balie.Notifications.Tests.Mails;

public sealed class OrderMailTests(NotifyApp app) : IClassFixture<NotifyApp>
{
    private readonly string _buyer = Given.Address();

    [Fact]
    public async Task A_buyer_reads_what_they_bought_what_it_cost_and_the_VAT_in_it_in_Dutch()
    {
        var order = app.Order(_buyer);

        await app.Tell(Given.Confirmation(order));

        var mail = (await app.Mails(_buyer)).Single();
        Assert.Equal($"Uw bestelling {order.Reference}", mail.Subject);
        Assert.All(
            [
                "Dag Zoë de Wit,", "2 × Onder de rivier, Volwassene, 1 juli: €\u00a039,00", "Servicekosten: €\u00a01,50",
                "Totaal: €\u00a040,50", "btw 9%: €\u00a03,22", "btw 21%: €\u00a00,26", "Factuurnummer: 2026-000123",
                $"https://kaarten.example.org/orders/{order.Reference}", "De Kleine Komedie",
            ],
            part => Assert.Contains(part, mail.Body, StringComparison.Ordinal));
        Assert.Contains("2026-000123", mail.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task And_in_English()
    {
        var order = app.Order(_buyer, "en");

        await app.Tell(Given.Confirmation(order));

        var mail = (await app.Mails(_buyer)).Single();
        Assert.Equal($"Your order {order.Reference}", mail.Subject);
        Assert.All(["Hello Zoë de Wit,", "€39.00", "Total: €40.50", "Including VAT 9%: €3.22", "Invoice: 2026-000123"],
            part => Assert.Contains(part, mail.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Heard_twice_is_told_once()
    {
        var order = app.Order(_buyer);

        await app.Tell(Given.Confirmation(order));
        await app.Mails(_buyer);
        await app.Tell(Given.Confirmation(order));
        await app.Settled(order.Id);

        Assert.Single(app.Letters.To(_buyer));
    }

    [Fact]
    public async Task Died_between_sending_a_mail_and_knowing_of_it_sends_it_again_as_the_same()
    {
        var order = app.Order(_buyer);
        await app.Tell(Given.Confirmation(order));
        await app.Mails(_buyer);
        await app.Settled(order.Id);
        // What a process leaves that sent the mail and whose word of it was lost.
        await app.Db.Run("""
            update notifications.notices
            set state = 'waiting', settled_at = null, due_at = @Now
            where org_id = @orgId and subject_id = @Id
            """, new { order.Id, app.Db.Now }, NotifyApp.Ct);

        await app.Mails(_buyer, 2);

        var sent = app.Letters.To(_buyer);
        Assert.Equal(sent[0].MailId, sent[1].MailId);
        Assert.Equal(sent[0].CreatedAt, sent[1].CreatedAt);
    }

    [Fact]
    public async Task What_orders_tell_does_not_wait_for_what_bookings_tell()
    {
        var booking = app.Booking(_buyer);
        var order = app.Order(_buyer, holdIds: booking.BookingId);

        // One of them would hear the other's row at the other's commit only, and several of them would wait in a circle.
        await app.Db.Transact(async tx =>
        {
            await TellOfBookings.Handle(
                [new BookingConfirmed(booking.BookingId, booking.EventId, booking.SlotId, 1)], tx, app.Services, NotifyApp.Ct);
            await tx.Send(NotifyApp.Ct);
            await app.Db.Transact(
                other => TellOfOrders.Handle([Given.Confirmation(order, booking.BookingId)], other, app.Services, NotifyApp.Ct),
                NotifyApp.Ct);
        }, NotifyApp.Ct);

        await app.Mails(_buyer);
    }

    [Fact]
    public async Task What_the_buyer_asks_for_again_is_sent_again()
    {
        var booking = app.Booking(_buyer);
        var order = app.Order(_buyer, holdIds: booking.BookingId);
        await app.Tell(Given.Confirmation(order, booking.BookingId));
        await app.Confirmed(booking);
        await app.Mails(_buyer, 2);

        await app.Tell(new OrderResendAsked(order.Id, order.Reference));

        var subjects = (await app.Mails(_buyer, 4)).Select(mail => mail.Subject).ToArray();
        Assert.All(subjects.CountBy(subject => subject), subject => Assert.Equal(2, subject.Value));
    }

    [Fact]
    public async Task A_cancelled_order_a_late_payment_and_refunds_are_each_told()
    {
        var order = app.Order(_buyer, status: "cancelled");

        await app.Tell(new OrderCancelled(order.Id, order.Reference, "Bandlid ziek."));
        await app.Tell(new OrderPaidTooLate(order.Id, order.Reference, Given.Euro(4_050)));
        await app.Tell(new RefundRequested(Guid.CreateVersion7(), order.Id, Given.Euro(1_000), "klant"));
        await app.Tell(new RefundSucceeded(Guid.CreateVersion7(), order.Id, Given.Euro(1_000)));

        var mails = await app.Mails(_buyer, 4);
        Assert.Contains(mails, mail => mail.Body.Contains("De reden: Bandlid ziek.", StringComparison.Ordinal));
        Assert.Contains(mails, mail => mail.Subject.Contains("te laat", StringComparison.Ordinal)
            && mail.Body.Contains("€\u00a040,50", StringComparison.Ordinal));
        Assert.Contains(mails, mail => mail.Subject == "U krijgt €\u00a010,00 terug");
        Assert.Contains(mails, mail => mail.Subject == "Wij hebben u €\u00a010,00 terugbetaald");
    }

    [Fact]
    public async Task A_failed_refund_is_told_to_staff_and_not_to_the_buyer()
    {
        var order = app.Order(_buyer);

        await app.Tell(new RefundFailed(Guid.CreateVersion7(), order.Id, Given.Euro(1_000), "account_closed"));

        var mail = (await app.Mails("finance@example.org")).Single(mail => mail.Body.Contains(order.Reference, StringComparison.Ordinal));
        Assert.Equal($"Refund failed: order {order.Reference}", mail.Subject);
        Assert.Contains("account_closed", mail.Body, StringComparison.Ordinal);
        Assert.Empty(app.Letters.To(_buyer));
    }

    [Fact]
    public async Task An_address_that_is_none_is_skipped_with_a_remark()
    {
        var order = app.Order("jo@example.org\r\nBcc: all@example.org");

        await app.Tell(Given.Confirmation(order));

        Assert.Equal([("skipped", "There is no mail address.")], await app.Settled(order.Id));
    }
}
