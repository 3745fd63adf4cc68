namespace Balie.Kernel;

/// <summary>Whose listeners and jobs run in this process: those of every module, or, with the ground's own, of the ones named.</summary>
public sealed record WorkFilter(IReadOnlyCollection<string>? Only = null)
{
    public bool Includes(string module) => Only is null || module == new KernelModule().Name || Only.Contains(module);
}
