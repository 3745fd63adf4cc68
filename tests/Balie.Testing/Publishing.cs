namespace Balie.Testing;

/// <summary>Says that something has happened, and nothing else.</summary>
public static class Publishing
{
    public static Task Publish<TMessage>(this Db db, TMessage message, CancellationToken ct) where TMessage : notnull =>
        db.PublishAll([message], ct);

    /// <summary>Several in one transaction, in this order.</summary>
    public static Task PublishAll<TMessage>(this Db db, IReadOnlyList<TMessage> messages, CancellationToken ct) where TMessage : notnull =>
        db.Transact(tx =>
        {
            tx.PublishAll(messages);
            return Task.CompletedTask;
        }, ct);
}
