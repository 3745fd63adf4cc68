using System.Text;
using Balie.Payments.Attempts;
using Balie.Payments.ProviderAccounts;
using Balie.Payments.Providers;
using Balie.Payments.Webhooks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Balie.Payments.Sandbox;

/// <summary>
/// Posts the sandbox's webhooks to where every provider posts them, signed at that moment, over HTTP and again until they are taken. A
/// process that listens nowhere hands them over within.
/// </summary>
internal sealed class DeliverWebhooks(
    SystemDb db, AccountBook accounts, SiteAddress site, SandboxProvider sandbox, ILogger<DeliverWebhooks> log) : IDisposable
{
    public const string Channel = "payments_sandbox";
    private const int MostTries = 12;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        Timeout = LongestCall,
    };

    public sealed record Due(Guid OrgId, Guid DeliveryId, Guid AccountId, string Body, int Tries);

    public Task<Due[]> Take(int atMost, CancellationToken ct) =>
        db.Everywhere.Many<Due>(TakeDue, new { db.Everywhere.Now, firstPauseSeconds = FirstPause.TotalSeconds, atMost }, ct);

    public async Task Run(Due due, CancellationToken ct)
    {
        var organisation = db.As(due.OrgId);
        if (await accounts.Find(due.OrgId, due.AccountId, ct) is not { } account) return;
        var (taken, answer) = account.IsSealed ? (false, AccountSealedException.What) : await Send(account, due.Body, organisation.Now, ct);
        await organisation.Run(taken ? Delivered : due.Tries >= MostTries ? GiveUp : Note,
            new { due.DeliveryId, answer = AttemptLog.Clip(answer, 200), organisation.Now }, ct);
    }

    public void Dispose() => _http.Dispose();

    private Task<(bool Taken, string Answer)> Send(ProviderAccount account, string body, DateTimeOffset now, CancellationToken ct)
    {
        var signature = SandboxSettings.Read(account.Settings).Sign(body, now);
        return site.Local is { } local
            ? Post($"{local}{AccountBook.PathOf(account.Provider, account.AccountId)}", body, signature, ct)
            : HandOver(account, body, signature, ct);
    }

    private async Task<(bool Taken, string Answer)> Post(string url, string body, string signature, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation(SandboxProvider.SignatureHeader, signature);
        // An installation may answer for its public name alone.
        if (site.IsPublic) request.Headers.Host = new Uri(site.Base).Authority;
        try
        {
            using var answer = await _http.SendAsync(request, ct);
            return (answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}");
        }
        catch (Exception away) when (away is HttpRequestException or TaskCanceledException && !ct.IsCancellationRequested)
        {
            return (false, away.GetType().Name);
        }
    }

    private async Task<(bool Taken, string Answer)> HandOver(
        ProviderAccount account, string body, string signature, CancellationToken ct)
    {
        var headers = new HeaderDictionary { [SandboxProvider.SignatureHeader] = signature };
        var request = new WebhookRequest(headers, Encoding.UTF8.GetBytes(body), new Dictionary<string, StringValues>());
        var (status, _) = await ReceiveWebhook.Take(account, sandbox, request, db, log, ct);
        return (status < StatusCodes.Status300MultipleChoices, $"{status}");
    }

    private const string TakeDue = """
        update payments.sandbox_deliveries
        set tries = tries + 1, due_at = @now + make_interval(secs => @firstPauseSeconds * power(2, least(tries, 12)))
        from (
            select org_id, delivery_id
            from payments.sandbox_deliveries
            where due_at <= @now
            order by due_at
            limit @atMost
            for update skip locked
        ) due
        where sandbox_deliveries.org_id = due.org_id and sandbox_deliveries.delivery_id = due.delivery_id
        returning sandbox_deliveries.org_id, sandbox_deliveries.delivery_id, sandbox_deliveries.account_id, sandbox_deliveries.body,
            sandbox_deliveries.tries
        """;

    private const string Delivered = """
        update payments.sandbox_deliveries
        set due_at = null, delivered_at = @now, answer = @answer
        where org_id = @orgId and delivery_id = @deliveryId
        """;

    private const string GiveUp = """
        update payments.sandbox_deliveries set due_at = null, answer = @answer where org_id = @orgId and delivery_id = @deliveryId
        """;

    private const string Note = """
        update payments.sandbox_deliveries set answer = @answer where org_id = @orgId and delivery_id = @deliveryId
        """;
}
