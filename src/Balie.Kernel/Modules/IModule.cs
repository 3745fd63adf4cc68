using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Kernel;

/// <summary>One business module. Its name is also its schema, its configuration section and its refusal prefix.</summary>
public interface IModule
{
    string Name { get; }

    /// <summary>The modules it asks something of, by name: an installation that leaves one out cannot have this one.</summary>
    IReadOnlyList<string> Needs => [];

    /// <summary>Request headers of its own, which pages of listed origins may send.</summary>
    IReadOnlyList<string> Headers => [];

    /// <summary>Called in every process, also when this module's faces are switched off there.</summary>
    void AddServices(IServiceCollection services, IConfigurationSection config) { }

    /// <summary>The table of contents: one line per use case that can be reached over HTTP. Routes hang below <c>/api/v1</c>.</summary>
    void Map(IEndpointRouteBuilder api) { }

    /// <summary>Routes that stand at the root of the host, such as <c>/.well-known/…</c>.</summary>
    void MapRoot(IEndpointRouteBuilder root) { }

    /// <summary>What its pages fetch. Several modules may name the same, which is served once.</summary>
    IReadOnlyList<Asset> Assets => [];

    /// <summary>Which messages this module hears, one line each.</summary>
    void Listen(Listeners on) { }

    /// <summary>Which jobs this module has, one line each.</summary>
    void Schedule(Timetable at) { }

    /// <summary>What <c>balie verify</c> checks of this module's data, one line per invariant.</summary>
    void Verify(Checks that) { }
}
