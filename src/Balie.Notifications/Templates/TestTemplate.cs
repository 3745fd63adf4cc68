using Balie.Notifications.Mails;
using static Balie.Notifications.NotificationsRefusals;

namespace Balie.Notifications.Templates;

/// <summary>Sends a mail with made-up facts to whoever asks, to see it in their own mail reader.</summary>
internal static class TestTemplate
{
    /// <param name="Locale">nl or en; the organisation's own when it is left out.</param>
    public sealed record Asked(string? Locale = null);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/mail-templates/{mailName}/test", Handle).Needs(Permission.OrganisationRead).Idempotent();

    public static async Task<Outcome<Done>> Handle(
        string mailName, Asked body, Caller caller, TemplateList templates, Db db, CancellationToken ct)
    {
        if (body.Locale is not null && !Voice.Locales.Contains(body.Locale)) return LocaleUnknown;
        if (caller.Email is not { } address) return AddressNeeded;

        if (await templates.Example(mailName, caller.OrgId, body.Locale, address, ct) is not { } mail) return TemplateNotFound;
        return await db.Transact<Done>(async tx =>
        {
            await tx.Send(mail with { Subject = $"[test] {mail.Subject}" }, ct);
            return new Done("The mail is on its way to you.");
        }, ct);
    }
}
