using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Balie.Identity.Organisations;
using Balie.Identity.Tokens;

namespace Balie.Identity.Callers;

/// <summary>
/// Turns credentials into callers. A credential that was verified once is remembered by its SHA-256 together with the organisation it
/// asked for, so nearly every request costs one look-up and no allocation; the database is asked again after five minutes, or as soon as
/// a signal says that the session, person or key changed. While nobody hears signals, memory is not trusted and each request asks.
/// </summary>
internal sealed class KnownCallers : ICallers
{
    /// <summary>The payload is the id of a session, person, API key or organisation that is not what it was.</summary>
    public const string Channel = "identity_callers";

    private const int Generation = 50_000;

    private readonly Recent<CredentialKey, Known> _known = new(Generation);
    private readonly SystemDb _db;
    private readonly SigningKeys _keys;
    private readonly OrganisationDirectory _organisations;
    private readonly Signals _signals;
    private readonly TimeProvider _clock;
    private readonly IdentityOptions _options;
    private long _news;

    public KnownCallers(
        SystemDb db, SigningKeys keys, OrganisationDirectory organisations, Signals signals, TimeProvider clock,
        IOptions<IdentityOptions> options)
    {
        (_db, _keys, _organisations, _signals, _clock, _options) = (db, keys, organisations, signals, clock, options.Value);
        signals.On(Channel, Hear, HearAnything);
    }

    /// <summary>A credential within an organisation: 256 bits of hash cannot be made to collide, and hold no secret.</summary>
    private readonly record struct CredentialKey(UInt128 First, UInt128 Second, Guid OrgId);

    private sealed class Known(Caller caller, DateTimeOffset goodUntil)
    {
        private volatile bool _outdated;

        public Caller Caller => caller;

        public bool IsGood(DateTimeOffset now) => !_outdated && goodUntil > now;

        public bool Concerns(Guid id) => caller.Identity == id || caller.SessionId == id || caller.OrgId == id;

        public void Outdate() => _outdated = true;
    }

    private sealed record SessionRow(string Email, string Role);

    private sealed class KeyRow
    {
        public Guid KeyId { get; init; }
        public string[] Scopes { get; init; } = [];
        public DateTimeOffset? ExpiresAt { get; init; }
        public DateTimeOffset? LastUsedAt { get; init; }
    }

    public async ValueTask<Guid?> FindOrganisation(string? slugOrId, string host, CancellationToken ct) =>
        (await _organisations.Now(ct)).Find(slugOrId, host);

    public ValueTask<Caller?> Recognise(Credential credential, Guid orgId, CancellationToken ct)
    {
        if (credential.Value.Length is 0 or > Jwt.LongestToken || KeyOf(credential.Value, orgId) is not { } key) return default;
        if (_signals.Listening && _known.Find(key) is { } known && known.IsGood(_clock.GetUtcNow()))
            return ValueTask.FromResult<Caller?>(known.Caller);
        return new ValueTask<Caller?>(Ask(credential, key, ct));
    }

    private async Task<Caller?> Ask(Credential credential, CredentialKey key, CancellationToken ct)
    {
        var (trusted, news) = (_signals.Listening, Volatile.Read(ref _news));
        var known = credential.Kind != CredentialKind.Cookie && ApiKeys.LooksLikeOne(credential.Value)
            ? await AskForKey(credential.Value, key.OrgId, ct)
            : credential.Kind == CredentialKind.ApiKey ? null : await AskForSession(credential.Value, key.OrgId, ct);
        if (known is null || !trusted) return known?.Caller;

        // What was read while news arrived may be from before it: good for this request, not for memory. Only after it stands in memory
        // can this be asked: later news finds it there.
        _known.Add(key, known);
        if (Volatile.Read(ref _news) != news) known.Outdate();
        return known.Caller;
    }

    private async Task<Known?> AskForSession(string token, Guid orgId, CancellationToken ct)
    {
        var now = _clock.GetUtcNow();
        if (Jwt.KeyIdOf(token) is not { } keyId || await _keys.Find(keyId, ct) is not { } signer) return null;
        if (Jwt.Verify(token, signer, _options.Issuer, _options.Audience, now) is not { } claims) return null;
        if (await _db.Everywhere.One<SessionRow>(
            SelectSession, new { claims.Sid, claims.Sub, inOrgId = orgId, now }, ct) is not { } session) return null;

        var caller = new Caller(orgId, CallerKind.User, claims.Sub, Roles.Permissions[session.Role])
        {
            SessionId = claims.Sid,
            Email = session.Email,
            Role = session.Role,
            Tier = await TierOf(orgId, ct),
        };
        return new Known(caller, Sooner(now + _options.CallerMemory, DateTimeOffset.FromUnixTimeSeconds(claims.Exp)));
    }

    private async Task<Known?> AskForKey(string key, Guid orgId, CancellationToken ct)
    {
        var now = _clock.GetUtcNow();
        var keyHash = ApiKeys.Hash(key);
        if (await _db.Everywhere.One<KeyRow>(SelectKey, new { keyHash, inOrgId = orgId, now }, ct) is not { } row) return null;
        if (row.LastUsedAt is not { } used || now - used > _options.CallerMemory)
            await _db.Everywhere.Run(NoteUse, new { inOrgId = orgId, row.KeyId, now }, ct);

        var scopes = ApiKeys.Permissions(row.Scopes).ToFrozenSet();
        var caller = new Caller(orgId, CallerKind.ApiKey, row.KeyId, scopes) { Tier = await TierOf(orgId, ct) };
        return new Known(caller, Sooner(now + _options.CallerMemory, row.ExpiresAt ?? DateTimeOffset.MaxValue));
    }

    private async ValueTask<string> TierOf(Guid orgId, CancellationToken ct) => (await _organisations.Now(ct)).See(orgId)?.Tier ?? "";

    private void Hear(string payload)
    {
        if (!Guid.TryParse(payload, out var id)) return;
        Interlocked.Increment(ref _news);
        _known.Each(known => { if (known.Concerns(id)) known.Outdate(); });
    }

    private void HearAnything()
    {
        Interlocked.Increment(ref _news);
        _known.Each(known => known.Outdate());
    }

    private static CredentialKey? KeyOf(string credential, Guid orgId)
    {
        Span<byte> text = stackalloc byte[Jwt.LongestToken];
        // Tokens and keys are plain ASCII; anything else is neither.
        if (Ascii.FromUtf16(credential, text, out var length) != OperationStatus.Done) return null;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..length], hash);
        return new CredentialKey(
            BinaryPrimitives.ReadUInt128LittleEndian(hash), BinaryPrimitives.ReadUInt128LittleEndian(hash[16..]), orgId);
    }

    private static DateTimeOffset Sooner(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private const string SelectSession = """
        select users.email, coalesce(members.role, 'customer') as role
        from identity.sessions
        join identity.users on users.user_id = sessions.user_id
        left join identity.members on members.org_id = @inOrgId and members.user_id = users.user_id
        where sessions.session_id = @sid and sessions.user_id = @sub
          and sessions.ended_at is null and sessions.expires_at > @now
          and users.verified_at is not null and users.disabled_at is null
        """;

    private const string SelectKey = """
        select key_id, scopes, expires_at, last_used_at
        from identity.api_keys
        where key_hash = @keyHash and org_id = @inOrgId and revoked_at is null and (expires_at is null or expires_at > @now)
        """;

    private const string NoteUse = "update identity.api_keys set last_used_at = @now where org_id = @inOrgId and key_id = @keyId";
}
