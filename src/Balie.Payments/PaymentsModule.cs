namespace Balie.Payments;

public sealed class PaymentsModule : IModule
{
    public string Name => "payments";

    public IReadOnlyList<string> Needs => ["identity"];
}
