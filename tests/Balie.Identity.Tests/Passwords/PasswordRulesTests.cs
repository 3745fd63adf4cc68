using Balie.Identity.Passwords;

namespace Balie.Identity.Tests.Passwords;

public sealed class PasswordRulesTests
{
    [Theory]
    [InlineData("short")]
    [InlineData("elevenchars")]
    [InlineData("éééééééé")]
    public void A_password_is_at_least_twelve_characters_long(string password) =>
        Assert.Equal("identity.password_too_short", PasswordRules.Refuse(password, "jo@example.org", "Jo")?.Code);

    [Fact]
    public void A_password_is_at_most_128_characters_long()
    {
        var longest = string.Concat(Enumerable.Range(0, 32).Select(i => $"{(char)('a' + (i % 26))}{i % 10}Z-"));

        Assert.Null(PasswordRules.Refuse(longest, "jo@example.org", "Jo"));
        Assert.Equal("identity.password_too_long", PasswordRules.Refuse(longest + "x", "jo@example.org", "Jo")?.Code);
    }

    [Theory]
    [InlineData("password1234")]
    [InlineData("Password123!")]
    [InlineData("PASSWORDPASSWORD")]
    [InlineData("passw0rd2026")]
    [InlineData("wachtwoord123")]
    [InlineData("Welkom2026!!")]
    [InlineData("welkom123456")]
    [InlineData("qwertyuiop12")]
    [InlineData("qwerty123456")]
    [InlineData("1qaz2wsx3edc")]
    [InlineData("123456789012")]
    [InlineData("098765432109")]
    [InlineData("abcdefghijkl")]
    [InlineData("aaaaaaaaaaaa")]
    [InlineData("abababababab")]
    [InlineData("abcabcabcabc")]
    [InlineData("111111111111")]
    [InlineData("iloveyou1234")]
    [InlineData("admin1234567")]
    [InlineData("letmeinplease")]
    [InlineData("correct horse battery staple")]
    [InlineData("Ajaxamsterdam")]
    [InlineData("jo.devries@example.org")]
    [InlineData("josephinedevries")]
    [InlineData("Josephine2026!")]
    public void What_everybody_would_try_first_is_refused(string password) =>
        Assert.Equal("identity.password_too_common", PasswordRules.Refuse(password, "jo.devries@example.org", "Josephine de Vries")?.Code);

    [Theory]
    [InlineData("zeventien paarse olifanten")]
    [InlineData("krokodil tafelpoot maandag")]
    [InlineData("Tr0ub4dor&3xx")]
    [InlineData("          spaties zijn goed")]
    [InlineData("ワサビと抹茶が大好きな猫です")]
    [InlineData("🐘🦒🦓🐆🦏🐊🦛🐒🦍🐫🦘🦙 zoo tuin")]
    public void Anything_else_will_do(string password) => Assert.Null(PasswordRules.Refuse(password, "jo@example.org", "Jo"));
}
