using Balie.Contracts.Identity;
using Balie.Contracts.Orders;
using Balie.Contracts.Ticketing;

namespace Balie.Notifications.Mails;

/// <summary>Where the facts of a mail come from. Of what a module knows that an installation lacks, there is nothing to tell.</summary>
internal sealed class Sources(IServiceProvider services, IOrganisations organisations, WebOptions web, SystemDb db)
{
    private readonly IOrders? _orders = services.GetService<IOrders>();
    private readonly ITickets? _tickets = services.GetService<ITickets>();
    private readonly IStaff? _staff = services.GetService<IStaff>();

    /// <param name="locale">The reader's; null for the organisation's own.</param>
    public async Task<Voice> Voice(Guid orgId, string? locale, CancellationToken ct)
    {
        var organisation = await organisations.See(orgId, ct);
        return new Voice(
            locale ?? organisation?.Locale ?? Mails.Voice.English, organisation?.Name ?? "", web.PublicAddress, organisation?.Slug);
    }

    /// <summary>In the language in which the booking was bought, as far as anybody said.</summary>
    public async Task<Voice> VoiceOf(Guid orgId, BookingFacts booking, CancellationToken ct) =>
        await Voice(orgId, await db.As(orgId).One<string>(SelectLocale, new { booking.BookingId }, ct), ct);

    public async Task<OrderView?> Order(Guid orgId, Guid orderId, CancellationToken ct) =>
        _orders is null ? null : await _orders.See(orgId, orderId, ct);

    /// <summary>The order that a booking was paid with; null for a free one.</summary>
    public async Task<OrderView?> OrderOf(Guid orgId, Guid bookingId, CancellationToken ct) =>
        await db.As(orgId).One<Guid?>(SelectOrder, new { bookingId }, ct) is { } orderId ? await Order(orgId, orderId, ct) : null;

    public async Task<BookingFacts?> Booking(Guid orgId, Guid bookingId, CancellationToken ct) =>
        _tickets is null ? null : (await _tickets.See(orgId, [bookingId], ct)).SingleOrDefault();

    public async Task<TransferFacts?> Transfer(Guid orgId, Guid transferId, CancellationToken ct) =>
        _tickets is null ? null : await _tickets.Transfer(orgId, transferId, ct);

    /// <summary>A booking's tickets to print and its entry for a calendar, as far as there are any.</summary>
    public async Task<IReadOnlyList<MailFile>> Files(Guid orgId, Guid bookingId, string locale, CancellationToken ct)
    {
        if (_tickets is null) return [];
        TicketFile?[] files = [await _tickets.Pdf(orgId, [bookingId], locale, ct), await _tickets.Calendar(orgId, bookingId, ct)];
        return [.. files.OfType<TicketFile>().Select(file => new MailFile(file.Name, file.ContentType, file.Content))];
    }

    /// <summary>One ticket to print, for whoever has it now.</summary>
    public async Task<IReadOnlyList<MailFile>> FilesOf(Guid orgId, Guid ticketId, string locale, CancellationToken ct) =>
        _tickets is not null && await _tickets.PdfOf(orgId, [ticketId], locale, ct) is { } file
            ? [new MailFile(file.Name, file.ContentType, file.Content)]
            : [];

    public async Task<IReadOnlyList<StaffMember>> Staff(Guid orgId, Permission permission, CancellationToken ct) =>
        _staff is null ? [] : await _staff.WhoMay(orgId, permission, ct);

    /// <summary>Keeps what only the booking itself knows: when it begins, by which its holder is reminded.</summary>
    public Task Remember(Guid orgId, BookingFacts booking, CancellationToken ct) =>
        db.As(orgId).Run(KeepStart, new { booking.BookingId, booking.StartsAt }, ct);

    private const string SelectLocale = "select locale from notifications.bookings where org_id = @orgId and booking_id = @bookingId";

    private const string SelectOrder = "select order_id from notifications.bookings where org_id = @orgId and booking_id = @bookingId";

    private const string KeepStart =
        "update notifications.bookings set starts_at = @startsAt where org_id = @orgId and booking_id = @bookingId and starts_at is null";
}
