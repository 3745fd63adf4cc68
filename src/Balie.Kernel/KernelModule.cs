using Microsoft.AspNetCore.Routing;

namespace Balie.Kernel;

/// <summary>The ground's own table of contents, read like any module's.</summary>
internal sealed class KernelModule : IModule
{
    public string Name => "kernel";

    public void Map(IEndpointRouteBuilder api)
    {
        SeePolicies.Map(api);
        ChangePolicies.Map(api);
        ListPolicyChanges.Map(api);
    }

    public void Schedule(Timetable at)
    {
        at.Every(TimeSpan.FromMinutes(10), DeleteOldAnswers.Run);
        at.Every(TimeSpan.FromMinutes(1), DeleteOldMessages.Run);
        at.Every(TimeSpan.FromMinutes(10), DeleteOldReceipts.Run);
    }

    public void Verify(Checks that) => KernelChecks.Add(that);
}
