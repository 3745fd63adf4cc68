using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Balie.Kernel;

/// <summary>
/// The policies that apply to an organisation, from memory: bounded, and dropped when another process says that they changed. While nobody
/// listens, nothing is trusted longer than a second.
/// </summary>
public sealed class PolicyStore
{
    internal const string Channel = "balie_policies";
    private const int MostOrganisations = 10_000;
    private static readonly TimeSpan TrustedUnheard = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TrustedAtMost = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<Guid, (Policies Policies, long ReadAt)> _known = new();
    private readonly SystemDb _db;
    private readonly Signals _signals;
    private readonly TimeProvider _clock;
    private int _forgotten;

    public PolicyStore(SystemDb db, Signals signals, IOptions<Policies> defaults, TimeProvider clock)
    {
        (_db, _signals, _clock, Defaults) = (db, signals, clock, defaults.Value);
        signals.On(Channel, organisation => { if (Guid.TryParse(organisation, out var orgId)) Forget(orgId); }, ForgetAll);
    }

    /// <summary>What applies where an organisation decided nothing, and before anybody knows the organisation.</summary>
    public Policies Defaults { get; }

    public ValueTask<Policies> Of(Guid orgId, CancellationToken ct) =>
        _known.TryGetValue(orgId, out var known) && IsFresh(known.ReadAt) ? ValueTask.FromResult(known.Policies) : new(Load(orgId, ct));

    internal void Forget(Guid orgId)
    {
        Interlocked.Increment(ref _forgotten);
        _known.TryRemove(orgId, out _);
    }

    private void ForgetAll()
    {
        Interlocked.Increment(ref _forgotten);
        _known.Clear();
    }

    private bool IsFresh(long readAt) => _clock.GetElapsedTime(readAt) < (_signals.Listening ? TrustedAtMost : TrustedUnheard);

    private async Task<Policies> Load(Guid orgId, CancellationToken ct)
    {
        var (forgotten, readAt) = (Volatile.Read(ref _forgotten), _clock.GetTimestamp());
        var own = await _db.As(orgId).One<string>(SelectOwn, null, ct);
        var policies = own is null ? Defaults : Figures.Over(Defaults, JsonElement.Parse(own));
        if (_known.Count >= MostOrganisations) _known.Clear();
        // What was read before somebody said "changed" may be what it was before the change.
        if (forgotten == Volatile.Read(ref _forgotten)) _known[orgId] = (policies, readAt);
        return policies;
    }

    private const string SelectOwn = "select own::text from kernel.policies where org_id = @orgId order by version desc limit 1";
}
