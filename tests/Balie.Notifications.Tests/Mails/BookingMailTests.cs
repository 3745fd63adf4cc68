using Balie.Contracts.Ticketing;

namespace Balie.Notifications.Tests.Mails;

public sealed class BookingMailTests(NotifyApp app) : IClassFixture<NotifyApp>
{
    private const string Payload = "<script>alert(1)</script>\r\nBcc: all@example.org";

    private readonly string _holder = Given.Address();

    [Fact]
    public async Task Tickets_come_as_the_very_bytes_of_the_PDF_with_an_entry_for_the_calendar()
    {
        var booking = await app.Confirmed(app.Booking(_holder));

        var mail = app.Letters.To(_holder).Single().Mail;
        Assert.Equal(["tickets-nl.pdf", "booking.ics"], mail.Files.Select(file => file.Name));
        Assert.Equal(FakeTickets.PdfBytes, mail.Files[0].Content.ToArray());
        Assert.Contains(
            $"https://kaarten.example.org/bookings/{booking.Reference}?organisation=komedie", mail.Body, StringComparison.Ordinal);
        Assert.Contains("K7RMB2-1: Volwassene, Rij 4 stoel 12", mail.Body, StringComparison.Ordinal);
        Assert.Contains("maandag 2 maart 2026, 13.00 uur", mail.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tickets_speak_the_language_in_which_they_were_bought()
    {
        var booking = app.Booking(_holder);
        await app.Tell(Given.Confirmation(app.Order(Given.Address(), "en"), booking.BookingId));

        await app.Confirmed(booking);

        var mail = app.Letters.To(_holder).Single().Mail;
        Assert.Equal("Your tickets for Onder de rivier", mail.Subject);
        Assert.Contains("Monday 2 March 2026, 13:00", mail.Body, StringComparison.Ordinal);
        Assert.Equal("tickets-en.pdf", mail.Files[0].Name);
    }

    [Fact]
    public async Task Names_and_titles_are_shown_and_never_obeyed()
    {
        await app.Confirmed(app.Booking(_holder, name: Payload, title: Payload));

        var mail = app.Letters.To(_holder).Single().Mail;
        Assert.DoesNotContain("<script", mail.Html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;", mail.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(mail.Subject, char.IsControl);
        Assert.DoesNotContain(mail.Body.Split('\n'), line => line.StartsWith("Bcc:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_tickets_cannot_be_asked_for_their_mail_waits_and_then_goes_out_once()
    {
        var booking = app.Booking(_holder);
        app.Tickets.FailOnce();
        await app.Tell(new TicketsIssued(booking.BookingId, booking.EventId, booking.SlotId, []));
        const string Remark = "select remark from notifications.notices where org_id = @orgId and subject_id = @BookingId";
        await NotifyApp.Until(async () => await app.Db.One<string>(Remark, booking, NotifyApp.Ct) is not null, () => "no remark");
        Assert.Empty(app.Letters.To(_holder));

        app.Clock.Advance(TimeSpan.FromSeconds(30));

        await app.Mails(_holder);
        Assert.Equal("sent", (await app.Settled(booking.BookingId)).Single().State);
    }

    [Fact]
    public async Task Of_two_who_are_told_only_the_one_whom_it_did_not_reach_is_told_again()
    {
        var booking = await app.Confirmed(app.Booking(_holder));
        var taker = Given.Address();
        app.Letters.RefuseOnce(taker);

        await app.Tell(new TicketTransferred(booking.Tickets[0].TicketId, booking.BookingId, _holder, taker));
        await app.Mails(_holder, 2);
        await app.TryAgain(booking.Tickets[0].TicketId);

        await app.Mails(taker);
        Assert.Equal("sent", (await app.Settled(booking.Tickets[0].TicketId)).Single().State);
        Assert.Equal(2, app.Letters.To(_holder).Length);
    }

    [Fact]
    public async Task A_cancelled_booking_is_told_unless_the_whole_event_or_order_was()
    {
        var alone = await app.Confirmed(app.Booking(_holder));
        var (ofEvent, ofOrder) = (app.Booking(Given.Address(), eventStatus: "cancelled"), app.Booking(Given.Address()));
        await app.Tell(Given.Confirmation(app.Order(Given.Address(), status: "cancelled"), ofOrder.BookingId));
        foreach (var booking in (BookingFacts[])[ofEvent, ofOrder])
            await app.Tell(new BookingConfirmed(booking.BookingId, booking.EventId, booking.SlotId, 1));

        foreach (var booking in (BookingFacts[])[alone, ofEvent, ofOrder])
            await app.Tell(new BookingCancelled(booking.BookingId, booking.EventId, booking.SlotId, "Op verzoek."));

        Assert.Equal($"Reservering {alone.Reference} is geannuleerd", (await app.Mails(_holder, 2))[1].Subject);
        Assert.Equal([("skipped", "The cancelled event was told.")], await app.Settled(ofEvent.BookingId));
        Assert.Equal([("skipped", "The cancelled order was told.")], (await app.Settled(ofOrder.BookingId)).TakeLast(1));
    }

    [Fact]
    public async Task What_was_only_held_is_let_go_without_a_word()
    {
        var booking = app.Booking(_holder);

        await app.Tell(new BookingCancelled(booking.BookingId, booking.EventId, booking.SlotId, ""));

        Assert.Equal(0, await app.Db.One<long>(
            "select count(*) from notifications.notices where org_id = @orgId and subject_id = @BookingId", booking, NotifyApp.Ct));
    }

    [Fact]
    public async Task Whoever_is_offered_a_ticket_gets_the_link_and_both_sides_hear_of_its_acceptance()
    {
        var booking = await app.Confirmed(app.Booking(_holder));
        var (taker, transferId, ticket) = (Given.Address(), Guid.CreateVersion7(), booking.Tickets[0]);
        app.Tickets.Transfers[transferId] = new TransferFacts(
            transferId, ticket.TicketId, "se+cret", "Zoë", taker, booking.StartsAt.AddDays(-1), booking.Title, booking.VenueName,
            booking.StartsAt, booking.Zone, ticket.TypeName, ticket.Seat);

        await app.Tell(new TicketTransferOffered(transferId, ticket.TicketId, taker, booking.StartsAt));
        var offer = (await app.Mails(taker)).Single();
        await app.Tell(new TicketTransferred(ticket.TicketId, booking.BookingId, _holder, taker));

        Assert.Contains($"https://kaarten.example.org/transfers/{transferId}?secret=se%2Bcret", offer.Body, StringComparison.Ordinal);
        var taken = (await app.Mails(taker, 2))[1];
        Assert.Contains("Uw kaart voor", taken.Subject, StringComparison.Ordinal);
        Assert.Equal("ticket-nl.pdf", taken.Files.Single().Name);
        var given = (await app.Mails(_holder, 2))[1];
        Assert.Contains("overgedragen", given.Subject, StringComparison.Ordinal);
        Assert.Empty(given.Files);
    }

    [Fact]
    public async Task A_new_code_goes_to_whoever_has_the_ticket_now()
    {
        var booking = app.Booking(Given.Address());
        app.Tickets.Known[booking.BookingId] = booking with { Tickets = [booking.Tickets[0] with { HolderEmail = _holder }] };

        await app.Tell(new TicketReissued(booking.Tickets[0].TicketId, booking.BookingId, 2, "lost"));

        Assert.Equal("ticket-nl.pdf", (await app.Mails(_holder)).Single().Files.Single().Name);
        Assert.Empty(app.Letters.To(booking.HolderEmail));
    }

    [Fact]
    public async Task Whoever_waited_hears_until_when_their_place_is_held()
    {
        var booking = app.Booking(_holder, status: "pending");

        await app.Tell(new WaitingListOffered(Guid.CreateVersion7(), booking.BookingId, booking.EventId, _holder,
            new DateTimeOffset(2026, 2, 1, 11, 0, 0, TimeSpan.Zero)));

        Assert.Contains("tot zondag 1 februari 2026, 12.00 uur", (await app.Mails(_holder)).Single().Body, StringComparison.Ordinal);
    }
}
