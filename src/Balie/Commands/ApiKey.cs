using System.CommandLine;
using Balie.Contracts.Identity;

namespace Balie.Commands;

/// <summary>
/// A key for a program that calls the API, made by the operator. The key alone is what the verb answers, so a script can catch it.
/// </summary>
internal static class ApiKey
{
    public static Command Verb() => new("apikey", "Keys for programs that call the API.") { Create() };

    private static Command Create()
    {
        var name = new Argument<string>("name") { Description = "What it is for, as its owner will recognise it." };
        var scopes = new Argument<string[]>("scopes")
        {
            Description = "What it may do, such as eventsWrite bookingsRead.",
            Arity = ArgumentArity.OneOrMore,
        };
        var organisation =
            new Option<string>("--organisation") { Description = "The organisation's slug.", HelpName = "slug", Required = true };
        var days = new Option<int?>("--days") { Description = "For how long (default: until revoked)." };
        var verb = new Command("create", "Make a key; it is shown once.") { name, scopes, organisation, days };
        verb.SetAction((asked, ct) => Errand.With(asked, async (_, services) =>
        {
            DateTimeOffset? until = asked.GetValue(days) is { } count
                ? services.GetRequiredService<TimeProvider>().GetUtcNow().AddDays(count)
                : null;
            var made = Errand.Expect(await services.GetRequiredService<IInstallation>().CreateApiKey(
                asked.GetRequiredValue(organisation), asked.GetRequiredValue(name), asked.GetRequiredValue(scopes), until, ct));
            Errand.Progress("Keep this key: it is shown only now.");
            Console.WriteLine(made.Key);
            return Errand.Done;
        }, ct));
        return verb;
    }
}
