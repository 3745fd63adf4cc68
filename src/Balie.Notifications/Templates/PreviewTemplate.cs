using Balie.Notifications.Mails;
using Microsoft.AspNetCore.Http;
using static Balie.Notifications.NotificationsRefusals;

namespace Balie.Notifications.Templates;

/// <summary>A mail as it would arrive, with made-up facts: as the page, or as the text that readers without pages get.</summary>
internal static class PreviewTemplate
{
    // The layout has its styles inline, because mail readers know no others; nothing else is allowed.
    private const string InlineStylesOnly = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/mail-templates/{mailName}/preview", Handle).Needs(Permission.OrganisationRead);

    public static async Task<IResult> Handle(
        string mailName, string? locale, string? format, Caller caller, TemplateList templates, HttpContext http, CancellationToken ct)
    {
        if (locale is not null && !Voice.Locales.Contains(locale)) return (Outcome<Done>)LocaleUnknown;
        if (format is not (null or "html" or "text")) return (Outcome<Done>)FormatUnknown;

        if (await templates.Example(mailName, caller.OrgId, locale, "zoe@example.org", ct) is not { } mail)
            return (Outcome<Done>)TemplateNotFound;
        if (format == "text") return Results.Text(mail.Body, "text/plain; charset=utf-8");
        http.Response.Headers.ContentSecurityPolicy = InlineStylesOnly;
        return Results.Text(mail.Html, "text/html; charset=utf-8");
    }
}
