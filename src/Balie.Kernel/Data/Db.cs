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

    public Task<T[]> Many<T>(string sql, object? args, CancellationToken ct) => Read(sql, args, reader => Rows<T>(reader, ct), ct);

    /// <summary>The rows of two queries, with a semicolon between them, in one round trip.</summary>
    public Task<(TFirst[] First, TSecond[] Second)> Both<TFirst, TSecond>(string sql, object? args, CancellationToken ct) =>
        Read(sql, args, async reader =>
        {
            var first = await Rows<TFirst>(reader, ct);
            await reader.NextResultAsync(ct);
            return (first, await Rows<TSecond>(reader, ct));
        }, ct);

    /// <summary>The rows of three.</summary>
    public Task<(TFirst[] First, TSecond[] Second, TThird[] Third)> Three<TFirst, TSecond, TThird>(
        string sql, object? args, CancellationToken ct) =>
        Read(sql, args, async reader =>
        {
            var first = await Rows<TFirst>(reader, ct);
            await reader.NextResultAsync(ct);
            var second = await Rows<TSecond>(reader, ct);
            await reader.NextResultAsync(ct);
            return (first, second, await Rows<TThird>(reader, ct));
        }, ct);

    /// <returns>How many rows were inserted, updated or deleted.</returns>
    public Task<int> Run(string sql, object? args, CancellationToken ct) => Use(async trip =>
    {
        if (!trip.IsShared) return await trip.Connection.ExecuteAsync(Command(trip, sql, args, ct));
        await using var batch = Batch(trip, sql, args, out var own);
        await batch.ExecuteNonQueryAsync(ct);
        return batch.BatchCommands.TakeLast<NpgsqlBatchCommand>(own).Sum(command => command.RecordsAffected);
    }, ct);

    private protected abstract Task<TResult> Use<TResult>(Func<Trip, Task<TResult>> work, CancellationToken ct);

    private Task<TResult> Read<TResult>(
        string sql, object? args, Func<DbDataReader, Task<TResult>> rows, CancellationToken ct) => Use(async trip =>
    {
        await using var batch = trip.IsShared ? Batch(trip, sql, args, out _) : null;
        await using var reader = batch is not null
            ? await batch.ExecuteReaderAsync(ct)
            : await trip.Connection.ExecuteReaderAsync(Command(trip, sql, args, ct));
        if (trip.Prefix is not null) await reader.NextResultAsync(ct);
        return await rows(reader);
    }, ct);

    private static async Task<T[]> Rows<T>(DbDataReader reader, CancellationToken ct)
    {
        var parse = reader.GetRowParser(typeof(T));
        var rows = new List<T>();
        // A scalar that is null in the database is the default of its type, as it is in Dapper's own queries.
        while (await reader.ReadAsync(ct)) rows.Add(parse(reader) is T value ? value : default!);
        return [.. rows];
    }

    private CommandDefinition Command(Trip trip, string sql, object? args, CancellationToken ct)
    {
        var parameters = new DynamicParameters(args);
        parameters.Add("orgId", OrgId);
        return new CommandDefinition(trip.Prefix + sql, parameters, trip.Transaction, cancellationToken: ct);
    }

    // The same together with all that waits for it.
    private NpgsqlBatch Batch(Trip trip, string sql, object? args, out int own)
    {
        var batch = new NpgsqlBatch(trip.Connection, trip.Transaction);
        if (trip.Prefix is not null) Errands.Fill(batch, trip.Prefix, null, OrgId);
        trip.Errands?.MoveInto(batch, OrgId);
        own = Errands.Fill(batch, sql, args, OrgId);
        return batch;
    }

    /// <summary>What a statement travels with.</summary>
    /// <param name="Prefix">A query of one row in front of everything.</param>
    private protected readonly record struct Trip(
        NpgsqlConnection Connection, NpgsqlTransaction? Transaction, string? Prefix, Errands? Errands)
    {
        public bool IsShared => Errands is { Count: > 0 };
    }
}

/// <summary>
/// The database under one organisation, or under none: reads, single statements, and the door to a <see cref="Tx"/>.
/// A statement outside a transaction is one round trip, organisation included.
/// </summary>
public sealed class Db(Pool pool, News news, Guid orgId, TimeProvider clock, IdempotentRequest? request = null)
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
        await using var connection = await pool.Open(ct);
        using var holding = pool.Hold();
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var tx = new Tx(connection, transaction, OrgId, _clock);
        if (request is not null && await request.Begin(tx, ct) is { } earlier) return earlier;

        var outcome = await work(tx);
        if (!outcome.Ok) return outcome;

        if (request is not null) await request.Complete(tx, outcome, ct);
        // Past this point the answer is decided: a caller who hangs up must not turn a commit into an unknown.
        await tx.Commit(CancellationToken.None);
        news.Tell(tx.Signals);
        return outcome;
    }

    private static bool IsCollision(PostgresException problem) =>
        problem.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;

    private protected override async Task<TResult> Use<TResult>(Func<Trip, Task<TResult>> work, CancellationToken ct)
    {
        await using var connection = await pool.Open(ct);
        return await work(new Trip(connection, null, OrgId == Guid.Empty ? null : UnderOrganisation, null));
    }
}

/// <summary>An open transaction. It has one now, and it is the only place that can publish.</summary>
public sealed class Tx(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid orgId, TimeProvider clock) : Sql(orgId, clock)
{
    private const string Savepoint = "here";
    private const int MostWaiting = 32;
    private readonly Errands _errands = new();
    private readonly List<(string Sql, object? Args)> _last = [];
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
    /// A statement that returns no rows, and whose count nobody needs: it travels with the next one, or with the commit. Everything happens
    /// in the order in which it is written; an error shows where the statement is sent, and ends the transaction like any other. So not for
    /// one whose error somebody catches.
    /// </summary>
    public async Task Later(string sql, object? args, CancellationToken ct)
    {
        if (_errands.Count == MostWaiting) await Run(sql, args, ct);
        else _errands.Add(sql, args);
    }

    /// <summary>
    /// The same, after everything else of this transaction and right before its commit: for a row that everybody who does the same at this
    /// moment waits for. So nothing in this transaction sees it done.
    /// </summary>
    public void Last(string sql, object? args) => _last.Add((sql, args));

    /// <summary>Sends what waits now, for whoever must know that it succeeded.</summary>
    public async Task Send(CancellationToken ct)
    {
        if (_errands.Count > 0) await Run("", null, ct);
    }

    /// <summary>
    /// All of it or nothing, within a larger transaction: what <paramref name="work"/> wrote, published and signalled is undone when it
    /// answers false. An exception ends the whole transaction as ever, so who catches one in <paramref name="work"/> ends it with
    /// <see cref="Send"/>. Not one within the other.
    /// </summary>
    public async Task<bool> AllOrNothing(Func<Task<bool>> work, CancellationToken ct)
    {
        var (messages, signals, waiting, sent, last) = (_messages.Count, _signals.Count, _errands.Count, _errands.Sent, _last.Count);
        await Later($"savepoint {Savepoint}", null, ct);
        if (await work())
        {
            await Later($"release savepoint {Savepoint}", null, ct);
            return true;
        }
        // Where nothing was sent meanwhile, the savepoint itself is not set yet, and what waited before it waits on.
        var isSet = _errands.Sent > sent;
        _errands.Forget(isSet ? 0 : waiting);
        if (isSet) await Later($"rollback to savepoint {Savepoint}", null, ct);
        _messages.RemoveRange(messages, _messages.Count - messages);
        _signals.RemoveRange(signals, _signals.Count - signals);
        _last.RemoveRange(last, _last.Count - last);
        return false;
    }

    // What it published is written in one statement, then what is to be last, and the commit travels with what waits.
    internal async Task Commit(CancellationToken ct)
    {
        if (_messages.Count > 0)
        {
            await Later(Outbox.Insert, new
            {
                orgIds = _messages.Select(message => message.OrgId).ToArray(),
                messageIds = _messages.Select(message => message.MessageId).ToArray(),
                kinds = _messages.Select(message => message.Kind).ToArray(),
                bodies = _messages.Select(message => message.Body).ToArray(),
                now = Now,
            }, ct);
        }
        foreach (var (sql, args) in _last) _errands.Add(sql, args);
        if (_errands.Count > 0) await Run("commit", null, ct);
        else await transaction.CommitAsync(ct);
    }

    private protected override Task<TResult> Use<TResult>(Func<Trip, Task<TResult>> work, CancellationToken ct)
    {
        var prefix = _underOrganisation ? null : UnderOrganisation;
        _underOrganisation = true;
        return work(new Trip(connection, transaction, prefix, _errands));
    }
}
