using Balie.Notifications.Webhooks;

namespace Balie.Notifications.Listeners;

/// <summary>Hands on what is news to other programs and to nobody's letter box.</summary>
internal static class TellWebhooks
{
    public static Task Handle<TMessage>(IReadOnlyList<TMessage> messages, Tx tx, IServiceProvider services, CancellationToken ct)
        where TMessage : notnull => tx.BroadcastAll(messages, ct);
}
