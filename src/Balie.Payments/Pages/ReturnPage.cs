using Balie.Payments.Attempts;
using Balie.Payments.ProviderAccounts;
using Balie.Payments.Providers;
using Balie.Ui;
using Microsoft.AspNetCore.Http;

namespace Balie.Payments.Pages;

/// <summary>
/// Where a buyer comes back to. Coming back proves nothing: the page asks the provider, by the same routine as the webhook, and shows what
/// is true. While the bank is busy it looks again by itself, less and less often. The browser that went to pay with the buyer's own link is
/// led to the order, once that is paid; anybody else is asked there who they are.
/// </summary>
internal static class ReturnPage
{
    private static readonly int[] Pauses = [2, 2, 3, 5, 8, 15, 30];
    private const int MostLooks = 60;

    public static void MapRoot(IEndpointRouteBuilder root) => root.MapGet("/pay/{attemptId:guid}/return", Handle)
        .ShownInBrowser(RefusalPage.Write).Counted();

    public static async Task Handle(
        Guid attemptId, int? look, HttpContext http, SyncAttempt sync, PayLinks links, SystemDb db, CancellationToken ct)
    {
        if (await PayPage.OrganisationOf(db, attemptId, ct) is not { } orgId
            || await Attempt.Find(db.As(orgId), attemptId, ct) is not { } before)
        {
            await PayPage.Unknown(http);
            return;
        }
        if (before.Stands.IsOpen() && before.StartedAt is not null)
        {
            try { await sync.Run(orgId, attemptId, new("buyer", "came back"), ct); }
            // Then it is shown as it stands here; the webhook or the clock will find out.
            catch (Exception away) when (away is ProviderAwayException or ProviderRefusedException) { }
        }
        var attempt = await Attempt.Find(db.As(orgId), attemptId, ct) ?? before;
        await Show(http, orgId, attempt, Math.Clamp(look ?? 0, 0, MostLooks), links, db, ct);
    }

    private static async Task Show(
        HttpContext http, Guid orgId, Attempt attempt, int look, PayLinks links, SystemDb db, CancellationToken ct)
    {
        var isPayer = links.IsPayer(http, attempt.AttemptId);
        var texts = PayTexts.In(attempt.Locale);
        var name = await PaySheet.NameOf(http.RequestServices, orgId, ct);
        var mayRetry = attempt.StoppedAt is null && attempt.ExpiresAt > db.Everywhere.Now;
        var (sign, title, more, link) = attempt.Stands switch
        {
            AttemptState.Captured or AttemptState.ChargedBack => (Signs.Good, texts.Paid, texts.PaidMore, null),
            AttemptState.Authorised => (Signs.Good, texts.Reserved, texts.ReservedMore, null),
            AttemptState.Pending => (Signs.Busy, texts.Busy, texts.BusyMore, null),
            AttemptState.Created when mayRetry => (Signs.Wait, texts.Open, texts.OpenMore, texts.Continue),
            AttemptState.Failed => (Signs.Bad, texts.Failed, texts.FailedMore, texts.Again),
            AttemptState.Cancelled => (Signs.Bad, texts.Cancelled, texts.CancelledMore, texts.Again),
            _ => (Signs.Bad, texts.Expired, texts.ExpiredMore, texts.Again),
        };
        var busy = attempt.Stands == AttemptState.Pending && look < MostLooks;
        var page = isPayer ? links.PathOf(attempt.AttemptId) : PayLinks.PathWithoutKey(attempt.AttemptId);
        Markup next = link is not null && mayRetry ? Parts.Link(link, page)
            : busy ? Parts.Link(texts.Look, $"{PayLinks.ReturnOf(attempt.AttemptId)}?look={look + 1}", isQuiet: true)
            : $"";
        var isPaid = attempt.Stands is AttemptState.Captured or AttemptState.Authorised;
        var method = isPaid && attempt is { AccountId: { } account, Method: { } used }
            ? (await Methods.Of(db.As(orgId), account, ct)).FirstOrDefault(known => known.Method == used)?.Label ?? used
            : null;
        await Sheet.Write(http, StatusCodes.Status200OK, texts.Head(name), title, $"""
            {sign}
            <h1>{title}</h1>
            <p role="status">{more}</p>
            {PaySheet.Facts(texts, attempt.Description, attempt.OrderReference, attempt.Amount, method)}
            {next}
            {await PaySheet.ToOrder(http.RequestServices, orgId, texts, attempt, isPaid && isPayer, ct)}
            """, busy ? Pauses[Math.Min(look, Pauses.Length - 1)] : null);
    }
}
