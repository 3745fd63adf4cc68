using Balie.Notifications.Mails;

namespace Balie.Notifications.Templates;

/// <summary>Every mail that visitors and staff may get: when, and to whom.</summary>
internal static class ListTemplates
{
    public sealed record TemplateRow(string Name, string Summary, IReadOnlyList<string> Locales);

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/mail-templates", Handle).Needs(Permission.OrganisationRead);

    public static Outcome<TemplateRow[]> Handle(TemplateList templates) =>
        templates.All.Select(mail => new TemplateRow(mail.Name, mail.Summary, Voice.Locales)).ToArray();
}
