using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Balie.Identity.Installation;

/// <summary>
/// Where to report a vulnerability (RFC 9116). Its end is always half a year off, so the file never goes stale by itself.
/// </summary>
internal static class SeeSecurityContact
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromDays(180);

    public static void Map(IEndpointRouteBuilder root) => root.MapGet("/.well-known/security.txt", Handle);

    public static IResult Handle(IOptions<IdentityOptions> options, TimeProvider clock)
    {
        var expires = (clock.GetUtcNow() + GoodFor).UtcDateTime.ToString("yyyy-MM-dd'T'00':'00':'00'Z'", CultureInfo.InvariantCulture);
        return Results.Text(
            $"Contact: {options.Value.SecurityContact}\nExpires: {expires}\nPreferred-Languages: nl, en\n", "text/plain; charset=utf-8");
    }
}
