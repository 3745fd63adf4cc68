using System.Text.Json;

namespace Balie.Kernel;

/// <summary>
/// Reacts to one message inside a transaction of the message's own organisation. Runs twice one day: the inbox makes the second a no-op.
/// </summary>
public delegate Task Listener<in TMessage>(TMessage message, Tx tx, IServiceProvider services, CancellationToken ct);

/// <summary>One line of a module's table of what it hears.</summary>
public sealed record Subscription(string Consumer, string Kind, Func<string, Tx, IServiceProvider, CancellationToken, Task> Handle);

/// <summary>Collects what a module hears: <c>on.Message&lt;OrderPaid&gt;(IssueTicketsWhenPaid.Handle)</c>.</summary>
public sealed class Listeners
{
    private readonly List<Subscription> _subscriptions = [];

    public IReadOnlyList<Subscription> Subscriptions => _subscriptions;

    public void Message<TMessage>(Listener<TMessage> listener)
    {
        // The reaction's own type names the consumer in the inbox, so renaming one needs a migration.
        var consumer = listener.Method.DeclaringType?.Name
            ?? throw new InvalidOperationException("A listener is a static method of its slice.");
        _subscriptions.Add(new Subscription(consumer, MessageKind.Of<TMessage>(), (body, tx, services, ct) =>
            listener(JsonSerializer.Deserialize<TMessage>(body, Json.Options) ?? throw new JsonException("An empty message."),
                tx, services, ct)));
    }
}
