using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Kernel;

/// <summary>
/// The base of every absolute link we hand out: <c>Balie:PublicAddress</c>, or, where nobody set it, the first address this process listens
/// at, so that a first start on one's own machine simply works. Never the host of a request, which its sender chooses.
/// </summary>
public sealed class SiteAddress(WebOptions options, IServiceProvider services)
{
    private const string WhenNowhere = "http://localhost";

    /// <summary>Without a slash at its end.</summary>
    public string Base => (options.PublicAddress?.ToString() ?? Local ?? WhenNowhere).TrimEnd('/');

    /// <summary>Others can reach us there: somebody said so.</summary>
    public bool IsPublic => options.PublicAddress is not null;

    /// <summary>Where this very process listens, as seen from this machine; null before it does, or when it never will.</summary>
    public string? Local
    {
        get
        {
            // Asked late: the server is made after the services, and knows a port it was not told only once it listens.
            var listening = services.GetService<IServer>()?.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault();
            return listening?.Replace("://+", "://localhost").Replace("://*", "://localhost").Replace("://[::]", "://localhost")
                .Replace("://0.0.0.0", "://localhost").TrimEnd('/');
        }
    }
}
