using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Balie.Payments.Providers;

/// <summary>
/// The line to one provider. Whoever asks gets an answer that was read to its end, or a <see cref="ProviderAwayException"/>: too late, cut,
/// too long, redirected, busy or broken. Keys travel in headers, and neither these nor bodies are ever in a message.
/// </summary>
internal sealed class ProviderLine(string provider, TimeSpan patience) : IDisposable
{
    private const int LargestAnswerBytes = 1 << 20;
    private static readonly TimeSpan FreshAddress = TimeSpan.FromMinutes(5);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = FreshAddress,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public async Task<ProviderReply> Send(HttpRequestMessage request, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(patience);
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            await answer.Content.LoadIntoBufferAsync(LargestAnswerBytes, limit.Token);
            var body = Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync(limit.Token));
            if (answer.StatusCode is not (>= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices) && !IsNo(answer.StatusCode))
                throw new ProviderAwayException($"{provider} answered with {(int)answer.StatusCode}.");
            return new ProviderReply(provider, answer.StatusCode, answer.Headers, body);
        }
        catch (OperationCanceledException late) when (!ct.IsCancellationRequested)
        {
            throw new ProviderAwayException($"{provider} did not answer within {patience.TotalSeconds:0.###} seconds.", late);
        }
        catch (Exception cut) when (cut is HttpRequestException or IOException)
        {
            throw new ProviderAwayException($"{provider} cannot be reached.", cut);
        }
    }

    public void Dispose() => _http.Dispose();

    private static bool IsNo(HttpStatusCode status) =>
        status is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError
            and not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests);
}

/// <summary>What a provider said: yes, or a no in the 400s.</summary>
internal sealed record ProviderReply(string Provider, HttpStatusCode Status, HttpResponseHeaders Headers, string Body)
{
    private const int LongestReason = 300;

    public bool IsYes => Status < HttpStatusCode.MultipleChoices;

    /// <summary>The answer as the provider's own shape; anything else is no sensible answer.</summary>
    public T Read<T>(JsonSerializerOptions json) where T : class =>
        TryRead<T>(json) ?? throw NotSensible($"is no {typeof(T).Name}");

    public T? TryRead<T>(JsonSerializerOptions json) where T : class
    {
        try { return JsonSerializer.Deserialize<T>(Body, json); }
        catch (JsonException) { return null; }
    }

    public ProviderAwayException NotSensible(string why) => new($"The answer of {Provider} {why}.");

    /// <summary>The no as an exception. What is said about a key may hold the key, so that is never repeated.</summary>
    public ProviderRefusedException Refusal(string code, string? reason) =>
        Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
            ? new(Refused.Account, $"{Provider} does not accept the account's key ({(int)Status}).")
            : new(code, Texts.Cut(reason is { Length: > 0 } ? reason : $"{Provider} answered with {(int)Status}.", LongestReason));
}
