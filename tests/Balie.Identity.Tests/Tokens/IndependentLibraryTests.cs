using System.Text.Json;
using System.Text.Json.Nodes;

namespace Balie.Identity.Tests.Tokens;

/// <summary>A token of ours, verified with our published keys by the npm package jose, which <c>./test</c> brings.</summary>
public sealed class IndependentLibraryTests(IdentityApp app) : IClassFixture<IdentityApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stranger_verifies_our_token_with_nothing_but_the_published_keys()
    {
        var tokens = await app.LogIn(await app.Account(Ct), Ct);
        var jwks = JsonNode.Parse(await app.Client().GetStringAsync("/.well-known/jwks.json", Ct));

        var (exitCode, output, errors) = await Verify(jwks, tokens.AccessToken);

        Assert.True(exitCode == 0, errors);
        var claims = JsonNode.Parse(output)?["claims"];
        Assert.Equal(tokens.User.Id.ToString(), claims?["sub"]?.GetValue<string>());
        Assert.Equal(900, claims?["exp"]?.GetValue<long>() - claims?["iat"]?.GetValue<long>());
    }

    [Fact]
    public async Task The_stranger_refuses_a_token_of_another_key()
    {
        var tokens = await app.LogIn(await app.Account(Ct), Ct);
        var jwks = JsonNode.Parse(await app.Client().GetStringAsync("/.well-known/jwks.json", Ct));
        jwks!["keys"]![0]!["x"] = jwks["keys"]![0]!["y"]!.GetValue<string>();

        Assert.NotEqual(0, (await Verify(jwks, tokens.AccessToken)).ExitCode);
    }

    private Task<(int ExitCode, string Output, string Errors)> Verify(JsonNode? jwks, string token) => Stranger.Ask(
        "verify-token.mjs",
        JsonSerializer.Serialize(new { jwks, token, issuer = "balie", audience = "balie-api", now = app.Clock.GetUtcNow() }), Ct);
}
