using Balie.Contracts.Orders;
using Balie.Contracts.Payments;
using Balie.Contracts.Ticketing;

namespace Balie.Notifications.Webhooks;

/// <summary>A message that others may hear, and what of it they get to see.</summary>
/// <param name="Summary">For the API's description.</param>
/// <param name="Shape">The type of <c>data</c>.</param>
internal sealed record PublicMessage(string Type, string Summary, Type Shape, Func<object, object> Show);

/// <summary>
/// Every kind of message that webhooks carry: public API, so never renamed, and only ever added to. What is not listed stays inside,
/// such as offers whose message opens a door or names somebody who has not agreed yet.
/// </summary>
internal static class PublicMessages
{
    /// <summary>Sent by hand, to see whether a webhook works.</summary>
    public const string Test = "webhook.test";

    /// <summary>Subscribes to every type there is and ever will be.</summary>
    public const string Everything = "*";

    /// <summary>Tells which webhook was tested.</summary>
    public sealed record Tested(Guid WebhookId);

    /// <summary>Who holds a ticket is not told: ask for it, with the permission to.</summary>
    public sealed record PublicTransfer(Guid TicketId, Guid BookingId);

    public static readonly IReadOnlyList<PublicMessage> All =
    [
        Of<EventPublished>("An event stands on the public agenda."),
        Of<EventUpdated>("An event, or a slot, zone or ticket type of it, changed. Read it again."),
        Of<EventSaleOpened>("Tickets of an event can be booked."),
        Of<EventSalePaused>("Tickets of an event cannot be booked for now."),
        Of<EventPostponed>("An event will not be when it was announced; the new date is not known."),
        Of<EventRescheduled>("Slots of an event have other times."),
        Of<SlotCancelled>("One slot of an event will not take place."),
        Of<EventCancelled>("An event will not take place."),
        Of<EventCompleted>("An event is over."),
        Of<BookingConfirmed>("Places are somebody's."),
        Of<BookingCancelled>("A booking was given back; its places are free."),
        Of<TicketsIssued>("A booking's tickets exist."),
        Of<TicketTransferred, PublicTransfer>(
            "A ticket has another holder.", told => new PublicTransfer(told.TicketId, told.BookingId)),
        Of<TicketReissued>("A ticket has another code; the old one is dead."),
        Of<TicketVoided>("A ticket is void: refunded, cancelled or replaced."),
        Of<TicketCheckedIn>("Somebody was let in, or out again."),
        Of<OrderPlaced>("An order was made and can be paid."),
        Of<OrderConfirmed>("An order is paid for, or needs no payment."),
        Of<OrderExpired>("Nobody paid an order in time."),
        Of<OrderCancelled>("An order was given up. What was paid is refunded."),
        Of<OrderPaidTooLate>("Money came for something that could not be had any more; it goes back."),
        Of<RefundRequested>("A refund was decided."),
        Of<RefundSucceeded>("A refund was paid out."),
        Of<RefundFailed>("A refund could not be paid out; staff must look."),
        Of<PaymentCaptured>("Money was taken for an order."),
        Of<PaymentFailed>("An attempt to pay ended without money. The order may still be paid another way."),
        Of<PaymentChargedBack>("A card holder's bank took money back, or gave it back again."),
        new(Test, "Sent by hand, to see whether a webhook works.", typeof(Tested), told => told),
    ];

    private static readonly Dictionary<string, PublicMessage> ByType = All.ToDictionary(message => message.Type);

    public static PublicMessage? Find(string type) => ByType.GetValueOrDefault(type);

    private static PublicMessage Of<TMessage>(string summary) => new(MessageKind.Of<TMessage>(), summary, typeof(TMessage), told => told);

    private static PublicMessage Of<TMessage, TShown>(string summary, Func<TMessage, TShown> show) where TShown : notnull =>
        new(MessageKind.Of<TMessage>(), summary, typeof(TShown), told => show((TMessage)told));
}
