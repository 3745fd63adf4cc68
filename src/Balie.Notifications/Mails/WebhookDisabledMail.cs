namespace Balie.Notifications.Mails;

/// <summary>To whoever looks after webhooks: one was switched off, because its receiver is not there.</summary>
internal static class WebhookDisabledMail
{
    public static readonly MailKind Kind = new(
        "webhook_disabled", "To staff who look after webhooks, when one was switched off because it failed.", Compose,
        voice => Write(voice, new Facts("https://example.org/webhooks", "No message could be delivered for five days.")));

    public sealed record Facts(string Url, string Reason);

    private static async Task<Composed> Compose(Notice notice, Sources sources)
    {
        var mails = new List<Mail>();
        foreach (var member in await sources.Staff(Permission.WebhooksWrite))
        {
            var voice = await sources.Voice(member.Locale);
            mails.Add(voice.Mail(member.Email, Write(voice, notice.Read<Facts>())));
        }
        return mails.Count == 0 ? Composed.Skip("Nobody looks after webhooks.") : new Composed(mails);
    }

    public static Draft Write(Voice voice, Facts facts) => new(
        voice.Say("Een webhook is uitgeschakeld", "A webhook was switched off"),
        voice.Say("Een webhook is uitgeschakeld", "A webhook was switched off"),
        [
            voice.Tell("Berichten aan dit adres kwamen niet aan. Er gaat niets meer heen tot iemand de webhook weer inschakelt.",
                "Messages to this address did not arrive. Nothing is sent there until somebody enables the webhook again."),
            new MailBlock.Facts([(voice.Say("Adres", "Address"), facts.Url), (voice.Say("Waarom", "Why"), facts.Reason)]),
            voice.Tell("Wat er intussen gebeurde kan daarna opnieuw worden verstuurd.", "What happened meanwhile can be sent again then."),
        ]);
}
