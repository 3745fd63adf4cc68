using System.Collections.Concurrent;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Tests.Pages;

/// <summary>The product at a public address, whose mails can be opened.</summary>
public sealed class PostalProduct : Product, IMailSink
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);
    private readonly ConcurrentQueue<Mail> _mails = new();

    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Configuration["Balie:PublicAddress"] = PageWords.PublicAddress;
    }

    protected override void Replace(IServiceCollection services)
    {
        base.Replace(services);
        services.AddSingleton<IMailSink>(this);
    }

    public Task Send(OutgoingMail outgoing, CancellationToken ct)
    {
        _mails.Enqueue(outgoing.Mail);
        return Task.CompletedTask;
    }

    /// <summary>Where a mail leads: the path of its link that begins like this.</summary>
    public async Task<string> LinkTo(string beginning, string recipient)
    {
        await Deliver(Ct);
        for (var waited = TimeSpan.Zero; waited < Patience; waited += BetweenLooks)
        {
            var links = _mails.Where(mail => mail.Recipient == recipient).SelectMany(mail => PageWords.LinksIn(mail.Body));
            if (links.LastOrDefault(link => link.StartsWith(beginning, StringComparison.Ordinal)) is { } link) return link;
            await Task.Delay(BetweenLooks, Ct);
        }
        throw new TimeoutException($"No mail to {recipient} has a link to {beginning}.");
    }
}

/// <summary>How tests look at pages: as a browser without script.</summary>
internal static partial class PageWords
{
    public const string PublicAddress = "https://kaarten.example.org";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The paths of the links in a text.</summary>
    public static IEnumerable<string> LinksIn(string text) =>
        Links().Matches(text).Select(match => new Uri(match.Value).PathAndQuery);

    public static Task<string> See(
        this HttpClient browser, string path, HttpStatusCode status = HttpStatusCode.OK, string language = "nl") =>
        browser.Read(new HttpRequestMessage(HttpMethod.Get, path), status, language);

    /// <summary>Sends a form, and gives the page that comes back.</summary>
    public static Task<string> Fill(this HttpClient browser, string path, params (string Name, string Value)[] fields) =>
        browser.Fill(HttpStatusCode.OK, path, fields);

    public static Task<string> Fill(
        this HttpClient browser, HttpStatusCode status, string path, params (string Name, string Value)[] fields) =>
        browser.Read(new HttpRequestMessage(HttpMethod.Post, path) { Content = FormOf(fields) }, status, "nl");

    /// <summary>Sends a form that gives a file, and looks at its kind and first bytes.</summary>
    public static async Task Fetches(this HttpClient browser, string kind, string path, params (string Name, string Value)[] fields)
    {
        using var answer = await browser.PostAsync(path, FormOf(fields), Ct);
        Assert.Equal((HttpStatusCode.OK, kind), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.NotEmpty(await answer.Content.ReadAsByteArrayAsync(Ct));
    }

    public static FormUrlEncodedContent FormOf(params (string Name, string Value)[] fields) =>
        new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    /// <summary>What the page says, without the encoding; every page keeps the rules of all pages.</summary>
    public static async Task<string> Read(this HttpClient browser, HttpRequestMessage request, HttpStatusCode status, string language)
    {
        request.Headers.AcceptLanguage.ParseAdd(language);
        using var answer = await browser.SendAsync(request, Ct);
        var page = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(status == answer.StatusCode, $"Expected {status}, got {answer.StatusCode}: {page}");
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("style-src 'self'; ", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal(["no-referrer"], answer.Headers.GetValues("Referrer-Policy"));
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.Single(Headings().Matches(page));
        Assert.DoesNotMatch("<script|<style| style=| on[a-z]+=", page);
        Assert.Contains($"<html lang=\"{language[..2]}\">", page, StringComparison.Ordinal);
        foreach (Match input in Inputs().Matches(page))
            Assert.Contains($"<label for=\"{input.Groups[1].Value}\">", page, StringComparison.Ordinal);
        return WebUtility.HtmlDecode(page).Replace('\u00a0', ' ');
    }

    public static void Says(this string page, params string[] words) =>
        Assert.All(words, word => Assert.Contains(word, page, StringComparison.Ordinal));

    public static void IsSilentOn(this string page, params string[] words) =>
        Assert.All(words, word => Assert.DoesNotContain(word, page, StringComparison.Ordinal));

    [GeneratedRegex(@"https://kaarten\.example\.org\S*")]
    private static partial Regex Links();

    [GeneratedRegex("<h1[ >]")]
    private static partial Regex Headings();

    [GeneratedRegex("<input id=\"([a-z]+)\"")]
    private static partial Regex Inputs();
}
