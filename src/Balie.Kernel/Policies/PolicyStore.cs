using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Balie.Kernel;

/// <summary>The policies that apply to an organisation, from memory.</summary>
public sealed class PolicyStore
{
    internal const string Channel = "balie_policies";

    private readonly Remembered<Guid, Policies> _known;
    private readonly SystemDb _db;

    public PolicyStore(SystemDb db, Signals signals, IOptions<Policies> defaults, TimeProvider clock)
    {
        (_db, Defaults) = (db, defaults.Value);
        _known = new(signals, clock, Channel, Guid.TryParse, Read);
    }

    /// <summary>What applies where an organisation decided nothing, and before anybody knows the organisation.</summary>
    public Policies Defaults { get; }

    public ValueTask<Policies> Of(Guid orgId, CancellationToken ct) => _known.Of(orgId, ct);

    internal void Forget(Guid orgId) => _known.Forget(orgId);

    private async Task<Policies> Read(Guid orgId)
    {
        var own = await _db.Aside(orgId).One<string>(SelectOwn, null, CancellationToken.None);
        return own is null ? Defaults : Figures.Over(Defaults, JsonElement.Parse(own));
    }

    private const string SelectOwn = "select own::text from kernel.policies where org_id = @orgId order by version desc limit 1";
}
