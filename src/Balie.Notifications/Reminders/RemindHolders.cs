using System.Globalization;
using Balie.Notifications.Mails;

namespace Balie.Notifications.Reminders;

/// <summary>
/// Notes whom to remind: a day and two hours before the start, or as the organisation decided. Once per booking, kind and start; somebody
/// who booked after the moment of a reminder does not get it, and one that comes too late to be of use is left out.
/// </summary>
internal static class RemindHolders
{
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    // The furthest ahead that an organisation may choose, see Policies.
    private static readonly TimeSpan Horizon = TimeSpan.FromDays(30);

    public static async Task Run(SystemDb db, IServiceProvider services, CancellationToken ct)
    {
        var policies = services.GetRequiredService<PolicyStore>();
        var now = db.Everywhere.Now;
        foreach (var orgId in await db.Everywhere.Many<Guid>(SelectOrganisations, new { now, until = now + Horizon }, ct))
        {
            var figures = await policies.Of(orgId, ct);
            await db.As(orgId).Transact(async tx =>
            {
                await Remind(tx, ReminderMail.First, figures.FirstReminder, notAfter: figures.LastReminder, ct);
                await Remind(tx, ReminderMail.Last, figures.LastReminder, notAfter: TimeSpan.Zero, ct);
            }, ct);
        }
    }

    private static async Task Remind(Tx tx, MailKind kind, TimeSpan before, TimeSpan notAfter, CancellationToken ct)
    {
        foreach (var due in await tx.Many<DueRow>(SelectDue, new { kind = kind.Name, before, notAfter, tx.Now }, ct))
        {
            var once = due.StartsAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
            await tx.Notify(kind.Name, due.BookingId, new ReminderMail.Reminded(due.StartsAt), ct, once);
        }
    }

    private sealed record DueRow(Guid BookingId, DateTimeOffset StartsAt);

    private const string SelectOrganisations = """
        select distinct org_id
        from notifications.bookings
        where status = 'confirmed' and starts_at > @now and starts_at <= @until
        """;

    private const string SelectDue = """
        select booking_id, starts_at
        from notifications.bookings
        where org_id = @orgId and status = 'confirmed' and starts_at > @now + @notAfter and starts_at <= @now + @before
            and confirmed_at <= starts_at - @before
            and not exists (
                select from notifications.notices
                where notices.org_id = bookings.org_id
                    and reason = @kind || ':' || booking_id || ':' || extract(epoch from starts_at)::bigint)
        order by starts_at
        limit 2000
        """;
}
