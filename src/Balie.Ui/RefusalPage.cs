using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Balie.Ui;

/// <summary>
/// Every no that a page did not say itself, in words for a visitor: what happened, and what to do. The kernel has set the status and
/// <c>Retry-After</c> already.
/// </summary>
public static class RefusalPage
{
    public static Task Write(HttpContext http, Refusal refusal)
    {
        var reader = Reader.Of(http);
        var (sign, title, more) = Words(reader, refusal);
        Markup trace = refusal.Status == StatusCodes.Status500InternalServerError
            ? (Markup)$"""<p class="ref">{Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier}</p>"""
            : $"";
        return Sheet.Write(http, refusal.Status, new Letterhead(reader, "Balie"), title, $"""
            {sign}
            <h1>{title}</h1>
            <p role="alert">{more}</p>
            {trace}
            """);
    }

    private static (Markup Sign, string Title, string More) Words(Reader reader, Refusal refusal) => refusal.Status switch
    {
        StatusCodes.Status404NotFound => (Signs.Bad,
            reader.Say("Deze pagina is er niet", "This page is not there"),
            reader.Say("Open de link uit uw e-mail nog eens, en let erop dat u hem helemaal overneemt.",
                "Open the link in your e-mail once more, and make sure that all of it is there.")),
        StatusCodes.Status403Forbidden => (Signs.Bad,
            reader.Say("Dit formulier kwam van een andere website", "This form came from another web site"),
            reader.Say("Er is niets gebeurd. Open de link uit uw e-mail en probeer het opnieuw.",
                "Nothing happened. Open the link in your e-mail and try again.")),
        StatusCodes.Status429TooManyRequests => (Signs.Wait,
            reader.Say("Even geduld", "One moment, please"),
            reader.Say($"U vroeg dit te vaak achter elkaar. Probeer het over {Wait(reader, refusal)} opnieuw.",
                $"You asked too often in a row. Try again in {Wait(reader, refusal)}.")),
        StatusCodes.Status503ServiceUnavailable => (Signs.Wait,
            reader.Say("Wij zijn er zo weer", "We will be back in a moment"),
            reader.Say("Er is niets verloren gegaan. Ververs deze pagina over een minuut.",
                "Nothing was lost. Reload this page in a minute.")),
        >= 500 => (Signs.Bad,
            reader.Say("Er ging iets mis", "Something went wrong"),
            reader.Say("Dat ligt aan ons, en wij zien het. Probeer het later opnieuw; noem deze code als u ons erover schrijft.",
                "That is our fault, and we see it. Try again later; mention this code when you write to us about it.")),
        _ => (Signs.Bad,
            reader.Say("Dat lukte niet", "That did not work"),
            reader.Say("Er is niets veranderd. Ga een stap terug, ververs de pagina en probeer het opnieuw.",
                "Nothing was changed. Go one step back, reload the page and try again.")),
    };

    private static string Wait(Reader reader, Refusal refusal) => reader.Left(refusal.RetryAfter ?? TimeSpan.Zero);
}
