using System.CommandLine;
using Balie.Contracts.Identity;

namespace Balie.Commands;

/// <summary>Fills an organisation with real-looking content. Run again, it makes only what is missing.</summary>
internal static class Demo
{
    private static readonly Option<string?> Organisation =
        new("--organisation") { Description = "Its slug (default: the installation's own).", HelpName = "slug" };

    public static Command Verb()
    {
        var verb = new Command("demo", "Fill an organisation with a season of examples.") { Organisation };
        verb.SetAction((asked, ct) => Errand.With(asked, (site, services) => Run(asked.GetValue(Organisation), site, services, ct), ct));
        return verb;
    }

    private static async Task<int> Run(string? slug, Site site, IServiceProvider services, CancellationToken ct)
    {
        if (slug is null) await Settle.Owner(services, site.Config, Errand.Progress, ct);
        var orgId = await services.GetRequiredService<IInstallation>().FindOrganisation(slug, ct)
            ?? throw new OperatorException($"There is no organisation {slug}: name one that exists with --organisation.");
        await Settle.Demo(services, orgId, Errand.Progress, ct);
        Console.WriteLine("The demo is loaded.");
        return Errand.Done;
    }
}
