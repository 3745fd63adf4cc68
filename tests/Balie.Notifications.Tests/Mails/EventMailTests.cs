using Balie.Contracts.Ticketing;

namespace Balie.Notifications.Tests.Mails;

public sealed class EventMailTests(NotifyApp app) : IClassFixture<NotifyApp>
{
    private readonly Guid _eventId = Guid.CreateVersion7();
    private readonly string[] _holders = [Given.Address(), Given.Address(), Given.Address()];

    private async Task<BookingFacts[]> Booked(string eventStatus = "on_sale", DateTimeOffset? startsAt = null)
    {
        var bookings = _holders.Select(holder =>
            app.Booking(holder, eventId: _eventId, eventStatus: eventStatus, startsAt: startsAt)).ToArray();
        foreach (var booking in bookings) await app.Tell(new BookingConfirmed(booking.BookingId, _eventId, booking.SlotId, 1));
        return bookings;
    }

    [Fact]
    public async Task Everyone_who_booked_hears_once_that_an_event_is_cancelled()
    {
        await Booked("cancelled");

        await app.Tell(new EventCancelled(_eventId, "De zanger is ziek."));
        await app.Tell(new EventCancelled(_eventId, "De zanger is ziek."));

        foreach (var holder in _holders)
            Assert.Contains("De reden: De zanger is ziek.", (await app.Mails(holder)).Single().Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mails_that_are_written_at_once_ask_once_for_all_and_one_that_cannot_be_asked_of_spoils_only_its_own()
    {
        var bookings = await Booked("cancelled");
        app.Tickets.Spoilt[bookings[1].BookingId] = true;

        await app.Tell(new EventCancelled(_eventId, "De zanger is ziek."));

        await app.Mails(_holders[0]);
        await app.Mails(_holders[2]);
        Assert.Contains(app.Tickets.Questions, asked => bookings.All(booking => asked.Contains(booking.BookingId)));
        Assert.Empty(app.Letters.To(_holders[1]));

        app.Tickets.Spoilt.Clear();
        await app.TryAgain(bookings[1].BookingId);
        await app.Mails(_holders[1]);
    }

    [Fact]
    public async Task A_cancelled_slot_is_told_to_those_who_booked_it()
    {
        var bookings = await Booked();

        await app.Tell(new SlotCancelled(_eventId, bookings[0].SlotId, ""));

        Assert.Contains("Gaat niet door", (await app.Mails(_holders[0])).Single().Subject, StringComparison.Ordinal);
        await app.Settled(bookings[0].BookingId);
        Assert.Empty(app.Letters.To(_holders[1]));
    }

    [Fact]
    public async Task A_moved_event_is_told_with_the_old_time_the_new_one_and_what_one_may_do()
    {
        var before = new DateTimeOffset(2026, 7, 1, 18, 0, 0, TimeSpan.Zero);
        var after = before.AddDays(7).AddMinutes(30);
        var booking = (await Booked(startsAt: after))[0];

        await app.Tell(new EventRescheduled(_eventId, "Verbouwing.", [new SlotMoved(booking.SlotId, before, after, after.AddHours(2))]));

        var mail = (await app.Mails(_holders[0])).Single();
        Assert.All(
            [
                "Eerst: woensdag 1 juli 2026, 20.00 uur", "Nu: woensdag 8 juli 2026, 20.30 uur", "uw geld terugvragen",
                "De reden: Verbouwing.",
            ],
            part => Assert.Contains(part, mail.Body, StringComparison.Ordinal));
        Assert.Contains(mail.Files, file => file.Name == "booking.ics");
    }

    [Fact]
    public async Task One_that_was_moved_once_more_meanwhile_is_told_of_as_it_is_now()
    {
        var first = new DateTimeOffset(2026, 8, 1, 18, 0, 0, TimeSpan.Zero);
        var second = first.AddMonths(1);
        var booking = (await Booked(startsAt: second))[0];

        await app.Tell(new EventRescheduled(_eventId, "", [new SlotMoved(booking.SlotId, first.AddDays(-9), first, first.AddHours(2))]));

        Assert.Equal([("skipped", "It was moved once more.")], await app.Settled(booking.BookingId));
    }

    [Fact]
    public async Task A_postponed_event_is_told_to_all()
    {
        await Booked("postponed");

        await app.Tell(new EventPostponed(_eventId, "Storm."));

        foreach (var holder in _holders)
            Assert.Contains("Uitgesteld", (await app.Mails(holder)).Single().Subject, StringComparison.Ordinal);
    }
}
