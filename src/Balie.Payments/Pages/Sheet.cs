using System.Reflection;
using System.Text;
using Balie.Contracts.Identity;
using Microsoft.AspNetCore.Http;

namespace Balie.Payments.Pages;

/// <summary>
/// One sheet of paper on a quiet desk: how every page of this module looks. Plain HTML that works without script, on a phone first.
/// </summary>
internal static class Sheet
{
    public const string StylePath = "/pay/pay.css";
    private static readonly byte[] Style = Read("pay.css");

    /// <summary>The pictures, drawn where they stand so that nothing has to be fetched.</summary>
    public static class Signs
    {
        public static Markup Good => In("good", "m14 25 7 7 13-15");
        public static Markup Bad => In("bad", "m17 17 14 14m0-14L17 31");
        public static Markup Busy => In("busy", "M24 2a22 22 0 0 1 22 22");
        public static Markup Wait => In("wait", "M24 12v13l8 5");

        private static Markup In(string kind, string path) => $"""
            <svg class="sign {kind}" viewBox="0 0 48 48" aria-hidden="true"><circle cx="24" cy="24" r="22"/><path d="{path}"/></svg>
            """;
    }

    public static void MapRoot(IEndpointRouteBuilder root) => root.MapGet(StylePath, (HttpContext http, CancellationToken ct) =>
    {
        http.Response.ContentType = "text/css; charset=utf-8";
        http.Response.Headers.CacheControl = "public, max-age=3600";
        return http.Response.Body.WriteAsync(Style, ct).AsTask();
    });

    /// <param name="lookAgain">After so many seconds the browser asks for the page once more.</param>
    public static Task Write(
        HttpContext http, int status, PayTexts texts, string organisation, string title, Markup body, int? lookAgain = null)
    {
        Markup again = lookAgain is { } seconds ? (Markup)$"""<meta http-equiv="refresh" content="{seconds}">""" : $"";
        Markup page = $"""
            <!doctype html>
            <html lang="{texts.Language}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex">
            {again}
            <title>{title} · {organisation}</title>
            <link rel="stylesheet" href="{StylePath}">
            <link rel="icon" href="data:,">
            </head>
            <body>
            <header class="top"><p class="house">{organisation}</p><p class="secure">{texts.Secure}</p></header>
            <main>
            {body}
            </main>
            </body>
            </html>

            """;
        var bytes = Encoding.UTF8.GetBytes(page.ToString());
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.ContentLength = bytes.Length;
        return HttpMethods.IsHead(http.Request.Method)
            ? Task.CompletedTask
            : http.Response.Body.WriteAsync(bytes, http.RequestAborted).AsTask();
    }

    /// <summary>What is paid for, and how much.</summary>
    public static Markup Facts(PayTexts texts, string description, string reference, Money amount, string? method)
    {
        Markup how = method is null ? $"" : (Markup)$"<div><dt>{texts.Method}</dt><dd>{method}</dd></div>";
        Markup what = description == reference ? $"{reference}" : (Markup)$"{description} <span class=\"ref\">{reference}</span>";
        return $"""
            <dl class="facts">
            <div class="what"><dt>{texts.Order}</dt><dd>{what}</dd></div>
            {how}
            <div class="sum"><dt>{texts.Amount}</dt><dd>{texts.Of(amount)}</dd></div>
            </dl>
            """;
    }

    /// <summary>The name over the page; a module that is tested alone has no Identity to ask.</summary>
    public static async ValueTask<string> NameOf(IServiceProvider services, Guid orgId, CancellationToken ct) =>
        services.GetService<IOrganisations>() is { } organisations && await organisations.See(orgId, ct) is { } facts
            ? facts.Name
            : "Balie";

    private static byte[] Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Balie.Payments.Pages.{name}")
            ?? throw new InvalidOperationException($"{name} is not embedded.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
