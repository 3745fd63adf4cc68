using Balie.Contracts.Ticketing;

namespace Balie.Notifications.Tests.Mails;

/// <summary>An app of its own, because it moves the clock by days.</summary>
public sealed class ReminderApp : NotifyApp;

public sealed class ReminderTests(ReminderApp app) : IClassFixture<ReminderApp>
{
    private readonly string _holder = Given.Address();

    private async Task At(DateTimeOffset moment)
    {
        app.Clock.Advance(moment - app.Clock.GetUtcNow());
        await app.RunDueJobs(NotifyApp.Ct);
    }

    private int Reminders() =>
        app.Letters.To(_holder).Count(letter => letter.Mail.Subject.StartsWith("Binnenkort", StringComparison.Ordinal));

    private async Task<long> Noted(BookingFacts booking) => await app.Db.One<long>(
        "select count(*) from notifications.notices where org_id = @orgId and subject_id = @BookingId and kind like '%reminder'",
        booking, NotifyApp.Ct);

    [Fact]
    public async Task A_day_and_two_hours_before_once_each()
    {
        var booking = await app.Confirmed(app.Booking(_holder, startsAt: app.Clock.GetUtcNow().AddDays(10)));

        await At(booking.StartsAt.AddHours(-25));
        Assert.Equal(0, await Noted(booking));
        foreach (var hours in (double[])[-23.9, -23, -12]) await At(booking.StartsAt.AddHours(hours));
        Assert.Equal(1, await Noted(booking));
        foreach (var hours in (double[])[-1.9, -1, 1]) await At(booking.StartsAt.AddHours(hours));

        await app.Mails(_holder, 3);
        Assert.Equal(2, await Noted(booking));
        Assert.Equal(2, Reminders());
    }

    [Fact]
    public async Task Whoever_booked_the_same_day_gets_the_last_one_only()
    {
        var booking = await app.Confirmed(app.Booking(_holder, startsAt: app.Clock.GetUtcNow().AddHours(10)));

        await At(booking.StartsAt.AddHours(-9));
        Assert.Equal(0, await Noted(booking));
        await At(booking.StartsAt.AddHours(-1));

        Assert.Equal(1, await Noted(booking));
    }

    [Fact]
    public async Task A_cancelled_booking_is_not_reminded_of()
    {
        var booking = await app.Confirmed(app.Booking(_holder, startsAt: app.Clock.GetUtcNow().AddDays(10)));
        await app.Tell(new BookingCancelled(booking.BookingId, booking.EventId, booking.SlotId, ""));

        await At(booking.StartsAt.AddHours(-20));

        Assert.Equal(0, await Noted(booking));
    }

    [Fact]
    public async Task A_moved_event_is_reminded_of_at_its_new_time()
    {
        var booking = await app.Confirmed(app.Booking(_holder, startsAt: app.Clock.GetUtcNow().AddDays(10)));
        await At(booking.StartsAt.AddHours(-20));
        Assert.Equal(1, await Noted(booking));
        var moved = booking with { StartsAt = booking.StartsAt.AddDays(7) };
        app.Tickets.Known[booking.BookingId] = moved;

        await app.Tell(new EventRescheduled(
            booking.EventId, "", [new SlotMoved(booking.SlotId, booking.StartsAt, moved.StartsAt, moved.StartsAt.AddHours(2))]));
        await At(moved.StartsAt.AddDays(-2));
        Assert.Equal(1, await Noted(booking));
        await At(moved.StartsAt.AddHours(-20));

        Assert.Equal(2, await Noted(booking));
    }
}
