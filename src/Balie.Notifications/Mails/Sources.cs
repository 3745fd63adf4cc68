using Balie.Contracts.Identity;
using Balie.Contracts.Orders;
using Balie.Contracts.Ticketing;

namespace Balie.Notifications.Mails;

/// <summary>
/// Where the facts of an organisation's mails come from, for those that are written at once. Of what a module knows that an installation
/// lacks, there is nothing to tell.
/// </summary>
internal sealed class Sources
{
    private readonly Guid _orgId;
    private readonly CancellationToken _ct;
    private readonly IOrganisations _organisations;
    private readonly IStaff? _staff;
    private readonly ITickets? _tickets;
    private readonly WebOptions _web;
    private readonly Together<Guid, OrderView> _orders;
    private readonly Together<Guid, BookingFacts> _bookings;
    private readonly Together<Guid, Purchase> _purchases;
    private readonly Together<PapersWanted, IReadOnlyList<TicketFile>> _papers;
    private readonly Together<(Guid BookingId, DateTimeOffset StartsAt), bool> _starts;

    public Sources(Guid orgId, IServiceProvider services, CancellationToken ct)
    {
        (_orgId, _ct) = (orgId, ct);
        _organisations = services.GetRequiredService<IOrganisations>();
        _staff = services.GetService<IStaff>();
        _tickets = services.GetService<ITickets>();
        _web = services.GetRequiredService<WebOptions>();
        var orders = services.GetService<IOrders>();
        var db = services.GetRequiredService<SystemDb>().As(orgId);
        _orders = new(async ids => orders is null
            ? new Dictionary<Guid, OrderView>()
            : (await orders.See(orgId, ids, ct)).ToDictionary(order => order.Id));
        _bookings = new(async ids => _tickets is null
            ? new Dictionary<Guid, BookingFacts>()
            : (await _tickets.See(orgId, ids, ct)).ToDictionary(booking => booking.BookingId));
        _purchases = new(async ids => (await db.Many<Purchase>(SelectPurchases, new { ids = ids.ToArray() }, ct))
            .ToDictionary(purchase => purchase.BookingId));
        _papers = new(async wanted => _tickets is null
            ? new Dictionary<PapersWanted, IReadOnlyList<TicketFile>>()
            : await _tickets.Papers(orgId, wanted, ct));
        _starts = new(async starts =>
        {
            await db.Run(KeepStarts, new
            {
                bookingIds = starts.Select(start => start.BookingId).ToArray(),
                startsAt = starts.Select(start => start.StartsAt).ToArray(),
            }, ct);
            return starts.ToDictionary(start => start, _ => true);
        });
    }

    /// <summary>What a booking was bought with; there is none of a free one.</summary>
    /// <param name="Locale">The language in which it was bought, as far as anybody said.</param>
    private sealed record Purchase(Guid BookingId, Guid OrderId, string? Locale);

    /// <param name="locale">The reader's; null for the organisation's own.</param>
    public ValueTask<Voice> Voice(string? locale) => Mails.Voice.Of(_organisations, _web, _orgId, locale, _ct);

    /// <summary>In the language in which the booking was bought.</summary>
    public async Task<Voice> VoiceOf(BookingFacts booking) => await Voice((await _purchases.Of(booking.BookingId))?.Locale);

    public Task<OrderView?> Order(Guid orderId) => _orders.Of(orderId);

    /// <summary>The order that a booking was paid with; null for a free one.</summary>
    public async Task<OrderView?> OrderOf(Guid bookingId) =>
        await _purchases.Of(bookingId) is { } purchase ? await Order(purchase.OrderId) : null;

    public Task<BookingFacts?> Booking(Guid bookingId) => _bookings.Of(bookingId);

    public async Task<TransferFacts?> Transfer(Guid transferId) =>
        _tickets is null ? null : await _tickets.Transfer(_orgId, transferId, _ct);

    /// <summary>A booking's tickets to print and its entry for a calendar, as far as there are any.</summary>
    public async Task<IReadOnlyList<MailFile>> Files(Guid bookingId, string locale) =>
        [.. (await _papers.Of(new PapersWanted(bookingId, locale)) ?? []).Select(File)];

    /// <summary>One ticket to print, for whoever has it now.</summary>
    public async Task<IReadOnlyList<MailFile>> FilesOf(Guid ticketId, string locale) =>
        _tickets is not null && await _tickets.PdfOf(_orgId, [ticketId], locale, _ct) is { } file ? [File(file)] : [];

    public async Task<IReadOnlyList<StaffMember>> Staff(Permission permission) =>
        _staff is null ? [] : await _staff.WhoMay(_orgId, permission, _ct);

    /// <summary>Keeps what only the booking itself knows: when it begins, by which its holder is reminded.</summary>
    public Task Remember(BookingFacts booking) => _starts.Of((booking.BookingId, booking.StartsAt));

    private static MailFile File(TicketFile file) => new(file.Name, file.ContentType, file.Content);

    private const string SelectPurchases =
        "select booking_id, order_id, locale from notifications.purchases where org_id = @orgId and booking_id = any (@ids)";

    private const string KeepStarts = """
        update notifications.bookings
        set starts_at = told.starts_at
        from unnest(@bookingIds::uuid[], @startsAt::timestamptz[]) as told (booking_id, starts_at)
        where org_id = @orgId and bookings.booking_id = told.booking_id and bookings.starts_at is null
        """;
}
