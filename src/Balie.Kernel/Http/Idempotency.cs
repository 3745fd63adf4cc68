using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

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
public sealed class IdempotentRequest(Guid orgId, Guid key, Guid caller, string route, byte[] fingerprint, int status)
{
    /// <summary>The scope's parts and the row's values, for statements that store them together with many others.</summary>
    public Guid OrgId => orgId;
    public Guid Key => key;
    public Guid Caller => caller;
    public string Route => route;
    public byte[] Fingerprint => fingerprint;
    public int Status => status;

    private sealed record Stored(byte[] Fingerprint, short Status, byte[] Body);

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
        return tx.Run(Store, new { key, caller, route, status = (short)status, body = answer.Body.ToArray() }, ct);
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

    private const string Store = """
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
        var body = await ReadBody(http);
        var request = new IdempotentRequest(
            caller.OrgId, key, caller.Identity, RouteOf(http, endpoint), Fingerprint(http, body), AnswersWith.StatusOf(http));
        http.Features.Set(request);
        var earlier = wants.LooksItself ? null : await request.Find(http.RequestServices.GetRequiredService<Db>(), http.RequestAborted);
        if (earlier is null) await next(http);
        else await earlier.Write(http);
    }

    /// <summary>One UUID, bare or quoted; two headers, two values or anything else is malformed.</summary>
    private static Guid ReadKey(HttpContext http)
    {
        var sent = http.Request.Headers[KeyHeader];
        if (sent.Count == 0 || (sent.Count == 1 && string.IsNullOrEmpty(sent[0]))) throw new RefusedException(KernelRefusals.IdempotencyKeyRequired);
        var text = sent[0].AsSpan();
        if (text is ['"', .. var inner, '"']) text = inner;
        return sent.Count == 1 && Guid.TryParseExact(text, "D", out var key) ? key : throw new RefusedException(KernelRefusals.IdempotencyKeyMalformed);
    }

    private static string RouteOf(HttpContext http, Endpoint endpoint) => $"{http.Request.Method} {(endpoint as RouteEndpoint)?.RoutePattern.RawText}";

    private static async Task<ReadOnlyMemory<byte>> ReadBody(HttpContext http)
    {
        var whole = new MemoryStream((int)Math.Min(http.Request.ContentLength ?? 256, 64 * 1024));
        await http.Request.Body.CopyToAsync(whole, http.RequestAborted);
        whole.Position = 0;
        http.Request.Body = whole;
        return whole.GetBuffer().AsMemory(0, (int)whole.Length);
    }

    private static byte[] Fingerprint(HttpContext http, ReadOnlyMemory<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(http.Request.Path + http.Request.QueryString.ToString() + "\n"));
        hash.AppendData(body.Span);
        return hash.GetHashAndReset();
    }
}
