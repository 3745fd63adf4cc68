using System.Diagnostics;
using System.Text;
using Xunit;

namespace Balie.Testing;

/// <summary>Programs of others that tests ask for a second opinion: <c>./test</c> brings Debian's and those of tests/tools.</summary>
public static class Tool
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public sealed record Said(int ExitCode, byte[] Output, string Errors)
    {
        public string Text => Encoding.UTF8.GetString(Output);

        /// <summary>What it said, if it was content.</summary>
        public string Ok()
        {
            Assert.True(ExitCode == 0, $"{Errors}{Text}");
            return Text;
        }
    }

    /// <summary>The folder of the clone.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A script of tests/tools.</summary>
    public static Task<Said> Node(string script, ReadOnlyMemory<byte> input) =>
        Run("node", [Path.Combine(Root, "tests", "tools", script)], input);

    public static async Task<Said> Run(string program, IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input = default)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        using var output = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output, patience.Token);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, patience.Token);
            process.StandardInput.Close();
        }
        catch (IOException) { /* It had read enough. */ }
        await Task.WhenAll(reading, process.WaitForExitAsync(patience.Token));
        return new Said(process.ExitCode, output.ToArray(), await errors);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Balie.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside the repository.");
    }
}
