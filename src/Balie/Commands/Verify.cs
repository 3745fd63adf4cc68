using System.CommandLine;

namespace Balie.Commands;

/// <summary>Computes every invariant of every module from the database itself. Exit code 1 when one does not hold.</summary>
internal static class Verify
{
    private const int ShownPerCheck = 10;

    public static Command Verb()
    {
        var verb = new Command("verify", "Check that what must always be true is true.");
        verb.SetAction((asked, ct) => Errand.With(asked, (site, services) => Run(site, services, ct), ct));
        return verb;
    }

    private static async Task<int> Run(Site site, IServiceProvider services, CancellationToken ct)
    {
        var checks = new Checks();
        foreach (var module in site.Modules) module.Verify(checks);

        var broken = 0;
        foreach (var check in checks.All)
        {
            var violations = await services.GetRequiredService<SystemDb>().Everywhere.Many<string>(check.Violations, null, ct);
            Console.WriteLine($"{(violations.Length == 0 ? "holds " : "BROKEN")}  {check.Name}");
            foreach (var violation in violations.Take(ShownPerCheck)) Console.WriteLine($"        {violation}");
            if (violations.Length > ShownPerCheck) Console.WriteLine($"        and {violations.Length - ShownPerCheck} more");
            if (violations.Length > 0) broken++;
        }
        Console.WriteLine(broken == 0 ? $"All {checks.All.Count} invariants hold." : $"{broken} of {checks.All.Count} invariants do not hold.");
        return broken == 0 ? Errand.Done : Errand.Failed;
    }
}
