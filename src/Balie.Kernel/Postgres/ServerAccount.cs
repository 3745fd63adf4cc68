using System.Globalization;

namespace Balie.Kernel.Postgres;

/// <summary>
/// As whom the server runs. An ordinary user runs it himself. PostgreSQL refuses to run as root, so root hands it to whoever owns the
/// cluster already, else to user <c>postgres</c>, else to <c>nobody</c>; where that user cannot walk to the cluster (a clone below
/// <c>/root</c>), it also gets the one capability that lets it, and no other.
/// </summary>
internal sealed class ServerAccount
{
    private static readonly string[] Candidates = ["postgres", "nobody"];
    private static readonly string[] MayWalkAnywhere = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"];

    private readonly string? _owner;
    private string[] _prefix = [];

    private ServerAccount(string? owner) => _owner = owner;

    /// <param name="cluster">The cluster's folder, which need not exist yet.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="OperatorException">Root, on a machine where there is nobody to hand the server to.</exception>
    public static async Task<ServerAccount> For(string cluster, CancellationToken ct)
    {
        if (!Environment.IsPrivilegedProcess) return new ServerAccount(null);
        if (!OperatingSystem.IsLinux() || Run.Find("setpriv") is not { } setpriv)
        {
            throw new OperatorException("PostgreSQL does not run as root and this machine has no setpriv to hand it to another user: "
                + "start Balie as an ordinary user.");
        }
        var (uid, gid) = await OwnerOf(cluster, ct) ?? await FirstCandidate(ct);
        return new ServerAccount(string.Create(CultureInfo.InvariantCulture, $"{uid}:{gid}"))
        {
            _prefix = [setpriv, $"--reuid={uid}", $"--regid={gid}", "--clear-groups"],
        };
    }

    /// <summary>Makes folders this account's, with all that is in them, and sees to it that it can walk there.</summary>
    /// <exception cref="OperatorException">It cannot.</exception>
    public async Task Give(IReadOnlyList<string> folders, string programs, CancellationToken ct)
    {
        if (_owner is null) return;
        var given = await Run.ToEnd("chown", ["-R", "--no-dereference", _owner, .. folders], ct);
        if (!given.Ok)
            throw new OperatorException(
                $"The data folder cannot be given to the user that runs PostgreSQL ({given.LastLine}): choose another with --data.");
        if (await CanWalkTo([.. folders, programs], ct)) return;

        _prefix = [.. _prefix, .. MayWalkAnywhere];
        if (await CanWalkTo([.. folders, programs], ct)) return;
        throw new OperatorException($"The user that runs PostgreSQL ({_owner}) cannot reach {folders[0]}: "
            + "choose a folder it can reach with --data, such as /var/lib/balie.");
    }

    /// <summary>Runs a program as this account.</summary>
    public Task<Run.Result> ToEnd(string program, IEnumerable<string> args, CancellationToken ct)
    {
        string[] whole = [.. _prefix, program, .. args];
        return Run.ToEnd(whole[0], whole[1..], ct);
    }

    private async Task<bool> CanWalkTo(IReadOnlyList<string> folders, CancellationToken ct)
    {
        foreach (var folder in folders)
        {
            // Looks through the folder rather than asking whether it may: that question knows nothing of capabilities.
            if (!(await ToEnd("stat", [folder + "/."], ct)).Ok) return false;
        }
        return true;
    }

    private static async Task<(int Uid, int Gid)?> OwnerOf(string cluster, CancellationToken ct)
    {
        var answer = await Run.ToEnd("stat", ["-c", "%u %g", cluster], ct);
        return answer.Ok && Parse(answer.Output) is ( > 0, _) owner ? owner : null;
    }

    private static async Task<(int Uid, int Gid)> FirstCandidate(CancellationToken ct)
    {
        foreach (var name in Candidates)
        {
            var uid = await Run.ToEnd("id", ["-u", name], ct);
            var gid = await Run.ToEnd("id", ["-g", name], ct);
            if (uid.Ok && gid.Ok) return Parse($"{uid.Output} {gid.Output}");
        }
        throw new OperatorException(
            "PostgreSQL does not run as root and this machine has neither a user postgres nor nobody: start Balie as an ordinary user.");
    }

    private static (int Uid, int Gid) Parse(string ids) =>
        ids.Split(' ') is [var uid, var gid]
            ? (int.Parse(uid, CultureInfo.InvariantCulture), int.Parse(gid, CultureInfo.InvariantCulture))
            : (0, 0);
}
