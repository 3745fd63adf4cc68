using System.CommandLine;

namespace Balie.Commands;

/// <summary>Brings the database to the version of this program. Safe to run at any time and in several processes at once.</summary>
internal static class Migrate
{
    public static Command Verb()
    {
        var verb = new Command("migrate", "Bring the database to the version of this program.");
        verb.SetAction((asked, ct) => Errand.At(asked, async site =>
        {
            if (await Run(site, Console.WriteLine, ct) == 0) Console.WriteLine("The database is up to date.");
            return Errand.Done;
        }, ct));
        return verb;
    }

    /// <summary>How many files ran.</summary>
    public static async Task<int> Run(Site site, Action<string> say, CancellationToken ct)
    {
        var ran = await site.Migrator.Apply(ct);
        if (ran > 0) say($"Brought the database up to date: {ran} migrations.");
        return ran;
    }
}
