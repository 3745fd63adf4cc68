using System.Diagnostics;

namespace Balie.FaultTests.StartUp;

/// <summary>Somebody without any privilege: whoever runs the tests, or <c>nobody</c> where that is root.</summary>
internal static class OrdinaryUser
{
    /// <summary>
    /// What starts Balie as that user, who from then on owns the folder. It gets a copy, as a clone of root's may be out of its reach.
    /// </summary>
    public static string[] Starts(TempFolder folder)
    {
        if (!Environment.IsPrivilegedProcess) return [BalieProcess.Program];

        var copy = folder["program"];
        Do("cp", "-r",
            Path.GetDirectoryName(BalieProcess.Program) ?? throw new InvalidOperationException("A program stands in a folder."), copy);
        Do("chown", "-R", "nobody", folder.Path);
        return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", Path.Combine(copy, "balie")];
    }

    private static void Do(string program, params string[] args)
    {
        using var process = Process.Start(program, args);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
