namespace Balie.Identity.SignIn;

/// <summary>The mails of signing in, in Dutch for people with a Dutch locale and in English for everyone else.</summary>
internal static class SignInMails
{
    public static Mail Verification(string email, string locale, string name, string code) => IsDutch(locale)
        ? new Mail(email, $"{code} is uw code", $"""
            Dag {name},

            Uw code om dit adres te bevestigen is {code}.
            De code werkt één keer en een kwartier lang.

            Hebt u zich niet zojuist aangemeld? Geef de code dan aan niemand en gebruik hem niet.
            """)
        : new Mail(email, $"{code} is your code", $"""
            Hello {name},

            Your code to confirm this address is {code}.
            It works once, for a quarter of an hour.

            You did not register just now? Then give the code to nobody, and do not use it.
            """);

    public static Mail AlreadyRegistered(string email, string locale, string name) => IsDutch(locale)
        ? new Mail(email, "U hebt al een account", $"""
            Dag {name},

            Iemand wilde zojuist een account maken met dit adres, maar u hebt er al een.
            Was u dat? Log dan in, of vraag een nieuw wachtwoord aan als u het uwe vergeten bent.
            Was u dat niet? Dan hoeft u niets te doen: er is niets veranderd.
            """)
        : new Mail(email, "You already have an account", $"""
            Hello {name},

            Somebody just tried to register with this address, but you have an account already.
            Was it you? Then sign in, or ask for a new password if you forgot yours.
            If it was not, there is nothing to do: nothing has changed.
            """);

    public static Mail Reset(string email, string locale, string name, string code) => IsDutch(locale)
        ? new Mail(email, $"{code} is uw code voor een nieuw wachtwoord", $"""
            Dag {name},

            Uw code om een nieuw wachtwoord te kiezen is {code}.
            De code werkt één keer en een kwartier lang.

            Hebt u dit niet gevraagd? Geef de code dan aan niemand. Uw wachtwoord is niet veranderd.
            """)
        : new Mail(email, $"{code} is your code for a new password", $"""
            Hello {name},

            Your code to choose a new password is {code}.
            It works once, for a quarter of an hour.

            You did not ask for this? Then give the code to nobody. Your password has not changed.
            """);

    public static Mail PasswordChanged(string email, string locale, string name) => IsDutch(locale)
        ? new Mail(email, "Uw wachtwoord is veranderd", $"""
            Dag {name},

            Het wachtwoord van uw account is zojuist veranderd. Andere apparaten zijn uitgelogd.
            Was u dat niet? Vraag dan meteen een nieuw wachtwoord aan.
            """)
        : new Mail(email, "Your password was changed", $"""
            Hello {name},

            The password of your account was changed just now. Other devices are signed out.
            If that was not you, ask for a new password at once.
            """);

    private static bool IsDutch(string locale) => locale.StartsWith("nl", StringComparison.Ordinal);
}
