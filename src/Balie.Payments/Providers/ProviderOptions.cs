namespace Balie.Payments.Providers;

/// <summary>The installation's word on the way to providers (<c>Balie:Payments:Providers</c>).</summary>
internal sealed class ProviderOptions
{
    public static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(1);

    /// <summary>For a whole call, from the first byte to the last.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Hosts beside the providers' own where accounts may send their keys and payments, also without TLS: systems for tests. An account's
    /// settings are an organisation's; where this machine may speak to is not.
    /// </summary>
    public IList<string> TestSystems { get; } = [];
}
