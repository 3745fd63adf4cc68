using Balie.Payments.Attempts;
using Balie.Ui;
using Microsoft.AspNetCore.Http;

namespace Balie.Payments.Pages;

/// <summary>
/// Where an order's payment link leads: starts the payment and sends the buyer on to the provider. When that cannot be, a page says why
/// and what to do; the order stays payable. Whoever has the whole link sees the order when they come back.
/// </summary>
internal static class PayPage
{
    public static void MapRoot(IEndpointRouteBuilder root) => root.MapGet("/pay/{attemptId:guid}", Handle)
        .ShownInBrowser(RefusalPage.Write).Counted();

    /// <summary>The organisation behind a payment's address, which names the attempt alone.</summary>
    public static Task<Guid?> OrganisationOf(SystemDb db, Guid attemptId, CancellationToken ct) =>
        db.Everywhere.One<Guid?>("select org_id from payments.attempts where attempt_id = @attemptId", new { attemptId }, ct);

    public static async Task Handle(
        Guid attemptId, string? method, string? key, HttpContext http, StartPayment start, PayLinks links, SystemDb db,
        CancellationToken ct)
    {
        if (await OrganisationOf(db, attemptId, ct) is not { } orgId)
        {
            await Unknown(http);
            return;
        }
        // Whoever only looks whether the link works does not start anything.
        if (HttpMethods.IsHead(http.Request.Method)) return;
        var isBuyer = links.IsKey(attemptId, key);
        var started = await start.Run(orgId, attemptId, method, ct);
        if (started.Value is { } begun)
        {
            if (isBuyer) links.Remember(http, begun.AttemptId);
            http.Response.Redirect(begun.RedirectUrl);
            http.Response.StatusCode = StatusCodes.Status303SeeOther;
            return;
        }
        var refusal = started.Refusal ?? PaymentsRefusals.PaymentEnded;
        if (refusal.Code == PaymentsRefusals.AlreadyPaid.Code || refusal.Code == PaymentsRefusals.PaymentStarting.Code)
        {
            http.Response.Redirect(PayLinks.ReturnOf(attemptId));
            http.Response.StatusCode = StatusCodes.Status303SeeOther;
            return;
        }
        var again = isBuyer ? links.PathOf(attemptId) : PayLinks.PathWithoutKey(attemptId);
        if (await Attempt.Find(db.As(orgId), attemptId, ct) is { } attempt) await Refuse(http, orgId, attempt, again, refusal, ct);
        else await Unknown(http);
    }

    public static Task Unknown(HttpContext http)
    {
        // Nobody's order, so nobody's language: what the browser asks for.
        var texts = PayTexts.In(Reader.Of(http).Language);
        return Sheet.Write(http, StatusCodes.Status404NotFound, texts.Head("Balie"), texts.Unknown, $"""
            {Signs.Bad}
            <h1>{texts.Unknown}</h1>
            <p>{texts.UnknownMore}</p>
            """);
    }

    private static async Task Refuse(
        HttpContext http, Guid orgId, Attempt attempt, string address, Refusal refusal, CancellationToken ct)
    {
        var texts = PayTexts.In(attempt.Locale);
        var name = await PaySheet.NameOf(http.RequestServices, orgId, ct);
        var (title, more, retry) = refusal.Code switch
        {
            _ when refusal.Code == PaymentsRefusals.ProviderAway.Code => (texts.Away, texts.AwayMore, true),
            _ when refusal.Code == PaymentsRefusals.ProviderRefused.Code => (texts.Refused, texts.RefusedMore, true),
            _ when refusal.Code == PaymentsRefusals.MethodUnknown.Code => (texts.Refused, texts.RefusedMore, true),
            _ when refusal.Code == PaymentsRefusals.NoAccount.Code => (texts.NoAccount, texts.NoAccountMore, true),
            _ when refusal.Code == PaymentsRefusals.ProviderMisconfigured.Code => (texts.Closed, texts.ClosedMore, true),
            _ => (texts.Ended, texts.EndedMore, false),
        };
        if (refusal.RetryAfter is { } wait) http.Response.Headers.RetryAfter = $"{(int)wait.TotalSeconds}";
        Markup again = retry ? Parts.Link(texts.Again, address) : $"";
        await Sheet.Write(http, refusal.Status, texts.Head(name), title, $"""
            {(retry ? Signs.Wait : Signs.Bad)}
            <h1>{title}</h1>
            <p role="alert">{more}</p>
            {PaySheet.Facts(texts, attempt.Description, attempt.OrderReference, attempt.Amount, null)}
            {again}
            {await PaySheet.ToOrder(http.RequestServices, orgId, texts, attempt, isPayer: false, ct)}
            """);
    }
}
