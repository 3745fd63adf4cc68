namespace Balie.Identity;

public sealed class IdentityModule : IModule
{
    public string Name => "identity";
}
