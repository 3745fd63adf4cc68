using System.CommandLine;

namespace Balie.Commands;

/// <summary>Computes every invariant of every module from the database itself. Exit code 1 when one does not hold.</summary>
internal static class Verify
{
    public static Command Verb()
    {
        var verb = new Command("verify", "Check that what must always be true is true.");
        verb.SetAction((asked, ct) => Errand.With(asked, (_, services) => Run(services.GetRequiredService<Verifier>(), ct), ct));
        return verb;
    }

    private static async Task<int> Run(Verifier verifier, CancellationToken ct)
    {
        var verdicts = await verifier.Run(Show, ct);
        var broken = verdicts.Count(verdict => !verdict.Holds);
        Console.WriteLine(broken == 0 ? $"All {verdicts.Count} invariants hold." : $"{broken} of {verdicts.Count} invariants do not hold.");
        return broken == 0 ? Errand.Done : Errand.Failed;
    }

    private static void Show(Verdict verdict)
    {
        Console.WriteLine($"{(verdict.Holds ? "holds " : "BROKEN")}  {verdict.Check}");
        foreach (var violation in verdict.Violations) Console.WriteLine($"        {violation}");
        if (verdict.Violations.Count == Verifier.MostViolations) Console.WriteLine("        and perhaps more");
    }
}
