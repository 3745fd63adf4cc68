using System.Security.Cryptography;
using System.Text;

namespace Balie.Orders.Remote;

/// <summary>Orders in another process: where, and how the two know each other. Nothing of this is needed where everything is one.</summary>
internal sealed class RemoteOptions
{
    private const int ShortestKey = 32;

    /// <summary>Where Orders lives, such as <c>http://10.0.0.5:5000</c>. Used while the policy <c>ordersRemote</c> says so.</summary>
    public string Remote { get; set; } = "";

    /// <summary>
    /// The shared key, or several with commas between them while one takes another's place: the first is shown, all are accepted.
    /// </summary>
    public string Key { get; set; } = "";

    public TimeSpan RemoteTimeout { get; set; } = TimeSpan.FromSeconds(2);

    public string[] Keys => Key.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public Uri? Address => Uri.TryCreate(Remote, UriKind.Absolute, out var address) ? address : null;

    public bool Accepts(string shown)
    {
        // Hashes are of one length, so how long this takes tells nothing of the keys; and all are looked at.
        var (hash, accepted) = (SHA256.HashData(Encoding.UTF8.GetBytes(shown)), false);
        foreach (var key in Keys) accepted |= CryptographicOperations.FixedTimeEquals(hash, SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        return accepted;
    }

    /// <summary>What is wrong with it, for whoever starts the program.</summary>
    public static readonly (Func<RemoteOptions, bool> Holds, string Else)[] Rules =
    [
        (options => options.Remote.Length == 0 || options.Address is { Scheme: "http" or "https" },
            "Balie:Orders:Remote must be an address such as http://10.0.0.5:5000."),
        (options => options.Remote.Length == 0 || options.Keys.Length > 0, "Balie:Orders:Remote needs a Balie:Orders:Key."),
        (options => options.Keys.All(key => key.Length >= ShortestKey), "Every key in Balie:Orders:Key must have at least 32 characters."),
        (options => options.RemoteTimeout > TimeSpan.Zero, "Balie:Orders:RemoteTimeout must be positive."),
    ];
}
