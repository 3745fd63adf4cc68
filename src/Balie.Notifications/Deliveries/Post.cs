using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Balie.Notifications.Webhooks;

namespace Balie.Notifications.Deliveries;

/// <summary>A message on its way to one receiver.</summary>
internal sealed record Envelope(
    Guid MessageId, string Type, long Sequence, long PreviousSequence, string Data, DateTimeOffset OccurredAt)
{
    private sealed record Body(string Type, DateTimeOffset Timestamp, long Sequence, long PreviousSequence, JsonElement Data);

    /// <summary>The bytes that are signed and sent: the same ones for every attempt.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(
        new Body(Type, OccurredAt, Sequence, PreviousSequence, JsonElement.Parse(Data)), Json.Options);
}

/// <summary>How one attempt went.</summary>
/// <param name="Status">What the receiver answered; null when it did not.</param>
/// <param name="Error">Why the attempt counts as failed; null when it does not.</param>
/// <param name="Response">The beginning of the answer's body.</param>
internal sealed record Attempt(
    DateTimeOffset At, TimeSpan Duration, int? Status, string? Error, string? Response, TimeSpan? RetryAfter)
{
    public bool IsGone => Status == (int)HttpStatusCode.Gone;
}

/// <summary>Carries one message to one receiver, once. Whatever happens is an <see cref="Attempt"/>, never an exception.</summary>
internal sealed class Post(IOptions<WebhookOptions> options, TimeProvider clock) : IDisposable
{
    private const int MostReadBytes = 4 * 1024;
    private const int LongestResponse = 500;

    private readonly HttpClient _client = new(Outgoing.Handler(options.Value.AllowPrivate)) { Timeout = Timeout.InfiniteTimeSpan };

    public async Task<Attempt> Send(Uri url, Envelope envelope, IReadOnlyList<byte[]> secrets, CancellationToken ct)
    {
        var (at, began) = (clock.GetUtcNow(), Stopwatch.GetTimestamp());
        Attempt Ended(int? status, string? error, string? response = null, TimeSpan? retryAfter = null) =>
            new(at, Stopwatch.GetElapsedTime(began), status, error, response, retryAfter);

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(options.Value.Timeout);
        try
        {
            using var request = Request(url, envelope, secrets, at);
            using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            var status = (int)answer.StatusCode;
            var response = await ReadBeginning(answer.Content, patience.Token);
            return Ended(status, ErrorOf(status), response, RetryAfterOf(answer.Headers.RetryAfter, at));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return Ended(null, $"No answer within {options.Value.Timeout.TotalSeconds} seconds.");
        }
        catch (HttpRequestException failed)
        {
            return Ended(null, failed.InnerException is OutgoingRefusedException refused ? refused.Message : Shortened(failed.Message));
        }
        catch (IOException failed)
        {
            return Ended(null, Shortened(failed.Message));
        }
    }

    public void Dispose() => _client.Dispose();

    private static HttpRequestMessage Request(Uri url, Envelope envelope, IReadOnlyList<byte[]> secrets, DateTimeOffset at)
    {
        var (id, body) = (Signatures.IdOf(envelope.MessageId), envelope.Write());
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.ParseAdd("Balie-Webhooks/1");
        request.Headers.Add(Signatures.IdHeader, id);
        request.Headers.Add(Signatures.TimestampHeader, Signatures.Timestamp(at));
        request.Headers.Add(Signatures.SignatureHeader, Signatures.Sign(secrets, id, at, body));
        return request;
    }

    private static string? ErrorOf(int status) => status switch
    {
        >= 200 and < 300 => null,
        >= 300 and < 400 => "Answered with a redirect, which is not followed. Register the final address.",
        410 => "Answered that it is gone.",
        _ => $"Answered with {status}.",
    };

    private static TimeSpan? RetryAfterOf(RetryConditionHeaderValue? header, DateTimeOffset now) => header?.Delta ?? header?.Date - now;

    // Enough for a person to see what the receiver complains of; the rest is never read.
    private static async Task<string> ReadBeginning(HttpContent content, CancellationToken ct)
    {
        var buffer = new byte[MostReadBytes];
        await using var stream = await content.ReadAsStreamAsync(ct);
        var read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        return Shortened(Encoding.UTF8.GetString(buffer, 0, read));
    }

    // Text that PostgreSQL can hold: what a stranger sends may be anything.
    private static string Shortened(string text)
    {
        var readable = string.Concat(text.EnumerateRunes().Select(rune => Rune.IsControl(rune) ? " " : rune.ToString()));
        return readable.Length <= LongestResponse ? readable : $"{readable[..(LongestResponse - 1)].TrimEnd('\uD800')}…";
    }
}
