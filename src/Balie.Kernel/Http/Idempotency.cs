using System.Buffers;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;

namespace Balie.Kernel;

/// <summary>
/// Metadata: this endpoint creates or pays, so it wants an <c>Idempotency-Key</c>. One that <paramref name="LooksItself"/> asks for an
/// earlier answer only where it matters to it, and saves the round trip otherwise.
/// </summary>
public sealed record WantsIdempotencyKey(bool LooksItself = false);

/// <summary>
/// One request under an <c>Idempotency-Key</c> (IETF draft-ietf-httpapi-idempotency-key-header-07): its scope is organisation, caller, and
/// route; its fingerprint covers path, query and body. The record commits with the effect, so there is no moment in which
/// one exists without the other. Refusals have no effect and are not stored: the same key may succeed later.
/// </summary>
/// <remarks>
/// So a use case under a key has one <see cref="Db.Transact{T}"/> and returns what that gives: a second one would find the key taken by the
/// first, and an outcome that is a twin's answer has no value to look into.
/// </remarks>
public sealed class IdempotentRequest(Guid orgId, Guid key, Guid caller, string route, byte[] fingerprint, int status)
{
    public const string KeyCompanion = "idempotency";

    /// <summary>The status of success on this route.</summary>
    public int Status => status;

    private static readonly Companion<StoredRow> Key = new(KeyCompanion, CompanionPhase.Key, """
        with kept as (
            insert into kernel.idempotency (org_id, key, caller, route, fingerprint, effect_id, status, body, created_at)
            select org_id, key, caller, route, fingerprint, effect_id, status, body, created_at
            from rows
            where request <> all ((select kernel.refused())::integer[])
            order by org_id, key, caller, route
            on conflict do nothing
            returning effect_id
        )
        select kernel.refuse(request)
        from rows
        where request <> all ((select kernel.refused())::integer[])
        and effect_id not in (select effect_id from kept)
        """,
        Column<StoredRow>.Of("org_id", NpgsqlDbType.Uuid, row => row.Request.OrgId),
        Column<StoredRow>.Of("key", NpgsqlDbType.Uuid, row => row.Request.KeyValue),
        Column<StoredRow>.Of("caller", NpgsqlDbType.Uuid, row => row.Request.CallerId),
        Column<StoredRow>.Of("route", NpgsqlDbType.Text, row => row.Request.Route),
        Column<StoredRow>.Of("fingerprint", NpgsqlDbType.Bytea, row => row.Request.Fingerprint),
        Column<StoredRow>.Of("effect_id", NpgsqlDbType.Uuid, row => row.EffectId),
        Column<StoredRow>.Of("status", NpgsqlDbType.Smallint, row => (short)row.Answer.Status),
        Column<StoredRow>.Of("body", NpgsqlDbType.Bytea, row => row.Answer.Body),
        Column<StoredRow>.Of("created_at", NpgsqlDbType.TimestampTz, row => row.Now.UtcDateTime));

    private Guid OrgId => orgId;
    private Guid KeyValue => key;
    private Guid CallerId => caller;
    private string Route => route;
    private byte[] Fingerprint => fingerprint;

    /// <summary>Binds in a handler of an endpoint that <see cref="WantsIdempotencyKey"/>.</summary>
    public static ValueTask<IdempotentRequest?> BindAsync(HttpContext http, ParameterInfo _) =>
        ValueTask.FromResult(http.Features.Get<IdempotentRequest>());

    /// <summary>
    /// Stores a finished answer as a companion of the effect it tells of; <paramref name="effectId"/> is that effect's own new id, by which
    /// twins in one batch are told apart. A second row under the same key refuses its request.
    /// </summary>
    public CompanionRow Store(Guid effectId, StoredAnswer answer, DateTimeOffset now) =>
        Key.Row(new StoredRow(this, effectId, answer, now));

    /// <summary>
    /// Waits for a twin that has not committed yet, and gives the answer it left: for an asker that was refused where a twin may have won.
    /// </summary>
    public async Task<StoredAnswer?> FindAfterTwin(Db db, CancellationToken ct)
    {
        try
        {
            // Taking the key waits for whoever has it; rolling back leaves no trace.
            await db.Transact<bool>(async tx =>
            {
                await tx.Run(Take, new { key, caller, route, fingerprint, effectId = tx.NewId(), tx.Now }, ct);
                return KernelRefusals.IdempotencyInProgress;
            }, ct);
        }
        catch (PostgresException waited) when (waited.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            throw new RefusedException(KernelRefusals.IdempotencyInProgress);
        }
        return await Find(db, ct);
    }

    private sealed record Stored(byte[] Fingerprint, short Status, byte[] Body);

    private sealed record StoredRow(IdempotentRequest Request, Guid EffectId, StoredAnswer Answer, DateTimeOffset Now);

    /// <summary>The answer given earlier under this key, or null when the key is new.</summary>
    /// <exception cref="RefusedException">The key was used for another payload.</exception>
    public async Task<StoredAnswer?> Find(Sql sql, CancellationToken ct)
    {
        var stored = await sql.One<Stored>(Select, new { key, caller, route }, ct);
        if (stored is null) return null;
        if (!stored.Fingerprint.AsSpan().SequenceEqual(fingerprint)) throw new RefusedException(KernelRefusals.IdempotencyKeyReused);
        return new StoredAnswer(stored.Status, stored.Body, Replayed: true);
    }

    /// <summary>
    /// Takes the key inside the transaction of the effect. A twin in flight makes this wait for its end, up to the lock timeout;
    /// a twin that committed gives its answer here.
    /// </summary>
    internal async Task<StoredAnswer?> Begin(Tx tx, CancellationToken ct)
    {
        try
        {
            var effectId = tx.NewId();
            if (await tx.Run(Take, new { key, caller, route, fingerprint, effectId, tx.Now }, ct) == 1) return null;
        }
        catch (PostgresException waited) when (waited.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            throw new RefusedException(KernelRefusals.IdempotencyInProgress);
        }
        return await Find(tx, ct) ?? throw new RefusedException(KernelRefusals.IdempotencyInProgress);
    }

    internal Task Complete<T>(Tx tx, Outcome<T> outcome, CancellationToken ct)
    {
        var answer = StoredAnswer.Of(outcome.Value, status);
        return tx.Later(Finish, new { key, caller, route, status = (short)status, body = answer.Body.ToArray() }, ct);
    }

    private const string Select = """
        select fingerprint, status, body
        from kernel.idempotency
        where org_id = @orgId and key = @key and caller = @caller and route = @route
        """;

    private const string Take = """
        insert into kernel.idempotency (org_id, key, caller, route, fingerprint, effect_id, status, body, created_at)
        values (@orgId, @key, @caller, @route, @fingerprint, @effectId, 0, '', @now)
        on conflict do nothing
        """;

    private const string Finish = """
        update kernel.idempotency
        set status = @status, body = @body
        where org_id = @orgId and key = @key and caller = @caller and route = @route
        """;
}

/// <summary>A refusal found where only an exception can travel; <see cref="Faults"/> answers it like any other.</summary>
public sealed class RefusedException(Refusal refusal) : Exception(refusal.Message)
{
    public Refusal Refusal { get; } = refusal;
}

/// <summary>Reads key and fingerprint of requests that need one, and answers finished ones without running the use case again.</summary>
internal sealed class Idempotency(RequestDelegate next)
{
    public const string KeyHeader = "Idempotency-Key";
    private const int LargestLeftInPlace = 16 * 1024;

    public async Task Invoke(HttpContext http)
    {
        var endpoint = http.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<WantsIdempotencyKey>() is not { } wants)
        {
            await next(http);
            return;
        }

        var key = ReadKey(http);
        var caller = Caller.Of(http);
        var fingerprint = await ReadFingerprint(http);
        var request = new IdempotentRequest(
            caller.OrgId, key, caller.Identity, RouteOf(http, endpoint), fingerprint, AnswersWith.StatusOf(http));
        http.Features.Set(request);
        var earlier = wants.LooksItself ? null : await request.Find(http.RequestServices.GetRequiredService<Db>(), http.RequestAborted);
        if (earlier is null) await next(http);
        else await earlier.Write(http);
    }

    /// <summary>One UUID, bare or quoted; two headers, two values or anything else is malformed.</summary>
    private static Guid ReadKey(HttpContext http)
    {
        var sent = http.Request.Headers[KeyHeader];
        if (sent.Count == 0 || (sent.Count == 1 && string.IsNullOrEmpty(sent[0])))
            throw new RefusedException(KernelRefusals.IdempotencyKeyRequired);
        var text = sent[0].AsSpan();
        if (text is ['"', .. var inner, '"']) text = inner;
        return sent.Count == 1 && Guid.TryParseExact(text, "D", out var key)
            ? key
            : throw new RefusedException(KernelRefusals.IdempotencyKeyMalformed);
    }

    private static string RouteOf(HttpContext http, Endpoint endpoint) =>
        $"{http.Request.Method} {(endpoint as RouteEndpoint)?.RoutePattern.RawText}";

    // A small body is looked at where it arrived, and left there for the use case to read; another one is kept aside.
    private static async ValueTask<byte[]> ReadFingerprint(HttpContext http)
    {
        var request = http.Request;
        if (request.ContentLength is { } length and <= LargestLeftInPlace)
        {
            var read = await request.BodyReader.ReadAtLeastAsync((int)length, http.RequestAborted);
            var fingerprint = Fingerprint(http, read.Buffer);
            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            return fingerprint;
        }
        var whole = new MemoryStream((int)Math.Min(request.ContentLength ?? 256, 64 * 1024));
        await request.Body.CopyToAsync(whole, http.RequestAborted);
        whole.Position = 0;
        request.Body = whole;
        return Fingerprint(http, new ReadOnlySequence<byte>(whole.GetBuffer(), 0, (int)whole.Length));
    }

    private static byte[] Fingerprint(HttpContext http, ReadOnlySequence<byte> body)
    {
        const int Usual = 1024;
        var address = $"{http.Request.Path}{http.Request.QueryString}\n";
        var longest = Encoding.UTF8.GetMaxByteCount(address.Length) + (int)body.Length;
        var whole = longest <= Usual ? stackalloc byte[Usual] : new byte[longest];
        var written = Encoding.UTF8.GetBytes(address, whole);
        body.CopyTo(whole[written..]);
        return SHA256.HashData(whole[..(written + (int)body.Length)]);
    }
}
