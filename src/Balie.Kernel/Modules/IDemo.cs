namespace Balie.Kernel;

/// <summary>
/// A module's part of the demo organisation, registered in <see cref="IModule.AddServices"/>. Parts are loaded in the order of the modules.
/// </summary>
public interface IDemo
{
    /// <summary>What is being made, for the operator who watches: <c>events and their seats</c>.</summary>
    string What { get; }

    /// <summary>Makes it in one organisation. Run again, or after a run cut short, it makes only what is missing.</summary>
    Task Load(Guid orgId, CancellationToken ct);
}
