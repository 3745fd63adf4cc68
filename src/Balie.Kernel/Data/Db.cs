using System.Data;
using System.Data.Common;
using Dapper;
using Npgsql;

namespace Balie.Kernel;

/// <summary>
/// The verbs of our SQL: one row, many rows, or just run it. Every statement may use <c>@orgId</c>, the organisation it runs under.
/// </summary>
public abstract class Sql(Guid orgId, TimeProvider clock)
{
    // Travels in the same round trip as the statement it precedes; without it row security shows nothing at all.
    private protected const string UnderOrganisation = "select set_config('app.org', @orgId::text, true);\n";

    /// <summary>The organisation whose rows are visible here; <see cref="Guid.Empty"/> for the system's own work.</summary>
    public Guid OrgId { get; } = orgId;

    /// <summary>This moment for a <see cref="Db"/>; the moment it began for a <see cref="Tx"/>.</summary>
    public virtual DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>A UUIDv7: sorts by creation, so an index on it grows at one end.</summary>
    public Guid NewId() => Ids.New(Now);

    /// <summary>The only row, or default when there is none.</summary>
    /// <exception cref="DataException">More than one row came back.</exception>
    public async Task<T?> One<T>(string sql, object? args, CancellationToken ct) => await Many<T>(sql, args, ct) switch
    {
        [] => default,
        [var only] => only,
        _ => throw new DataException("Expected at most one row."),
    };

    public Task<T[]> Many<T>(string sql, object? args, CancellationToken ct) =>
        Use(async (connection, transaction, prefix) =>
        {
            await using var reader = await connection.ExecuteReaderAsync(Command(prefix + sql, args, transaction, ct));
            if (prefix is not null) await reader.NextResultAsync(ct);
            return await Rows<T>(reader, ct);
        }, ct);

    /// <summary>The rows of two queries, with a semicolon between them, in one round trip.</summary>
    public Task<(TFirst[] First, TSecond[] Second)> Both<TFirst, TSecond>(string sql, object? args, CancellationToken ct) =>
        Use(async (connection, transaction, prefix) =>
        {
            await using var reader = await connection.ExecuteReaderAsync(Command(prefix + sql, args, transaction, ct));
            if (prefix is not null) await reader.NextResultAsync(ct);
            var first = await Rows<TFirst>(reader, ct);
            await reader.NextResultAsync(ct);
            return (first, await Rows<TSecond>(reader, ct));
        }, ct);

    /// <returns>How many rows were inserted, updated or deleted.</returns>
    public Task<int> Run(string sql, object? args, CancellationToken ct) =>
        Use(async (connection, transaction, prefix) => await connection.ExecuteAsync(Command(prefix + sql, args, transaction, ct)), ct);

    private protected abstract Task<TResult> Use<TResult>(
        Func<NpgsqlConnection, NpgsqlTransaction?, string?, Task<TResult>> work, CancellationToken ct);

    private static async Task<T[]> Rows<T>(DbDataReader reader, CancellationToken ct)
    {
        var parse = reader.GetRowParser(typeof(T));
        var rows = new List<T>();
        // A scalar that is null in the database is the default of its type, as it is in Dapper's own queries.
        while (await reader.ReadAsync(ct)) rows.Add(parse(reader) is T value ? value : default!);
        return [.. rows];
    }

    private CommandDefinition Command(string sql, object? args, NpgsqlTransaction? transaction, CancellationToken ct)
    {
        var parameters = new DynamicParameters(args);
        parameters.Add("orgId", OrgId);
        return new CommandDefinition(sql, parameters, transaction, cancellationToken: ct);
    }
}

/// <summary>
/// The database under one organisation, or under none: reads, single statements, and the door to a <see cref="Tx"/>.
/// A statement outside a transaction is one round trip, organisation included.
/// </summary>
public sealed class Db(NpgsqlDataSource source, News news, Guid orgId, TimeProvider clock, IdempotentRequest? request = null)
    : Sql(orgId, clock)
{
    private const int TriesOnCollision = 3;
    private static readonly TimeSpan LongestPauseBetweenTries = TimeSpan.FromMilliseconds(30);
    private readonly TimeProvider _clock = clock;

    /// <summary>
    /// Commits an ok outcome; a refusal or an exception rolls everything back. A deadlock or serialisation failure is tried again,
    /// so <paramref name="work"/> must hold no state of its own. Under an Idempotency-Key the answer is stored in this same transaction,
    /// and a twin that was here first gives its answer instead.
    /// </summary>
    public async Task<Outcome<T>> Transact<T>(Func<Tx, Task<Outcome<T>>> work, CancellationToken ct)
    {
        for (var tried = 1; ; tried++)
        {
            try { return await TryOnce(work, ct); }
            catch (PostgresException collision) when (tried < TriesOnCollision && IsCollision(collision))
            {
                await Task.Delay(LongestPauseBetweenTries * Random.Shared.NextDouble(), _clock, ct);
            }
        }
    }

    /// <summary>For work that cannot be refused: jobs, listeners, set-up.</summary>
    public async Task Transact(Func<Tx, Task> work, CancellationToken ct) =>
        await Transact<bool>(async tx => { await work(tx); return true; }, ct);

    private async Task<Outcome<T>> TryOnce<T>(Func<Tx, Task<Outcome<T>>> work, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var tx = new Tx(connection, transaction, OrgId, _clock);
        if (request is not null && await request.Begin(tx, ct) is { } earlier) return earlier;

        var outcome = await work(tx);
        if (!outcome.Ok) return outcome;

        if (request is not null) await request.Complete(tx, outcome, ct);
        await tx.WriteMessages(ct);
        // Past this point the answer is decided: a caller who hangs up must not turn a commit into an unknown.
        await transaction.CommitAsync(CancellationToken.None);
        news.Tell(tx.Signals);
        return outcome;
    }

    private static bool IsCollision(PostgresException problem) =>
        problem.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;

    private protected override async Task<TResult> Use<TResult>(
        Func<NpgsqlConnection, NpgsqlTransaction?, string?, Task<TResult>> work, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await work(connection, null, OrgId == Guid.Empty ? null : UnderOrganisation);
    }
}

/// <summary>An open transaction. It has one now, and it is the only place that can publish.</summary>
public sealed class Tx(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid orgId, TimeProvider clock) : Sql(orgId, clock)
{
    private const string Savepoint = "here";
    private readonly List<(Guid OrgId, Guid MessageId, string Kind, string Body)> _messages = [];
    private readonly List<(string Channel, string Payload)> _signals = [];
    private bool _underOrganisation = orgId == Guid.Empty;

    public override DateTimeOffset Now { get; } = clock.GetUtcNow();

    internal IReadOnlyCollection<(string Channel, string Payload)> Signals => _signals;

    /// <summary>
    /// Wakes whoever listens, right after the commit. A process that dies in between says nothing, so this is for those who look by
    /// themselves as well; what others must drop from memory is sent by <see cref="Kernel.Signals.Send"/> within.
    /// </summary>
    public void Signal(string channel, string payload = "") => _signals.Add((channel, payload));

    /// <summary>Puts a message in the outbox, to be delivered if and only if this transaction commits.</summary>
    public void Publish<TMessage>(TMessage message) where TMessage : notnull => PublishFor(OrgId, message);

    /// <summary>The same from the system's own work, which names the organisation it acts for.</summary>
    public void PublishFor<TMessage>(Guid orgId, TMessage message) where TMessage : notnull =>
        _messages.Add((orgId, NewId(), MessageKind.Of<TMessage>(), MessageKind.Write(message)));

    /// <summary>Many messages of one kind, in this order.</summary>
    public void PublishAll<TMessage>(IEnumerable<TMessage> messages) where TMessage : notnull
    {
        foreach (var message in messages) Publish(message);
    }

    /// <summary>
    /// All of it or nothing, within a larger transaction: what <paramref name="work"/> wrote, published and signalled is undone when it
    /// answers false. An exception ends the whole transaction as ever. Not one within the other.
    /// </summary>
    public async Task<bool> AllOrNothing(Func<Task<bool>> work, CancellationToken ct)
    {
        var (messages, signals) = (_messages.Count, _signals.Count);
        await Run($"savepoint {Savepoint}", null, ct);
        var all = await work();
        await Run($"{(all ? "release" : "rollback to")} savepoint {Savepoint}", null, ct);
        if (all) return true;
        _messages.RemoveRange(messages, _messages.Count - messages);
        _signals.RemoveRange(signals, _signals.Count - signals);
        return false;
    }

    // In one statement, as the last of the transaction.
    internal async Task WriteMessages(CancellationToken ct)
    {
        if (_messages.Count == 0) return;
        await Run(Outbox.Insert, new
        {
            orgIds = _messages.Select(message => message.OrgId).ToArray(),
            messageIds = _messages.Select(message => message.MessageId).ToArray(),
            kinds = _messages.Select(message => message.Kind).ToArray(),
            bodies = _messages.Select(message => message.Body).ToArray(),
            now = Now,
        }, ct);
    }

    private protected override Task<TResult> Use<TResult>(
        Func<NpgsqlConnection, NpgsqlTransaction?, string?, Task<TResult>> work, CancellationToken ct)
    {
        var prefix = _underOrganisation ? null : UnderOrganisation;
        _underOrganisation = true;
        return work(connection, transaction, prefix);
    }
}
