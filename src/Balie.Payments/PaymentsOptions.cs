namespace Balie.Payments;

/// <summary>The section <c>Balie:Payments</c>.</summary>
internal sealed class PaymentsOptions
{
    /// <summary>
    /// The built-in provider for trying things out, the account of every organisation that has none of its own. An installation that takes
    /// real money turns it off.
    /// </summary>
    public bool Sandbox { get; set; } = true;

    /// <summary>How long a provider may take for one answer.</summary>
    public TimeSpan ProviderTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Hosts beside the providers' own where accounts may send keys and payments, also without TLS: systems for tests. An account's
    /// settings are an organisation's; where this machine may be sent is not.
    /// </summary>
    public IList<string> TestSystems { get; } = [];

    /// <summary>How long a provider that keeps failing is left alone.</summary>
    public TimeSpan BreakFor { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Payments worked on at once by each of the workers of this process.</summary>
    public int AtOnce { get; set; } = 12;
}
