using System.Collections.Frozen;
using Balie.Payments.Providers;

namespace Balie.Payments.Attempts;

/// <summary>
/// The life of an attempt as one table. It only goes up: a success after a failure wins, because people try again within the same payment
/// at the provider, and a failure after a success is noted and ignored.
/// </summary>
internal static class AttemptStates
{
    private static readonly FrozenDictionary<AttemptState, AttemptState[]> Next = new Dictionary<AttemptState, AttemptState[]>
    {
        [AttemptState.Created] =
        [
            AttemptState.Pending, AttemptState.Failed, AttemptState.Cancelled, AttemptState.Expired, AttemptState.Authorised,
            AttemptState.Captured,
        ],
        [AttemptState.Pending] =
            [AttemptState.Failed, AttemptState.Cancelled, AttemptState.Expired, AttemptState.Authorised, AttemptState.Captured],
        [AttemptState.Failed] = [AttemptState.Authorised, AttemptState.Captured],
        [AttemptState.Cancelled] = [AttemptState.Authorised, AttemptState.Captured],
        [AttemptState.Expired] = [AttemptState.Authorised, AttemptState.Captured],
        [AttemptState.Authorised] = [AttemptState.Voided, AttemptState.AuthorisationExpired, AttemptState.Captured],
        [AttemptState.Voided] = [AttemptState.Captured],
        [AttemptState.AuthorisationExpired] = [AttemptState.Captured],
        [AttemptState.Captured] = [AttemptState.ChargedBack],
        // A dispute that was won.
        [AttemptState.ChargedBack] = [AttemptState.Captured],
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<AttemptState, string> Names = Enum.GetValues<AttemptState>().ToFrozenDictionary(
        state => state, state => Snake(state.ToString()));

    private static readonly FrozenDictionary<string, AttemptState> ByName =
        Names.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>
    /// The states on the way from one to another, the last one included; empty when there is nothing to do, null when there is no way.
    /// Between two looks a provider may have gone through several.
    /// </summary>
    public static IReadOnlyList<AttemptState>? Path(AttemptState from, AttemptState to)
    {
        if (from == to) return [];
        var (reached, waiting) = (new Dictionary<AttemptState, AttemptState> { [from] = from }, new Queue<AttemptState>([from]));
        while (waiting.TryDequeue(out var at))
        {
            foreach (var next in Next[at])
            {
                if (!reached.TryAdd(next, at)) continue;
                if (next == to) return Back(reached, from, to);
                waiting.Enqueue(next);
            }
        }
        return null;
    }

    public static string Name(this AttemptState state) => Names[state];

    public static bool Exist(string name) => ByName.ContainsKey(name);

    public static AttemptState Read(string name) => ByName[name];

    /// <summary>The buyer can still pay it.</summary>
    public static bool IsOpen(this AttemptState state) => state is AttemptState.Created or AttemptState.Pending;

    /// <summary>It ended without money; another attempt may follow.</summary>
    public static bool IsLost(this AttemptState state) =>
        state is AttemptState.Failed or AttemptState.Cancelled or AttemptState.Expired or AttemptState.Voided
            or AttemptState.AuthorisationExpired;

    private static List<AttemptState> Back(Dictionary<AttemptState, AttemptState> reached, AttemptState from, AttemptState to)
    {
        var path = new List<AttemptState>();
        for (var at = to; at != from; at = reached[at]) path.Add(at);
        path.Reverse();
        return path;
    }

    private static string Snake(string name) => string.Concat(name.Select((letter, at) =>
        char.IsUpper(letter) ? (at > 0 ? "_" : "") + char.ToLowerInvariant(letter) : letter.ToString()));
}
