using System.CommandLine;
using Balie.Contracts.Identity;

namespace Balie.Commands;

/// <summary>Accounts, by the operator: the way back in when nobody can sign in any more.</summary>
internal static class User
{
    private const string PasswordVariable = "BALIE_PASSWORD";

    private static readonly Argument<string> Email = new("email") { Description = "The account's address." };
    private static readonly Option<string?> Name = new("--name") { Description = "How to address the person (default: the address)." };
    private static readonly Option<string> Locale =
        new("--locale") { Description = "The language of mail, such as en or nl.", DefaultValueFactory = _ => "en" };
    private static readonly Option<string?> Organisation =
        new("--organisation") { Description = "Also give a role in the organisation with this slug.", HelpName = "slug" };
    private static readonly Option<string> Role = new("--role") { Description = "Which role.", DefaultValueFactory = _ => "admin" };

    public static Command Verb() => new(
        "user", $"Accounts. Passwords are read from {PasswordVariable} or from the input, never from the command line.")
    {
        Create(), Password(), Disable("disable", "Sign an account out everywhere and keep it out.", true),
        Disable("enable", "Let a disabled account in again.", false), Give(),
    };

    private static Command Create()
    {
        var verb = new Command("create", "Make a verified account.") { Email, Name, Locale, Organisation, Role };
        verb.SetAction((asked, ct) => Errand.With(asked, async (_, services) =>
        {
            var (installation, email) = (services.GetRequiredService<IInstallation>(), asked.GetRequiredValue(Email));
            Errand.Expect(await installation.CreateUser(
                email, asked.GetValue(Name) ?? email, ReadPassword(), asked.GetRequiredValue(Locale), ct));
            if (asked.GetValue(Organisation) is { } slug)
                Errand.Expect(await installation.SetMember(slug, email, asked.GetRequiredValue(Role), ct));
            Console.WriteLine($"Made the account {email}.");
            return Errand.Done;
        }, ct));
        return verb;
    }

    private static Command Password()
    {
        var verb = new Command("password", "Set a new password and end all sessions.") { Email };
        verb.SetAction((asked, ct) => Errand.With(asked, async (_, services) =>
        {
            Errand.Expect(
                await services.GetRequiredService<IInstallation>().SetPassword(asked.GetRequiredValue(Email), ReadPassword(), ct));
            Console.WriteLine($"Set the password of {asked.GetRequiredValue(Email)} and ended all sessions.");
            return Errand.Done;
        }, ct));
        return verb;
    }

    private static Command Disable(string name, string description, bool disabled)
    {
        var verb = new Command(name, description) { Email };
        verb.SetAction((asked, ct) => Errand.With(asked, async (_, services) =>
        {
            Errand.Expect(await services.GetRequiredService<IInstallation>().SetDisabled(asked.GetRequiredValue(Email), disabled, ct));
            Console.WriteLine($"The account {asked.GetRequiredValue(Email)} is {name}d.");
            return Errand.Done;
        }, ct));
        return verb;
    }

    private static Command Give()
    {
        var slug = new Argument<string>("organisation") { Description = "The organisation's slug." };
        var role = new Argument<string>("role") { Description = "Such as owner, admin, events, door or support." };
        var verb = new Command("role", "Give an account a role in an organisation, or another one.") { Email, slug, role };
        verb.SetAction((asked, ct) => Errand.With(asked, async (_, services) =>
        {
            Errand.Expect(await services.GetRequiredService<IInstallation>().SetMember(
                asked.GetRequiredValue(slug), asked.GetRequiredValue(Email), asked.GetRequiredValue(role), ct));
            Console.WriteLine($"{asked.GetRequiredValue(Email)} is now {asked.GetRequiredValue(role)} in {asked.GetRequiredValue(slug)}.");
            return Errand.Done;
        }, ct));
        return verb;
    }

    // A command line is seen by every user of the machine and kept in the shell's history; the environment and the input are not.
    private static string ReadPassword()
    {
        if (Environment.GetEnvironmentVariable(PasswordVariable) is { Length: > 0 } given) return given;
        if (!Console.IsInputRedirected) Console.Error.Write("New password: ");
        var typed = Console.IsInputRedirected ? Console.In.ReadLine() : ReadUnseen();
        return string.IsNullOrEmpty(typed)
            ? throw new OperatorException($"No password was given: type one, or set {PasswordVariable}.")
            : typed;
    }

    private static string ReadUnseen()
    {
        var typed = new System.Text.StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace && typed.Length > 0) typed.Length--;
            else if (!char.IsControl(key.KeyChar)) typed.Append(key.KeyChar);
        }
        Console.Error.WriteLine();
        return typed.ToString();
    }
}
