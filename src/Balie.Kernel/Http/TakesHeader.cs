using Microsoft.AspNetCore.Builder;

namespace Balie.Kernel;

/// <summary>Metadata: this endpoint reads a header of its module's own, where it is sent. The API's description says so.</summary>
public sealed record TakesHeader(string Name, string Meaning);

public static class HeaderRules
{
    public static TBuilder Takes<TBuilder>(this TBuilder route, TakesHeader header) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(header);
}
