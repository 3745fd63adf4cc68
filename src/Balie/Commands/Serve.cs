using System.CommandLine;

namespace Balie.Commands;

/// <summary>
/// Serves. Everything that could stand in the way is asked about first, cheapest first, so a refusal comes at once and is one sentence.
/// </summary>
internal static class Serve
{
    private const string DefaultUrl = "http://localhost:5000";

    private static readonly Option<string?> Urls =
        new("--urls") { Description = $"Where to listen, separated by semicolons (default {DefaultUrl})." };
    private static readonly Option<bool> Empty = new("--empty") { Description = "Leave out the demo organisation at the first start." };
    private static readonly Option<string[]> Only = new("--only")
    {
        Description = "Show only these modules in this process, separated by commas.",
        HelpName = "modules",
        DefaultValueFactory = _ => [],
    };

    public static Command Verb()
    {
        var verb =
            new Command("serve", "Start the server, and its database unless ConnectionStrings__Balie names one.") { Urls, Empty, Only };
        verb.SetAction(Run);
        return verb;
    }

    private static async Task<int> Run(ParseResult asked, CancellationToken stop)
    {
        try
        {
            await using var site = Site.At(asked.GetValue(Errand.Data));
            var urls = asked.GetValue(Urls) ?? site.Config["urls"] ?? DefaultUrl;
            var shown = Modules.Shown(site.Modules, asked.GetRequiredValue(Only));
            Addresses.EnsureFree(urls);

            await site.OpenDatabase(Console.WriteLine, stop);
            await Migrate.Run(site, Console.WriteLine, stop);

            await using var app = site.BuildServing(shown);
            await new RolesCheck(app.Services.GetRequiredService<Databases>(), Modules.Scripts).Pass(stop);

            var owner = await Settle.Owner(app.Services, site.Config, Console.WriteLine, stop);
            if (owner is { Created: true } && !asked.GetValue(Empty))
                await Settle.Demo(app.Services, owner.OrganisationId, Console.WriteLine, stop);

            await Start(app, urls, stop);
            Console.WriteLine($"Balie serves at {string.Join(" and ", app.Urls)}. Stop it with Ctrl-C.");
            var kept = site.KeepDatabase(Console.WriteLine, stop);
            await app.WaitForShutdownAsync(stop);
            await kept;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop while starting: what had started has been stopped again.
        }
        Console.WriteLine("Balie has stopped.");
        return Errand.Done;
    }

    private static async Task Start(WebApplication app, string urls, CancellationToken stop)
    {
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)) app.Urls.Add(url);
        try { await app.StartAsync(stop); }
        catch (IOException taken) { throw Addresses.Taken(urls, taken); }
    }
}
