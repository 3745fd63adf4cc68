using System.Net;
using Microsoft.AspNetCore.Builder;

namespace Balie.Payments.Tests.Providers;

/// <summary>Payments with accounts at fakes of real providers, which it asks over HTTP and which post to its real webhook route.</summary>
public sealed class ProvidersApp : PaymentsApp
{
    /// <summary>Known to providers by a name; the fakes' couriers know the port.</summary>
    public static readonly Uri Public = new("https://balie.example");

    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Configuration["Balie:PublicAddress"] = Public.ToString();
        builder.Configuration["Balie:payments:TestSystems:0"] = IPAddress.Loopback.ToString();
        // The breaker has tests of its own; here one provider's trouble would be the next test's.
        builder.Configuration["Balie:payments:BreakFor"] = "00:00:00.5";
    }
}
