using System.Buffers.Binary;
using System.Diagnostics.Metrics;

namespace Balie.Identity.Passwords;

/// <summary>What passwords cost this process, and how many people still have a hash that is weaker than those of today.</summary>
internal sealed class PasswordMeter : IDisposable
{
    // Format 3 of the hasher: one byte of version, four of the function, four of the iterations.
    private const int IterationsAt = 5;

    private readonly Meter _meter;
    private readonly Counter<int> _checked;

    public PasswordMeter(IMeterFactory factory)
    {
        _meter = factory.Create("Balie.Identity");
        _checked = _meter.CreateCounter<int>("balie.identity.passwords.checked", "{password}", "Passwords compared with a hash");
    }

    /// <summary>A password was compared with this hash, which says how much that cost.</summary>
    public void Checked(string hash) =>
        _checked.Add(1, new KeyValuePair<string, object?>(
            "iterations", BinaryPrimitives.ReadInt32BigEndian(Convert.FromBase64String(hash).AsSpan(IterationsAt))));

    public void Dispose() => _meter.Dispose();
}
