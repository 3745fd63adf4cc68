using System.Net;
using System.Text.Json;

namespace Balie.Tests.Mails;

/// <summary>Staff look at the mails of signing in where they look at all others, although another module sends them.</summary>
public sealed class SignInMailTests(Product app) : IClassFixture<Product>
{
    private static CancellationToken Ct => Product.Ct;

    [Fact]
    public async Task They_are_in_the_list_of_mails_each_name_once()
    {
        var rows = await (await app.As(Roles.Support).GetAsync("/api/v1/mail-templates", Ct)).IsOk<JsonElement[]>(Ct);

        string[] names = [.. rows.Select(row => row.Text("name"))];
        Assert.Equal(["verification_code", "already_registered", "password_reset", "password_changed"], names[^4..]);
        Assert.Equal(names.Distinct(), names);
        Assert.All(rows, row => Assert.NotEmpty(row.Text("summary")));
    }

    [Theory]
    [InlineData("verification_code", "Bevestig uw adres", "Confirm your address")]
    [InlineData("already_registered", "U hebt al een account", "You already have an account")]
    [InlineData("password_reset", "Kies een nieuw wachtwoord", "Choose a new password")]
    [InlineData("password_changed", "Uw wachtwoord is veranderd", "Your password was changed")]
    public async Task Each_can_be_looked_at_in_both_languages_and_faces(string name, string dutch, string english)
    {
        foreach (var (locale, title, hello) in (IEnumerable<(string, string, string)>)[("nl", dutch, "Dag"), ("en", english, "Hello")])
        {
            foreach (var format in (string[])["html", "text"])
            {
                var answer = await app.As(Roles.Support)
                    .GetAsync($"/api/v1/mail-templates/{name}/preview?locale={locale}&format={format}", Ct);

                var text = await answer.Content.ReadAsStringAsync(Ct);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                Assert.Equal(format == "html" ? "text/html" : "text/plain", answer.Content.Headers.ContentType?.MediaType);
                Assert.Contains(format == "html" ? $"{title}</h1>" : $"{hello} Zoë de Wit,", text, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task One_can_be_sent_to_oneself()
    {
        var answer = await app.As(Roles.Support).Post("/api/v1/mail-templates/verification_code/test", new { locale = "en" }, Ct);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("[test] 123456 is your code", await app.SystemDb.Everywhere.One<string>(
            "select subject from kernel.mails where recipient = 'support@example.org'", null, Ct));
    }
}
