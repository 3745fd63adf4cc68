using System.Net;
using Balie.Notifications.Mails;
using Balie.Notifications.Templates;

namespace Balie.Notifications.Tests.Mails;

public sealed class TemplateTests(NotifyApp app) : IClassFixture<NotifyApp>
{
    private static CancellationToken Ct => NotifyApp.Ct;

    public static TheoryData<string, string, string> Every =>
    [
        .. from kind in MailKinds.All
           from locale in Voice.Locales
           from format in (string[])["html", "text"]
           select (kind.Name, locale, format),
    ];

    [Theory, MemberData(nameof(Every))]
    public async Task Every_mail_can_be_looked_at_in_both_languages_and_faces(string name, string locale, string format)
    {
        var answer = await app.Owner.GetAsync($"/api/v1/mail-templates/{name}/preview?locale={locale}&format={format}", Ct);

        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(format == "html" ? "text/html" : "text/plain", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("De Kleine Komedie", text, StringComparison.Ordinal);
        if (format == "html") Assert.Contains($"<html lang=\"{locale}\">", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_two_languages_say_something_else_everywhere()
    {
        var (dutch, english) = (new Voice("nl", "", null), new Voice("en", "", null));

        Assert.All(MailKinds.All, kind => Assert.NotEqual(dutch.Mail("jo@example.org", kind.Example(dutch)).Body,
            english.Mail("jo@example.org", kind.Example(english)).Body));
    }

    [Fact]
    public async Task Staff_see_the_list_and_visitors_do_not()
    {
        var rows = await (await app.Owner.GetAsync("/api/v1/mail-templates", Ct)).IsOk<ListTemplates.TemplateRow[]>(Ct);

        Assert.Equal(MailKinds.All.Select(kind => kind.Name), rows.Select(row => row.Name));
        await (await app.As(Roles.Customer).GetAsync("/api/v1/mail-templates", Ct))
            .IsRefused(HttpStatusCode.Forbidden, "kernel.forbidden", Ct);
    }

    [Theory]
    [InlineData("nothing", "nl", "html", HttpStatusCode.NotFound, "notifications.template_not_found")]
    [InlineData("tickets", "fr", "html", HttpStatusCode.UnprocessableEntity, "notifications.locale_unknown")]
    [InlineData("tickets", "nl", "pdf", HttpStatusCode.UnprocessableEntity, "notifications.format_unknown")]
    public async Task What_is_not_there_is_refused(string name, string locale, string format, HttpStatusCode status, string code) =>
        await (await app.Owner.GetAsync($"/api/v1/mail-templates/{name}/preview?locale={locale}&format={format}", Ct))
            .IsRefused(status, code, Ct);

    [Fact]
    public async Task A_test_goes_to_whoever_asks()
    {
        var answer = await app.As(Roles.Support).Post("/api/v1/mail-templates/tickets/test", new { locale = "en" }, Ct);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        Assert.StartsWith("[test] Your tickets", (await app.Mails("support@example.org"))[0].Subject, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_is_left_out_where_nobody_said_where_the_installation_is() =>
        Assert.DoesNotContain("href", new Voice("nl", "", null).Mail("jo@example.org",
            TicketsMail.Kind.Example(new Voice("nl", "", null))).Html, StringComparison.Ordinal);
}
