using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Balie.Identity.Tests.Tokens;

/// <summary>A token of ours, verified with our published keys by the npm package jose, which <c>./test</c> brings.</summary>
public sealed class IndependentLibraryTests(IdentityApp app) : IClassFixture<IdentityApp>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

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

    private async Task<(int ExitCode, string Output, string Errors)> Verify(JsonNode? jwks, string token)
    {
        var tools = Path.Combine(Root(), "tests", "tools");
        Assert.True(Directory.Exists(Path.Combine(tools, "node_modules", "jose")), "Run ./test, or npm ci in tests/tools, first.");
        var start = new ProcessStartInfo("node", ["verify-token.mjs"])
        {
            WorkingDirectory = tools,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var node = Process.Start(start) ?? throw new InvalidOperationException("node did not start.");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        patience.CancelAfter(Patience);
        await node.StandardInput.WriteAsync(
            JsonSerializer.Serialize(new { jwks, token, issuer = "balie", audience = "balie-api", now = app.Clock.GetUtcNow() }));
        node.StandardInput.Close();
        var (output, errors) = (node.StandardOutput.ReadToEndAsync(patience.Token), node.StandardError.ReadToEndAsync(patience.Token));
        await node.WaitForExitAsync(patience.Token);
        return (node.ExitCode, await output, await errors);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Balie.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside the repository.");
    }
}
