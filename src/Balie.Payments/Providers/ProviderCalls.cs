using System.Collections.Concurrent;
using Balie.Payments.Sandbox;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Balie.Payments.Providers;

/// <summary>
/// The way to every provider: a time limit for each call, and a breaker for each account, so that one provider that hangs costs its own
/// buyers a sentence and nobody else anything.
/// </summary>
internal sealed partial class ProviderCalls(
    IEnumerable<IPaymentProvider> providers, IOptions<PaymentsOptions> options, ILogger<ProviderCalls> log)
{
    private const double FailingShare = 0.5;
    private const int FewestCalls = 6;
    private const int MostAccounts = 10_000;
    private static readonly TimeSpan Looked = TimeSpan.FromSeconds(30);

    /// <summary>What a circuit breaker can be asked for.</summary>
    public static readonly TimeSpan ShortestBreak = TimeSpan.FromMilliseconds(500);
    public static readonly TimeSpan LongestBreak = TimeSpan.FromDays(1);

    private readonly Dictionary<string, IPaymentProvider> _providers = providers.ToDictionary(provider => provider.Name);
    private readonly ConcurrentDictionary<Guid, ResiliencePipeline> _ways = new();

    public IEnumerable<string> Names => _providers.Keys.Where(IsThere).Order();

    /// <summary>Null also for the sandbox where an installation does without it.</summary>
    public IPaymentProvider? Find(string name) => IsThere(name) ? _providers.GetValueOrDefault(name) : null;

    /// <exception cref="ProviderAwayException">It did not answer in time, or does not answer these days.</exception>
    /// <exception cref="AccountSealedException">It cannot be asked.</exception>
    /// <exception cref="ProviderRefusedException">It said no.</exception>
    public async Task<T> Call<T>(
        ProviderAccount account, Func<IPaymentProvider, CancellationToken, Task<T>> ask, CancellationToken ct)
    {
        if (account.IsSealed) throw new AccountSealedException();
        var provider = Find(account.Provider) ?? throw new ProviderAwayException($"This installation does not know {account.Provider}.");
        if (_ways.Count > MostAccounts) _ways.Clear();
        var way = _ways.GetOrAdd(account.AccountId, Way);
        try { return await way.ExecuteAsync(async token => await ask(provider, token), ct); }
        catch (BrokenCircuitException broken)
        {
            throw new ProviderAwayException($"{account.Provider} has failed too often just now and is left alone for a moment.", broken);
        }
        catch (TimeoutRejectedException late) { throw new ProviderAwayException($"{account.Provider} did not answer in time.", late); }
    }

    private bool IsThere(string name) => name != SandboxProvider.ProviderName || options.Value.Sandbox;

    private ResiliencePipeline Way(Guid accountId) => new ResiliencePipelineBuilder()
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            FailureRatio = FailingShare,
            MinimumThroughput = FewestCalls,
            SamplingDuration = Looked,
            BreakDuration = options.Value.BreakFor,
            ShouldHandle = new PredicateBuilder().Handle<ProviderAwayException>().Handle<TimeoutRejectedException>(),
            OnOpened = _ =>
            {
                LogOpened(log, accountId, options.Value.BreakFor);
                return default;
            },
        })
        .AddTimeout(options.Value.ProviderTimeout)
        .Build();

    [LoggerMessage(Level = LogLevel.Warning, Message = "The provider of account {AccountId} keeps failing: left alone for {BreakFor}")]
    private static partial void LogOpened(ILogger log, Guid accountId, TimeSpan breakFor);
}
