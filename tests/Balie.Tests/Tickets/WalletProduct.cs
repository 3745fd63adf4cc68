using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;

namespace Balie.Tests.Tickets;

/// <summary>The product with certificates for wallets.</summary>
public sealed class WalletProduct : Product
{
    public WalletKeys Keys { get; } = new();

    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Configuration.AddInMemoryCollection(Keys.Settings());
    }
}
