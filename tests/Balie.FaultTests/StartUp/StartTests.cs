using System.Text.RegularExpressions;
using Balie.Kernel.Postgres;
using Dapper;
using Npgsql;

namespace Balie.FaultTests.StartUp;

/// <summary>Starting and stopping the real program on a database of its own.</summary>
public sealed partial class StartTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Data => _folder["data"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_first_start_prints_a_password_once_and_the_second_does_not()
    {
        string password;
        await using (var first = await BalieProcess.Serve(Data, args: ["--empty"]).Ready(Ct))
        {
            await first.Says("Balie serves at", Ct);
            password = Password().Match(first.Output).Groups[1].Value;
            Assert.NotEmpty(password);
            Assert.Contains(first.Url, first.Output, StringComparison.Ordinal);
            Assert.Equal(0, await first.Stop(Ct));
        }

        await using var second = await BalieProcess.Serve(Data, args: ["--empty"]).Ready(Ct);
        await second.Says("Balie serves at", Ct);

        Assert.Contains("Sign in as", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(password, second.Output + second.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("password", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_that_was_given_is_never_printed()
    {
        var environment = new Dictionary<string, string>
        {
            ["BALIE_ADMIN_EMAIL"] = "owner@example.org",
            ["BALIE_ADMIN_PASSWORD"] = "seven grey lanterns over Delft",
        };

        await using var balie = await BalieProcess.Serve(Data, environment, ["--empty"]).Ready(Ct);
        await balie.Says("Balie serves at", Ct);

        Assert.Contains("Sign in as owner@example.org", balie.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("grey lanterns", balie.Output + balie.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Signal.Interrupt)]
    [InlineData(Signal.Terminate)]
    public async Task Asked_to_stop_it_ends_well_and_takes_its_database_along(string signal)
    {
        await using var balie = await BalieProcess.Serve(Data, args: ["--empty"]).Ready(Ct);
        var server = ServerProcess();
        Assert.True(Signal.IsRunning(server));

        balie.Send(signal);

        Assert.Equal(0, await balie.Ends(Ct));
        Assert.False(Signal.IsRunning(server));
        Assert.False(File.Exists(Path.Combine(Data, "postgres", "postmaster.pid")));
        Assert.Empty(balie.Errors);
    }

    [Fact]
    public async Task Asked_to_stop_while_it_starts_it_leaves_nothing_running()
    {
        await using var balie = BalieProcess.Serve(Data, args: ["--empty"]);
        await balie.Says("Making a database", Ct);

        balie.Send(Signal.Interrupt);

        Assert.Equal(0, await balie.Ends(Ct));
        Assert.False(File.Exists(Path.Combine(Data, "postgres", "postmaster.pid")));
    }

    [Fact]
    public async Task Its_server_runs_with_our_settings_and_an_operators_line_wins_over_them()
    {
        await using (var first = await BalieProcess.Serve(Data, args: ["--empty"]).Ready(Ct))
        {
            Assert.Equal(("4GB", "200", "on"), await Settings());
            await first.Stop(Ct);
        }
        await File.AppendAllTextAsync(Path.Combine(Data, "postgres", "postgresql.conf"), "\nmax_connections = 150\n", Ct);

        await using var second = await BalieProcess.Serve(Data, args: ["--empty"]).Ready(Ct);
        Assert.Equal(("4GB", "150", "on"), await Settings());
    }

    private async Task<(string, string, string)> Settings()
    {
        await using var connection = new NpgsqlConnection(await EmbeddedPostgres.Running(DataFolder.Open(Data), Ct) + ";Pooling=false");
        return await connection.QuerySingleAsync<(string, string, string)>(
            "select current_setting('max_wal_size'), current_setting('max_connections'), current_setting('synchronous_commit')");
    }

    [Fact]
    public async Task A_server_that_outlived_a_killed_Balie_is_taken_over()
    {
        await using var killed = await BalieProcess.Serve(Data, args: ["--empty"]).Ready(Ct);
        var server = ServerProcess();
        await killed.Kill();
        Assert.True(Signal.IsRunning(server));

        await using var next = await BalieProcess.Serve(Data, args: ["--empty"]).Ready(Ct);

        Assert.Equal(server, ServerProcess());
        Assert.Equal(0, await next.Stop(Ct));
        Assert.False(Signal.IsRunning(server));
    }

    [Fact]
    public async Task Killed_together_with_its_server_it_starts_again()
    {
        await using var killed = await BalieProcess.Serve(Data, args: ["--empty"]).Ready(Ct);
        var family = Signal.Family(ServerProcess());
        await killed.Kill();
        Signal.Send(Signal.Kill, family);

        await using var next = await BalieProcess.Serve(Data, args: ["--empty"]).Ready(Ct);

        Assert.DoesNotContain(ServerProcess(), family);
    }

    [Fact]
    public async Task Its_own_server_is_started_again_when_it_dies()
    {
        await using var balie = await BalieProcess.Serve(Data, args: ["--empty"]).Ready(Ct);
        var family = Signal.Family(ServerProcess());

        Signal.Send(Signal.Kill, family);
        await balie.Says("starting it again", Ct);

        // Readiness may be a second old, and the file of the dead is there until the new server writes its own.
        await Truth.Until(() => Task.FromResult(File.Exists(PidFile) && !family.Contains(ServerProcess())), "another server runs", Ct);
        await balie.Ready(Ct);
        Assert.Equal(0, await balie.Stop(Ct));
    }

    [Fact]
    public async Task A_data_folder_too_deep_for_a_socket_works_too()
    {
        var deep = Path.Combine(_folder.Path, new string('d', 60), new string('e', 60), "data");

        await using var balie = await BalieProcess.Serve(deep, args: ["--empty"]).Ready(Ct);

        Assert.Equal(0, await balie.Stop(Ct));
    }

    [Fact]
    public async Task An_errand_is_done_beside_the_Balie_that_serves()
    {
        await using var balie = await BalieProcess.Serve(Data, args: ["--empty"]).Ready(Ct);

        await using var verify = BalieProcess.Start(["verify", "--data", Data]);
        var exit = await verify.Ends(Ct);

        Assert.True(exit == 0, verify.Output + verify.Errors);
        await balie.Ready(Ct);
    }

    [Fact]
    public async Task The_doctor_finds_a_fresh_installation_well()
    {
        await using var migrate = BalieProcess.Start(["migrate", "--data", Data]);
        Assert.Equal(0, await migrate.Ends(Ct));

        await using var doctor = BalieProcess.Start(["doctor", "--data", Data]);

        Assert.Equal(0, await doctor.Ends(Ct));
        Assert.DoesNotContain("WRONG", doctor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ordinary_user_needs_nobody_else()
    {
        await using var balie = await BalieProcess.Serve(Data, args: ["--empty"], before: OrdinaryUser.Starts(_folder)).Ready(Ct);

        Assert.Equal(0, await balie.Stop(Ct));
    }

    private string PidFile => Path.Combine(Data, "postgres", "postmaster.pid");

    private int ServerProcess() => int.Parse(File.ReadLines(PidFile).First(), System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex("with password (\\S+)")]
    private static partial Regex Password();
}
