namespace Balie.Notifications.Mails;

/// <summary>The mails that one notice leads to; none, with a remark, where there is nothing to tell any more.</summary>
internal sealed record Composed(IReadOnlyList<Mail> Mails, string? Remark = null)
{
    public static Composed Skip(string remark) => new([], remark);

    public static Composed One(Voice voice, string recipient, Draft draft, params IReadOnlyList<MailFile> files) =>
        Kernel.Mails.IsAddress(recipient)
            ? new([voice.Mail(recipient, draft) with { Files = files }])
            : Skip("There is no mail address.");
}

/// <summary>One kind of mail.</summary>
/// <param name="Name">Of its notices, and in the API. Never renamed.</param>
/// <param name="Summary">For staff: when it is sent, and to whom.</param>
/// <param name="Compose">Asks for what is so now, and writes it.</param>
/// <param name="Example">The same with made-up facts, to look at.</param>
internal sealed record MailKind(
    string Name, string Summary, Func<Notice, Sources, Task<Composed>> Compose, Func<Voice, Draft> Example);

/// <summary>Every kind of mail that we send about orders, tickets and events, in the order in which a visitor may get them.</summary>
internal static class MailKinds
{
    public static readonly IReadOnlyList<MailKind> All =
    [
        OrderConfirmedMail.Kind, TicketsMail.Kind, ReminderMail.First, ReminderMail.Last, WaitingListMail.Kind, TransferOfferedMail.Kind,
        TransferAcceptedMail.Kind, TicketReissuedMail.Kind, EventMovedMail.Kind, EventPostponedMail.Kind, CancellationMail.Event,
        CancellationMail.Slot, BookingCancelledMail.Kind, OrderCancelledMail.Kind, PaidTooLateMail.Kind, RefundMail.Requested,
        RefundMail.Succeeded, RefundFailedMail.Kind, WebhookDisabledMail.Kind,
    ];

    private static readonly Dictionary<string, MailKind> ByName = All.ToDictionary(kind => kind.Name);

    public static MailKind? Find(string name) => ByName.GetValueOrDefault(name);
}
