using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Balie.Bench;

/// <summary>
/// Guests who buy a ticket each, one after another, as a browser does it: cart, order, payment at the sandbox's page, and back to an order
/// that is confirmed and has its tickets. The payment comes in by the sandbox's webhook, signed and over HTTP.
/// </summary>
internal sealed class Till(Uri address, Guid eventId, Watch watch) : IDisposable
{
    private const string SandboxPath = "/sandbox/payments/";
    private static readonly TimeSpan BeforeAgain = TimeSpan.FromMilliseconds(100);
    private static readonly object Paid = new { outcome = "paid" };

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        BaseAddress = address,
    };

    /// <summary>How often it was told to come again.</summary>
    public int SentAway { get; private set; }

    /// <returns>From the first request until the confirmed order was seen.</returns>
    public async Task<TimeSpan> Buy(CancellationToken ct)
    {
        var began = Stopwatch.GetTimestamp();
        var email = $"{Guid.CreateVersion7():n}@example.org";
        var (orderId, bookingId) = await Pay(email, ct);
        await watch.Tickets(bookingId, ct);
        var order = await Send(HttpMethod.Get, $"/api/v1/orders/{orderId}?email={email}", null, null, ct);
        return order.GetProperty("status").GetString() == "confirmed"
            ? Stopwatch.GetElapsedTime(began)
            : throw new InvalidOperationException($"Order {orderId} has tickets and is {order.GetProperty("status")}.");
    }

    /// <summary>Until the bank has the money; what follows from it happens by itself.</summary>
    public async Task<(Guid OrderId, Guid BookingId)> Pay(string email, CancellationToken ct)
    {
        var cart = await Send(HttpMethod.Post, "/api/v1/cart/lines",
            new { kind = "tickets", offer = new { eventId, quantity = 1 } }, null, ct);
        var order = await Send(HttpMethod.Post, "/api/v1/orders",
            new { acceptedTerms = true, buyer = new { name = "Bench", email } }, cart.GetProperty("cart").GetString(), ct);
        var attemptId = new Uri(order.GetProperty("paymentUrl").GetString() ?? "").Segments[^1];
        var started = await Send(HttpMethod.Post, $"/api/v1/payments/{attemptId}/start", new { }, null, ct);
        var reference = (started.GetProperty("redirectUrl").GetString() ?? "").Split('/')[^1];
        await Send(HttpMethod.Post, $"{SandboxPath}{reference}/outcome", Paid, null, ct);
        return (order.GetProperty("id").GetGuid(), cart.GetProperty("lines")[0].GetProperty("id").GetGuid());
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> Send(HttpMethod method, string path, object? body, string? cart, CancellationToken ct)
    {
        var key = Guid.CreateVersion7().ToString();
        while (true)
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.Add("Idempotency-Key", key);
            if (body is not null) request.Content = JsonContent.Create(body, options: Json.Options);
            if (cart is not null) request.Headers.Add("X-Cart", cart);
            using var answer = await _http.SendAsync(request, ct);
            var bytes = await answer.Content.ReadAsByteArrayAsync(ct);
            if (answer.IsSuccessStatusCode) return JsonElement.Parse(bytes).GetProperty("data");
            if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
                throw new InvalidOperationException($"{path} answered {(int)answer.StatusCode}: {Encoding.UTF8.GetString(bytes)}");
            // Too busy, it says, and to come again: the same request under the same key.
            SentAway++;
            await Task.Delay(BeforeAgain, ct);
        }
    }
}
