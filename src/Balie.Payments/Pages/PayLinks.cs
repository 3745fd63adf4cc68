using Microsoft.AspNetCore.Http;

namespace Balie.Payments.Pages;

/// <summary>
/// The links by which orders are paid, and how a buyer is known when they come back. The link has a key that only this installation can
/// make, and whoever begins to pay with it is given a cookie for the way back, for an hour. Without the key the page pays all the same, but
/// a payment's id, or the address to which the provider sends people back, shows nobody the order. See
/// docs/decisions/0022-back-from-payment.md.
/// </summary>
internal sealed class PayLinks(Seal seal, SiteAddress site, TimeProvider clock)
{
    /// <summary>Only ever sent to the page where its payment ends.</summary>
    public const string Cookie = "balie-payer";
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    /// <summary>The page on which an attempt is paid, for its buyer.</summary>
    public string Of(Guid attemptId) => $"{site.Base}{PathOf(attemptId)}";

    public string PathOf(Guid attemptId) => $"{PathWithoutKey(attemptId)}?key={seal.Sign(LinkOf(attemptId))}";

    public static string PathWithoutKey(Guid attemptId) => $"/pay/{attemptId}";

    public static string ReturnOf(Guid attemptId) => $"{PathWithoutKey(attemptId)}/return";

    public bool IsKey(Guid attemptId, string? key) => seal.IsSigned(LinkOf(attemptId), key);

    /// <summary>Marks this browser as the one that went to pay.</summary>
    public void Remember(HttpContext http, Guid attemptId) => http.Response.Cookies.Append(
        Cookie, seal.SignUntil(clock.GetUtcNow() + Remembered, PayerOf(attemptId)), new CookieOptions
        {
            Path = ReturnOf(attemptId),
            MaxAge = Remembered,
            HttpOnly = true,
            Secure = http.Request.IsHttps,
            // The provider's page leads back here.
            SameSite = SameSiteMode.Lax,
        });

    public bool IsPayer(HttpContext http, Guid attemptId) =>
        seal.IsSignedStill(clock.GetUtcNow(), PayerOf(attemptId), http.Request.Cookies[Cookie]);

    private static string LinkOf(Guid attemptId) => $"payments.link:{attemptId}";

    private static string PayerOf(Guid attemptId) => $"payments.payer:{attemptId}";
}
