namespace Balie.Kernel;

/// <summary>One invariant: a query that returns one row of text per violation, and nothing when all is well.</summary>
/// <param name="Name">Such as <c>I1 sold + held ≤ capacity per pool</c>.</param>
/// <param name="Violations">Runs as the system role, so it names <c>org_id</c> itself.</param>
public sealed record Check(string Name, string Violations);

/// <summary>Collects what <c>balie verify</c> computes from the database; tests and operators run the same.</summary>
public sealed class Checks
{
    private readonly List<Check> _all = [];

    public IReadOnlyList<Check> All => _all;

    public void Holds(string name, string violations) => _all.Add(new Check(name, violations));
}
