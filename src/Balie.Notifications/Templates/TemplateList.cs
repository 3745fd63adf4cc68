using Balie.Contracts.Identity;
using Balie.Notifications.Mails;

namespace Balie.Notifications.Templates;

/// <summary>Every mail that there is to look at: those that this module writes, and those that others send by themselves.</summary>
internal sealed class TemplateList(IEnumerable<MailExample> others, IOrganisations organisations, WebOptions web)
{
    public IEnumerable<(string Name, string Summary)> All =>
        [.. MailKinds.All.Select(kind => (kind.Name, kind.Summary)), .. others.Select(other => (other.Name, other.Summary))];

    /// <summary>With made-up facts, in a language or the organisation's own. Null when there is no mail of this name.</summary>
    public async Task<Mail?> Example(string name, Guid orgId, string? locale, string recipient, CancellationToken ct)
    {
        var voice = await Voice.Of(organisations, web, orgId, locale, ct);
        if (MailKinds.Find(name) is { } kind) return voice.Mail(recipient, kind.Example(voice));
        var other = others.FirstOrDefault(other => other.Name == name);
        return other is null ? null : other.Write(voice.Locale) with { Recipient = recipient };
    }
}
