using System.Diagnostics;
using Xunit;

namespace Balie.Testing;

/// <summary>A second opinion: a script of tests/tools, which is asked and answers in JSON. <c>./test</c> brings what they need.</summary>
public static class Stranger
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<(int ExitCode, string Output, string Errors)> Ask(string script, string question, CancellationToken ct)
    {
        var tools = Path.Combine(Root(), "tests", "tools");
        Assert.True(Directory.Exists(Path.Combine(tools, "node_modules")), "Run ./test, or npm ci in tests/tools, first.");
        var start = new ProcessStartInfo("node", [script])
        {
            WorkingDirectory = tools,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var node = Process.Start(start) ?? throw new InvalidOperationException("node did not start.");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        await node.StandardInput.WriteAsync(question.AsMemory(), patience.Token);
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
