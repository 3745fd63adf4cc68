using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Balie.Contracts.Orders;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Balie.Orders.Remote;

/// <summary>
/// Orders in another process: a time limit for each try, a few tries under one key, and a breaker, so that one that hangs is left alone for
/// a moment. What it refuses is refused here in the same words.
/// </summary>
internal sealed partial class HttpOrders : IOrders, IDisposable
{
    private const int Retries = 2;
    private const double FailingShare = 0.5;
    private const int FewestCalls = 6;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Looked = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LeftAlone = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(2);

    private readonly HttpClient _http;
    private readonly ResiliencePipeline<HttpResponseMessage> _way;
    private readonly ILogger<HttpOrders> _log;

    public HttpOrders(IOptions<RemoteOptions> options, ILogger<HttpOrders> log)
    {
        _log = log;
        _http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = ConnectionLife, AllowAutoRedirect = false })
        {
            BaseAddress = options.Value.Address,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (options.Value.Keys is [var key, ..]) _http.DefaultRequestHeaders.Add(ServeOrders.KeyHeader, key);
        _way = Way(options.Value.RemoteTimeout);
    }

    public bool IsSomewhere => _http.BaseAddress is not null;

    public async Task<Kernel.Outcome<OrderView>> PlaceForHold(Guid orgId, PlaceForHold request, CancellationToken ct)
    {
        try
        {
            // One hold, one order: whatever was lost on the way, the same question has the same answer.
            return await Ask<OrderView>(() => new HttpRequestMessage(HttpMethod.Post, $"{ServeOrders.Base}/{orgId}")
            {
                Headers = { { "Idempotency-Key", request.HoldId.ToString() } },
                Content = JsonContent.Create(request, options: Json.Options),
            }, ct);
        }
        catch (Exception away) when (IsAway(away, ct)) { return OrdersRefusals.OrdersAway; }
    }

    public async Task<IReadOnlyList<OrderView>> See(Guid orgId, IReadOnlyList<Guid> orderIds, CancellationToken ct)
    {
        try
        {
            var named = string.Join('&', orderIds.Select(id => $"{ServeOrders.IdParameter}={id}"));
            var seen = await Ask<OrderView[]>(() => new HttpRequestMessage(HttpMethod.Get, $"{ServeOrders.Base}/{orgId}?{named}"), ct);
            return seen.Refusal is null ? seen.Value ?? [] : throw new RefusedException(seen.Refusal);
        }
        catch (Exception away) when (IsAway(away, ct)) { throw new RefusedException(OrdersRefusals.OrdersAway); }
    }

    public void Dispose() => _http.Dispose();

    private async Task<Kernel.Outcome<T>> Ask<T>(Func<HttpRequestMessage> question, CancellationToken ct) where T : class
    {
        using var answer = await _way.ExecuteAsync(async token =>
        {
            using var request = question();
            return await _http.SendAsync(request, token);
        }, ct);
        if (answer.IsSuccessStatusCode)
        {
            var told = await answer.Content.ReadFromJsonAsync<Envelope<T>>(Json.Options, ct);
            return told?.Data ?? throw new JsonException("Orders answered without what was asked.");
        }
        return await RefusalIn.Of(answer, ct);
    }

    private static bool IsAway(Exception problem, CancellationToken ct) => !ct.IsCancellationRequested && problem
        is HttpRequestException or TimeoutRejectedException or BrokenCircuitException or JsonException or IOException
        or OperationCanceledException;

    // A refusal is an answer. What hints at another process in trouble is tried again, and counted.
    private static bool IsTrouble(HttpResponseMessage answer) =>
        answer.StatusCode is >= HttpStatusCode.InternalServerError or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;

    private ResiliencePipeline<HttpResponseMessage> Way(TimeSpan limit)
    {
        var trouble = new PredicateBuilder<HttpResponseMessage>()
            .Handle<HttpRequestException>().Handle<TimeoutRejectedException>().Handle<IOException>().HandleResult(IsTrouble);
        return new ResiliencePipelineBuilder<HttpResponseMessage>()
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = Retries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = FirstPause,
                ShouldHandle = trouble,
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpResponseMessage>
            {
                FailureRatio = FailingShare,
                MinimumThroughput = FewestCalls,
                SamplingDuration = Looked,
                BreakDuration = LeftAlone,
                ShouldHandle = trouble,
                OnOpened = _ =>
                {
                    LogOpened(_log, LeftAlone);
                    return default;
                },
            })
            .AddTimeout(limit)
            .Build();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Orders in the other process keeps failing: left alone for {LeftAlone}")]
    private static partial void LogOpened(ILogger log, TimeSpan leftAlone);
}
