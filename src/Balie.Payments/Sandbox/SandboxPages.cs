using System.Text.Json;
using Balie.Payments.Pages;
using Balie.Payments.ProviderAccounts;
using Balie.Ui;
using Microsoft.AspNetCore.Http;

namespace Balie.Payments.Sandbox;

/// <summary>The sandbox's hosted page, on which whoever tries things out is the bank.</summary>
internal static class SandboxPages
{
    private const int LongestOutcome = 40;
    private const string Form = "application/x-www-form-urlencoded";
    private static readonly string[] Others = ["slow", "pending", "failed", "cancelled", "expired"];

    public static void MapRoot(IEndpointRouteBuilder root)
    {
        root.MapGet("/sandbox/payments/{reference}", Show).ShownInBrowser().Counted();
        root.MapPost("/sandbox/payments/{reference}/outcome", Choose).ShownInBrowser().Counted();
    }

    /// <param name="Status">What it is at the sandbox by now.</param>
    public sealed record Chosen(string Reference, string Status);

    public sealed record Choice(string Outcome);

    public static async Task Show(string reference, HttpContext http, SystemDb db, IOptions<PaymentsOptions> options, CancellationToken ct)
    {
        if (!options.Value.Sandbox || await Find(db, reference, ct) is not { } found)
        {
            await PayPage.Unknown(http);
            return;
        }
        var payment = found.At(db.Everywhere.Now);
        var texts = PayTexts.In(payment.Locale);
        var words = SandboxTexts.In(texts.Language);
        var name = await PaySheet.NameOf(http.RequestServices, payment.OrgId, ct);
        var choices = payment.Status is "open" or "failed" or "pending"
            ? Choices(payment, words)
            : (Markup)$"""<a class="button" href="{payment.ReturnUrl}">{words.Back}</a>""";
        await Sheet.Write(http, StatusCodes.Status200OK, texts.Head(name), words.Title, $"""
            <h1>{words.Title}</h1>
            <p>{words.Lead}</p>
            {PaySheet.Facts(texts, payment.Description, payment.OrderReference, payment.Amount, null)}
            {choices}
            <p class="note">{words.Status}: <strong>{words.StatusOf(payment.Status)}</strong></p>
            """);
    }

    /// <summary>For the form on the page, which sends the buyer back, and for machines, which send JSON and read it.</summary>
    public static async Task<IResult> Choose(
        string reference, HttpContext http, SystemDb db, AccountBook accounts, IOptions<PaymentsOptions> options, CancellationToken ct)
    {
        var isForm = http.Request.ContentType?.StartsWith(Form, StringComparison.OrdinalIgnoreCase) is true;
        var outcome = await (isForm ? InForm(http.Request, ct) : InJson(http.Request, ct)) ?? "";
        if (!options.Value.Sandbox || await SandboxPayment.OrganisationOf(db, reference, ct) is not { } orgId)
            return (Outcome<Chosen>)PaymentsRefusals.PaymentNotFound;
        var chosen = await Become(db.As(orgId), reference, outcome, accounts, ct);
        if (!isForm || !chosen.Ok || await Find(db, reference, ct) is not { } payment) return chosen;
        http.Response.Headers.Location = outcome == "cancelled" ? payment.CancelUrl : payment.ReturnUrl;
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    // Whatever it calls itself: what is no JSON is the sender's fault.
    private static async Task<string?> InJson(HttpRequest request, CancellationToken ct) =>
        (await JsonSerializer.DeserializeAsync<Choice>(request.Body, Json.Options, ct))?.Outcome;

    private static async Task<string?> InForm(HttpRequest request, CancellationToken ct)
    {
        try { return (await request.ReadFormAsync(ct))["outcome"]; }
        catch (InvalidDataException) { return null; }
    }

    private static Task<Outcome<Chosen>> Become(
        Db organisation, string reference, string outcome, AccountBook accounts, CancellationToken ct) =>
        organisation.Transact<Chosen>(async tx =>
        {
            if (outcome.Length > LongestOutcome || !SandboxTexts.Outcomes.Contains(outcome)) return PaymentsRefusals.OutcomeUnknown;
            if (await SandboxPayment.Find(tx, reference, true, ct) is not { } found) return PaymentsRefusals.PaymentNotFound;
            // Only a bank that takes money back asks what went back already.
            var refunded = outcome == "charged_back" ? await found.RefundedMinor(tx, ct) : 0;
            if (found.At(tx.Now).After(outcome, refunded, tx.Now) is not { } payment)
                return PaymentsRefusals.OutcomeImpossible;
            var account = await accounts.Find(tx.OrgId, payment.AccountId, ct)
                ?? throw new InvalidOperationException($"Account {payment.AccountId} has gone.");
            if (account.IsSealed) return PaymentsRefusals.ProviderMisconfigured;
            await payment.Write(tx, ct);
            await payment.Announce(tx, SandboxSettings.Read(account.Settings), $"payment.{outcome}", ct);
            return new Chosen(reference, payment.Status);
        }, ct);

    private static async Task<SandboxPayment?> Find(SystemDb db, string reference, CancellationToken ct) =>
        await SandboxPayment.OrganisationOf(db, reference, ct) is { } orgId
            ? await SandboxPayment.Find(db.As(orgId), reference, false, ct)
            : null;

    private static Markup Choices(SandboxPayment payment, SandboxTexts words)
    {
        Markup Button(string outcome, string style) =>
            $"""<button class="button {style}" name="outcome" value="{outcome}">{words.LabelOf(outcome)}</button>""";
        return $"""
            <form method="post" action="/sandbox/payments/{payment.PaymentRef}/outcome">
            <fieldset class="choices">
            <legend>{words.Question}</legend>
            {Button(payment.CaptureLater ? "authorised" : "paid", "")}
            <div class="more">
            {Others.Select(one => Button(one, "quiet"))}
            </div>
            </fieldset>
            </form>
            """;
    }
}
