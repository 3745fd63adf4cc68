using System.Security.Cryptography;
using System.Text;

namespace Balie.Testing.Payments;

/// <summary>
/// What a provider remembers of idempotency keys: the parameters under a key, and the answer. What was refused before it began is not
/// remembered.
/// </summary>
public sealed class FakeKeys
{
    private readonly Dictionary<string, (string Parameters, FakeAnswer Answer)> _records = [];
    private readonly HashSet<string> _busy = [];

    /// <summary>Calls that were answered from memory.</summary>
    public int Replays { get; private set; }

    /// <summary>From now on another call is being worked on under the key, until <see cref="Free"/>.</summary>
    public void Occupy(string key) => _busy.Add(key);

    public void Free(string key) => _busy.Remove(key);

    /// <summary>Forgets everything, as time does.</summary>
    public void Forget() => _records.Clear();

    public FakeAnswer Once(
        FakeCall call, Func<FakeAnswer> act, Func<FakeAnswer> isBusy, Func<FakeAnswer> isOther, Func<FakeAnswer, FakeAnswer> replayed)
    {
        var key = call.Header("Idempotency-Key");
        if (call.Method == "GET" || key.Length == 0) return act();
        if (_busy.Contains(key)) return isBusy();
        var parameters = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{call} {call.Body}")));
        if (_records.TryGetValue(key, out var record))
        {
            if (record.Parameters != parameters) return isOther();
            Replays++;
            return replayed(record.Answer);
        }
        var answer = act();
        if (answer.Status is < 300 or >= 500) _records[key] = (parameters, answer);
        return answer;
    }
}
