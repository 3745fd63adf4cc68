using System.Globalization;
using Balie.Contracts.Identity;

namespace Balie.Notifications.Mails;

/// <summary>What a mail says, before it has a recipient.</summary>
internal sealed record Draft(string Subject, string Title, IReadOnlyList<MailBlock> Blocks);

/// <summary>The language of a mail and the organisation that speaks in it: Dutch for readers of Dutch, English for everyone else.</summary>
/// <param name="site">Where visitors find the installation; null leaves links out.</param>
/// <param name="slug">By which a link says whose page it leads to; an installation may be that of several organisations.</param>
internal sealed class Voice(string locale, string organisation, Uri? site, string? slug = null)
{
    public const string Dutch = "nl";
    public const string English = "en";

    private const int MinorDigits = 2;

    private readonly CultureInfo _culture = CultureInfo.GetCultureInfo(IsDutch(locale) ? "nl-NL" : "en-GB");

    public static readonly IReadOnlyList<string> Locales = [Dutch, English];

    public string Locale { get; } = IsDutch(locale) ? Dutch : English;

    public string Organisation => organisation;

    /// <param name="locale">The reader's; null for the organisation's own.</param>
    public static async ValueTask<Voice> Of(
        IOrganisations organisations, WebOptions web, Guid orgId, string? locale, CancellationToken ct)
    {
        var organisation = await organisations.See(orgId, ct);
        return new Voice(locale ?? organisation?.Locale ?? English, organisation?.Name ?? "", web.PublicAddress, organisation?.Slug);
    }

    public string Say(string dutch, string english) => Locale == Dutch ? dutch : english;

    public MailBlock Tell(string dutch, string english) => new MailBlock.Paragraph(Say(dutch, english));

    public MailBlock Hello(string name) => name.Length == 0 ? Tell("Dag,", "Hello,") : Tell($"Dag {name},", $"Hello {name},");

    /// <summary>€ 12,50 or €12.50; other currencies by their code.</summary>
    public string Say(Money money)
    {
        var sign = money.Amount < 0 ? "−" : "";
        var amount = Math.Abs(money.Amount / 100m).ToString($"N{MinorDigits}", _culture);
        if (money.Currency != "EUR") return $"{sign}{money.Currency}\u00a0{amount}";
        return Locale == Dutch ? $"{sign}€\u00a0{amount}" : $"{sign}€{amount}";
    }

    /// <summary>A share in basis points: 9 %, 12,5 %.</summary>
    public string Percent(int basisPoints) => Say(
        $"{(basisPoints / 100m).ToString("0.##", _culture)}%", $"{(basisPoints / 100m).ToString("0.##", _culture)}%");

    /// <summary>A moment as the clock of its place shows it: woensdag 1 juli 2026, 20.00 uur.</summary>
    public string When(DateTimeOffset moment, string zone)
    {
        var local = TimeZoneInfo.ConvertTime(moment, TimeZoneInfo.FindSystemTimeZoneById(zone));
        return local.ToString(Locale == Dutch ? "dddd d MMMM yyyy', 'H.mm' uur'" : "dddd d MMMM yyyy', 'HH:mm", _culture);
    }

    /// <summary>A button to one of our own pages, if there is an address to send people to.</summary>
    public IEnumerable<MailBlock> Link(string dutch, string english, string path) =>
        site is null ? [] : [new MailBlock.Button(Say(dutch, english), new Uri(site, LinkedOrganisation.Within(path, slug)))];

    public Mail Mail(string recipient, Draft draft) =>
        new MailPage(Locale, organisation, draft.Title, draft.Blocks).To(recipient, draft.Subject);

    private static bool IsDutch(string locale) => locale.StartsWith(Dutch, StringComparison.OrdinalIgnoreCase);
}
