using static Balie.Kernel.MailBlock;

namespace Balie.Identity.SignIn;

/// <summary>The mails of signing in, in Dutch for people with a Dutch locale and in English for everyone else.</summary>
internal static class SignInMails
{
    private const string ExampleAddress = "zoe@example.org";
    private const string ExampleName = "Zoë de Wit";
    private const string ExampleCode = "123456";

    /// <summary>To look at, in the order in which somebody may get them.</summary>
    public static readonly IReadOnlyList<MailExample> Examples =
    [
        new("verification_code", "To somebody who registers: the code that confirms the address.",
            locale => Verification(ExampleAddress, locale, ExampleName, ExampleCode)),
        new("already_registered", "To somebody with an account, when the same address registers again.",
            locale => AlreadyRegistered(ExampleAddress, locale, ExampleName)),
        new("password_reset", "To somebody who forgot the password: the code for a new one.",
            locale => Reset(ExampleAddress, locale, ExampleName, ExampleCode)),
        new("password_changed", "To somebody whose password was changed.",
            locale => PasswordChanged(ExampleAddress, locale, ExampleName)),
    ];

    public static Mail Verification(string email, string locale, string name, string code) => IsDutch(locale)
        ? Dutch(email, $"{code} is uw code", "Bevestig uw adres",
            new Paragraph($"Dag {name},"),
            new Paragraph("Met deze code bevestigt u dit adres:"),
            new Code(code),
            new Paragraph("De code werkt één keer en een kwartier lang."),
            new Paragraph("Hebt u zich niet zojuist aangemeld? Geef de code dan aan niemand en gebruik hem niet."))
        : English(email, $"{code} is your code", "Confirm your address",
            new Paragraph($"Hello {name},"),
            new Paragraph("This code confirms your address:"),
            new Code(code),
            new Paragraph("It works once, for a quarter of an hour."),
            new Paragraph("You did not register just now? Then give the code to nobody, and do not use it."));

    public static Mail AlreadyRegistered(string email, string locale, string name) => IsDutch(locale)
        ? Dutch(email, "U hebt al een account", "U hebt al een account",
            new Paragraph($"Dag {name},"),
            new Paragraph("Iemand wilde zojuist een account maken met dit adres, maar u hebt er al een."),
            new Paragraph("Was u dat? Log dan in, of vraag een nieuw wachtwoord aan als u het uwe vergeten bent."),
            new Paragraph("Was u dat niet? Dan hoeft u niets te doen: er is niets veranderd."))
        : English(email, "You already have an account", "You already have an account",
            new Paragraph($"Hello {name},"),
            new Paragraph("Somebody just tried to register with this address, but you have an account already."),
            new Paragraph("Was it you? Then sign in, or ask for a new password if you forgot yours."),
            new Paragraph("If it was not, there is nothing to do: nothing has changed."));

    public static Mail Reset(string email, string locale, string name, string code) => IsDutch(locale)
        ? Dutch(email, $"{code} is uw code voor een nieuw wachtwoord", "Kies een nieuw wachtwoord",
            new Paragraph($"Dag {name},"),
            new Paragraph("Met deze code kiest u een nieuw wachtwoord:"),
            new Code(code),
            new Paragraph("De code werkt één keer en een kwartier lang."),
            new Paragraph("Hebt u dit niet gevraagd? Geef de code dan aan niemand. Uw wachtwoord is niet veranderd."))
        : English(email, $"{code} is your code for a new password", "Choose a new password",
            new Paragraph($"Hello {name},"),
            new Paragraph("With this code you choose a new password:"),
            new Code(code),
            new Paragraph("It works once, for a quarter of an hour."),
            new Paragraph("You did not ask for this? Then give the code to nobody. Your password has not changed."));

    public static Mail PasswordChanged(string email, string locale, string name) => IsDutch(locale)
        ? Dutch(email, "Uw wachtwoord is veranderd", "Uw wachtwoord is veranderd",
            new Paragraph($"Dag {name},"),
            new Paragraph("Het wachtwoord van uw account is zojuist veranderd. Andere apparaten zijn uitgelogd."),
            new Paragraph("Was u dat niet? Vraag dan meteen een nieuw wachtwoord aan."))
        : English(email, "Your password was changed", "Your password was changed",
            new Paragraph($"Hello {name},"),
            new Paragraph("The password of your account was changed just now. Other devices are signed out."),
            new Paragraph("If that was not you, ask for a new password at once."));

    // An account is the installation's, not one organisation's, so no organisation signs.
    private static Mail Dutch(string email, string subject, string title, params MailBlock[] blocks) =>
        new MailPage("nl", "", title, blocks).To(email, subject);

    private static Mail English(string email, string subject, string title, params MailBlock[] blocks) =>
        new MailPage("en", "", title, blocks).To(email, subject);

    private static bool IsDutch(string locale) => locale.StartsWith("nl", StringComparison.Ordinal);
}
