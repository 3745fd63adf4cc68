using System.Collections.Concurrent;
using Balie.Contracts.Identity;
using Balie.Contracts.Orders;
using Balie.Contracts.Ticketing;

namespace Balie.Notifications.Tests;

/// <summary>Orders and tickets as their modules would tell of them, from memory.</summary>
public sealed class FakeOrders : IOrders
{
    public ConcurrentDictionary<Guid, OrderView> Known { get; } = new();

    public Task<IReadOnlyList<OrderView>> See(Guid orgId, IReadOnlyList<Guid> orderIds, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<OrderView>>([.. orderIds.Where(Known.ContainsKey).Select(id => Known[id])]);

    public Task<Outcome<OrderView>> PlaceForHold(Guid orgId, PlaceForHold request, CancellationToken ct) =>
        throw new NotSupportedException("Notifications place no orders.");
}

public sealed class FakeTickets : ITickets
{
    public static readonly byte[] PdfBytes = [.. "%PDF-1.7\n"u8, .. Enumerable.Range(0, 3_000).Select(number => (byte)(number % 251))];

    public ConcurrentDictionary<Guid, BookingFacts> Known { get; } = new();
    public ConcurrentDictionary<Guid, TransferFacts> Transfers { get; } = new();

    /// <summary>Bookings that cannot be told of, together with whatever is asked beside them.</summary>
    public ConcurrentDictionary<Guid, bool> Spoilt { get; } = new();

    /// <summary>What was asked of, question by question.</summary>
    public ConcurrentQueue<IReadOnlyList<Guid>> Questions { get; } = new();

    private int _failures;

    /// <summary>The next asking fails, as when a module is away.</summary>
    public void FailOnce() => Interlocked.Increment(ref _failures);

    public Task<IReadOnlyList<BookingFacts>> See(Guid orgId, IReadOnlyList<Guid> bookingIds, CancellationToken ct)
    {
        Questions.Enqueue(bookingIds);
        if (Interlocked.Exchange(ref _failures, 0) > 0) throw new IOException("Ticketing is away.");
        if (bookingIds.Any(Spoilt.ContainsKey)) throw new InvalidOperationException("A booking that nobody can read.");
        return Task.FromResult<IReadOnlyList<BookingFacts>>([.. bookingIds.Where(Known.ContainsKey).Select(id => Known[id])]);
    }

    public Task<IReadOnlyDictionary<PapersWanted, IReadOnlyList<TicketFile>>> Papers(
        Guid orgId, IReadOnlyList<PapersWanted> wanted, CancellationToken ct) =>
        Task.FromResult<IReadOnlyDictionary<PapersWanted, IReadOnlyList<TicketFile>>>(
            wanted.ToDictionary(one => one, one => (IReadOnlyList<TicketFile>)
            [
                new TicketFile($"tickets-{one.Locale}.pdf", "application/pdf", PdfBytes),
                new TicketFile("booking.ics", "text/calendar; charset=utf-8", "BEGIN:VCALENDAR"u8.ToArray()),
            ]));

    public Task<TicketFile?> PdfOf(Guid orgId, IReadOnlyList<Guid> ticketIds, string locale, CancellationToken ct) =>
        Task.FromResult<TicketFile?>(new TicketFile($"ticket-{locale}.pdf", "application/pdf", PdfBytes));

    public Task<TransferFacts?> Transfer(Guid orgId, Guid transferId, CancellationToken ct) =>
        Task.FromResult(Transfers.GetValueOrDefault(transferId));
}

public sealed class FakeIdentity : IOrganisations, IStaff
{
    public ValueTask<OrganisationFacts?> See(Guid organisationId, CancellationToken ct) => ValueTask.FromResult<OrganisationFacts?>(
        new OrganisationFacts(organisationId, "komedie", "De Kleine Komedie", "nl", "NL", "standard"));

    public Task<IReadOnlyList<StaffMember>> WhoMay(Guid organisationId, Permission permission, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<StaffMember>>(permission switch
        {
            Permission.WebhooksWrite => [new StaffMember(Guid.Empty, "owner@example.org", "Eva", "nl")],
            Permission.RefundsWrite => [new StaffMember(Guid.Empty, "finance@example.org", "Fin", "en")],
            _ => [],
        });

    public Task<Guid?> PersonBehind(Guid organisationId, string actor, CancellationToken ct) => Task.FromResult<Guid?>(null);
}

/// <summary>A letter box that everything falls into.</summary>
public sealed class LetterBox : IMailSink
{
    private readonly ConcurrentQueue<OutgoingMail> _mails = new();
    private readonly ConcurrentDictionary<string, bool> _shut = new();

    /// <summary>The next mail to this address is not taken.</summary>
    public void RefuseOnce(string recipient) => _shut[recipient] = true;

    public OutgoingMail[] To(string recipient) => [.. _mails.Where(mail => mail.Mail.Recipient == recipient)];

    public Task Send(OutgoingMail outgoing, CancellationToken ct)
    {
        if (_shut.TryRemove(outgoing.Mail.Recipient, out _)) throw new IOException("The mail server does not answer.");
        _mails.Enqueue(outgoing);
        return Task.CompletedTask;
    }
}
