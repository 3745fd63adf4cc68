using Balie.Contracts.Ticketing;

namespace Balie.Orders.Refunds.Runs;

/// <summary>An event, or one date of it, does not take place: everybody gets back what they paid, by a run that this begins.</summary>
internal static class RefundEveryoneWhenCalledOff
{
    private const string Actor = "system";

    public static Task Handle(EventCancelled message, Tx tx, IServiceProvider services, CancellationToken ct) =>
        RefundRun.Start(tx, message.EventId, null, Because(message.Reason), Actor, ct);

    public static Task HandleSlot(SlotCancelled message, Tx tx, IServiceProvider services, CancellationToken ct) =>
        RefundRun.Start(tx, message.EventId, message.SlotId, Because(message.Reason), Actor, ct);

    private static string Because(string reason) => reason.Length == 0 ? "called off" : reason;
}
