using System.Text.Json;

namespace Balie.Kernel;

/// <summary>
/// Reacts to one message inside a transaction of the message's own organisation. Runs twice one day: the inbox makes the second a no-op.
/// </summary>
public delegate Task Listener<in TMessage>(TMessage message, Tx tx, IServiceProvider services, CancellationToken ct);

/// <summary>
/// Reacts to several messages of one organisation in one transaction, in their order: for what comes in thousands. When it fails, they
/// come again one by one.
/// </summary>
public delegate Task BatchListener<in TMessage>(
    IReadOnlyList<TMessage> messages, Tx tx, IServiceProvider services, CancellationToken ct);

/// <summary>One line of a module's table of what it hears.</summary>
/// <param name="MostAtOnce">How many bodies one call of <paramref name="Handle"/> may be given.</param>
public sealed record Subscription(
    string Consumer, string Kind, int MostAtOnce, Func<IReadOnlyList<string>, Tx, IServiceProvider, CancellationToken, Task> Handle);

/// <summary>Collects what a module hears: <c>on.Message&lt;OrderPaid&gt;(IssueTicketsWhenPaid.Handle)</c>.</summary>
public sealed class Listeners
{
    /// <summary>As many as one look at the outbox may find.</summary>
    public const int LargestBatch = 200;

    private readonly List<Subscription> _subscriptions = [];

    public IReadOnlyList<Subscription> Subscriptions => _subscriptions;

    public void Message<TMessage>(Listener<TMessage> listener) =>
        Add<TMessage>(listener, 1, (bodies, tx, services, ct) => listener(Read<TMessage>(bodies[0]), tx, services, ct));

    public void Batch<TMessage>(BatchListener<TMessage> listener) =>
        Add<TMessage>(listener, LargestBatch, (bodies, tx, services, ct) =>
            listener([.. bodies.Select(Read<TMessage>)], tx, services, ct));

    // The reaction's own type names the consumer in the inbox, so renaming one needs a migration.
    private void Add<TMessage>(
        Delegate listener, int mostAtOnce, Func<IReadOnlyList<string>, Tx, IServiceProvider, CancellationToken, Task> handle) =>
        _subscriptions.Add(new Subscription(
            listener.Method.DeclaringType?.Name ?? throw new InvalidOperationException("A listener is a static method of its slice."),
            MessageKind.Of<TMessage>(), mostAtOnce, handle));

    private static TMessage Read<TMessage>(string body) =>
        JsonSerializer.Deserialize<TMessage>(body, Json.Options) ?? throw new JsonException("An empty message.");
}
