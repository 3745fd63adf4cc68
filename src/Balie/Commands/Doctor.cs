using System.CommandLine;
using System.Globalization;

namespace Balie.Commands;

/// <summary>
/// Looks at everything a start needs, starting the database where it is not running, and says what to do about what it finds.
/// </summary>
internal static class Doctor
{
    private const long LittleSpaceBytes = 1024L * 1024 * 1024;
    private static readonly TimeSpan ClocksMayDiffer = TimeSpan.FromSeconds(2);

    public static Command Verb()
    {
        var verb = new Command("doctor", "Look at what a start needs, and say what is missing.");
        verb.SetAction(Run);
        return verb;
    }

    private static async Task<int> Run(ParseResult asked, CancellationToken ct)
    {
        // Without these nothing else can be asked; they refuse in a sentence of their own.
        await using var site = Site.At(asked.GetValue(Errand.Data));
        Console.WriteLine($"ok    data folder      {site.Data.Path}");
        Console.WriteLine($"ok    modules          {string.Join(", ", site.Modules.Select(module => module.Name))}");
        await site.OpenDatabaseBeside(Errand.Progress, ct);
        await using var databases = new Databases(site.ConnectionString,
            site.Config.GetConnectionString("App"), site.Config.GetConnectionString("System"),
            site.Config.GetConnectionString("Reader"), poolSize: 2);

        var well = await Look("disk space", () => Task.FromResult(DiskSpace(site.Data.Path)));
        well &= await Look("configuration", () => Task.FromResult(Configuration(site)));
        well &= await Look("PostgreSQL", async () => $"{await ServerCheck.Reach(site.ConnectionString, ct)}");
        well &= await Look("migrations", () => Migrations(site, databases, ct));
        well &= await Look("serving roles", () => Roles(databases, ct));
        well &= await Look("clocks", () => Clocks(databases, ct));
        return well ? Errand.Done : Errand.Failed;
    }

    private static async Task<bool> Look(string at, Func<Task<string>> look)
    {
        try
        {
            Console.WriteLine($"ok    {at,-15}  {await look()}");
            return true;
        }
        catch (Exception found) when (found is not OperationCanceledException)
        {
            Console.WriteLine($"WRONG {at,-15}  {Errand.Sentence(found)}");
            return false;
        }
    }

    private static string DiskSpace(string folder)
    {
        var free = new DriveInfo(folder).AvailableFreeSpace;
        var gigaBytes = (free / (double)LittleSpaceBytes).ToString("0.0", CultureInfo.InvariantCulture);
        return free >= LittleSpaceBytes
            ? $"{gigaBytes} GB free"
            : throw new OperatorException($"Only {gigaBytes} GB is free below {folder}: make room, or writes will be refused soon.");
    }

    private static async Task<string> Migrations(Site site, Databases databases, CancellationToken ct) =>
        await site.Migrator.Missing(databases.System, ct) is var missing and > 0
            ? throw new OperatorException($"{missing} migrations have not run: run balie migrate, or just start Balie.")
            : "up to date";

    private static async Task<string> Roles(Databases databases, CancellationToken ct)
    {
        await new RolesCheck(databases, Modules.Scripts).Pass(ct);
        return $"{Databases.AppRole}, {Databases.SystemRole}, {Databases.ReaderRole}: no owner, no bypass";
    }

    private static async Task<string> Clocks(Databases databases, CancellationToken ct)
    {
        var theirs =
            await new SystemDb(databases, TimeProvider.System).Everywhere.One<DateTimeOffset>("select clock_timestamp()", null, ct);
        var apart = (TimeProvider.System.GetUtcNow() - theirs).Duration();
        return apart <= ClocksMayDiffer
            ? "agree"
            : throw new OperatorException($"This machine's clock and the database's are {apart.TotalSeconds:0} s apart: set them by NTP.");
    }

    private static string Configuration(Site site)
    {
        using var app = site.Build();
        return "holds";
    }
}
