using System.Text;
using Microsoft.AspNetCore.Http;

namespace Balie.Ui;

/// <summary>What stands over a page: whose it is, in which language, and a word beside the name.</summary>
public sealed record Letterhead(Reader Reader, string House, string Note = "");

/// <summary>
/// One sheet of paper on a quiet desk: how every page for visitors looks. Plain HTML that works without script, on a phone first.
/// </summary>
public static class Sheet
{
    /// <summary>How the pages look; every module that has some lists it among its <see cref="IModule.Assets"/>.</summary>
    public static readonly Asset Style = Asset.Embedded(typeof(Sheet).Assembly, "sheet.css", "/ui/sheet.css", "text/css; charset=utf-8");

    /// <param name="lookAgain">After so many seconds the browser asks for the page once more.</param>
    public static Task Write(HttpContext http, int status, Letterhead head, string title, Markup body, int? lookAgain = null)
    {
        Markup again = lookAgain is { } seconds ? (Markup)$"""<meta http-equiv="refresh" content="{seconds}">""" : $"";
        Markup page = $"""
            <!doctype html>
            <html lang="{head.Reader.Language}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex">
            {again}
            <title>{title} · {head.House}</title>
            <link rel="stylesheet" href="{Style.Path}">
            <link rel="icon" href="data:,">
            </head>
            <body>
            <header class="top"><p class="house">{head.House}</p><p class="secure">{head.Note}</p></header>
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
}
