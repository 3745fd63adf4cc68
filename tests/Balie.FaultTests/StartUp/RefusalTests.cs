using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Dapper;
using Npgsql;

namespace Balie.FaultTests.StartUp;

/// <summary>Everything that can stand in the way of a start gives one sentence, which says what to do, and a non-zero exit code.</summary>
public sealed class RefusalTests(PrivatePostgres postgres) : IClassFixture<PrivatePostgres>, IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Data => _folder["data"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_busy_port()
    {
        using var busy = new TcpListener(IPAddress.Loopback, 0);
        busy.Start();
        var port = ((IPEndPoint)busy.LocalEndpoint).Port;

        await using var balie = BalieProcess.Serve(Data, port: port);

        await Refuses(balie, $"Port {port} is in use", "--urls");
        Assert.False(Directory.Exists(Path.Combine(Data, "postgres")));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("ftp://localhost:5000")]
    public async Task An_address_that_is_none(string url)
    {
        await using var balie = BalieProcess.Start(["serve", "--data", Data, "--urls", url]);

        await Refuses(balie, url, "is not an address");
    }

    [Fact]
    public async Task A_data_folder_that_another_Balie_uses()
    {
        await using var first = await BalieProcess.Serve(Data, args: ["--empty"]).Ready(Ct);

        await using var second = BalieProcess.Serve(Data);

        await Refuses(second, "is in use by another Balie");
        await first.Ready(Ct);
    }

    [Fact]
    public async Task A_data_folder_that_is_a_file()
    {
        await File.WriteAllTextAsync(Data, "not a folder", Ct);

        await using var balie = BalieProcess.Serve(Data);

        await Refuses(balie, "is a file", "--data");
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_written()
    {
        var user = OrdinaryUser.Starts(_folder);
        Directory.CreateDirectory(Data);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Data, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        await using var balie = BalieProcess.Serve(Data, before: user);

        await Refuses(balie, "cannot be read and written", "--data");
    }

    [Fact]
    public async Task No_PostgreSQL_and_no_npm()
    {
        var user = OrdinaryUser.Starts(_folder);
        var environment = new Dictionary<string, string> { ["Balie__Postgres__Programs"] = "fetched", ["PATH"] = "/nonexistent:/usr/sbin" };
        if (user.Length > 1) user[0] = "/usr/bin/setpriv";

        await using var balie = BalieProcess.Serve(Data, environment, before: user);

        await Refuses(balie, "needs PostgreSQL 15 or newer", "npm", "apt-get install postgresql");
    }

    [Fact]
    public async Task A_folder_without_the_server_it_should_hold()
    {
        await using var balie = BalieProcess.Serve(Data, new Dictionary<string, string> { ["Balie__Postgres__Programs"] = "/usr/games" });

        await Refuses(balie, "Balie:Postgres:Programs", "/usr/games");
    }

    [Fact]
    public async Task A_cluster_of_a_server_that_is_not_here()
    {
        Directory.CreateDirectory(Path.Combine(Data, "postgres"));
        await File.WriteAllTextAsync(Path.Combine(Data, "postgres", "PG_VERSION"), "9\n", Ct);

        await using var balie = BalieProcess.Serve(Data);

        await Refuses(balie, "was made by PostgreSQL 9", "pg_dump");
    }

    [Fact]
    public async Task A_database_of_a_newer_version()
    {
        var database = await Migrated();
        await Do(database, "insert into kernel.migrations (module, name, sha256) values ('kernel', '9999_later.sql', 'later')");

        await using var balie = Serve(database);

        await Refuses(balie, "newer version of Balie", "kernel/9999_later.sql");
    }

    [Fact]
    public async Task A_migration_that_changed_after_it_ran()
    {
        var database = await Migrated();
        await Do(database, "update kernel.migrations set sha256 = 'other' where module = 'kernel' and name = '0001_kernel.sql'");

        await using var balie = Serve(database);

        await Refuses(balie, "kernel/0001_kernel.sql changed after it was applied");
    }

    [Fact]
    public async Task A_database_that_cannot_be_reached()
    {
        await using var balie = Serve(string.Create(CultureInfo.InvariantCulture,
            $"Host=127.0.0.1;Port={BalieProcess.FreePort()};Username=balie;Password=hidden-here;Database=balie"));

        await Refuses(balie, "cannot be reached", "ConnectionStrings__Balie");
        Assert.DoesNotContain("hidden-here", balie.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_that_the_database_does_not_know()
    {
        await using var balie = Serve(
            new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Username = "stranger" }.ConnectionString);

        await Refuses(balie, "refuses the connection", "stranger", "ConnectionStrings__Balie");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("Database=balie")]
    public async Task A_connection_string_that_is_none(string connectionString)
    {
        await using var balie = Serve(connectionString);

        await Refuses(balie, "ConnectionStrings__Balie", "Host=");
    }

    [Fact]
    public async Task A_server_that_is_too_old()
    {
        using var old = new OldServer("14.9");

        await using var balie = Serve(old.ConnectionString);

        await Refuses(balie, "is PostgreSQL 14.9", "15 or newer");
    }

    [Theory]
    [InlineData("alter role balie_app superuser", "is a superuser")]
    [InlineData("alter role balie_system bypassrls", "bypasses row security")]
    [InlineData("alter table kernel.outbox owner to balie_app", "owns kernel.outbox")]
    public async Task Serving_as_a_role_that_sees_past_the_walls(string spoil, string fault)
    {
        const string Restore = "alter role balie_app nosuperuser; alter role balie_system nobypassrls";
        var database = await Migrated();
        await Do(database, spoil);
        try
        {
            await using var balie = Serve(database);

            await Refuses(balie, fault, "ConnectionStrings__");
        }
        finally
        {
            // Roles belong to all databases of a server.
            await Do(database, Restore);
        }
    }

    [Theory]
    [InlineData("Balie__Modules", "identity,circus", "Balie:Modules names circus")]
    public async Task A_configuration_that_does_not_hold(string key, string value, string sentence)
    {
        await using var balie = BalieProcess.Serve(Data, new Dictionary<string, string> { [key] = value });

        await Refuses(balie, sentence);
    }

    [Fact]
    public async Task A_face_that_no_module_has()
    {
        await using var balie = BalieProcess.Serve(Data, args: ["--only", "circus"]);

        await Refuses(balie, "--only names circus", "ticketing");
    }

    [Fact]
    public async Task A_verb_that_does_not_exist()
    {
        await using var balie = BalieProcess.Start(["juggle"]);

        Assert.Equal(2, await balie.Ends(Ct));
        Assert.Single(Lines(balie.Errors));
    }

    private static async Task Refuses(BalieProcess balie, params string[] parts)
    {
        var exit = await balie.Ends(Ct);
        Assert.True(exit == 1, $"Ended with {exit}: {balie.Output}{balie.Errors}");
        var sentence = Assert.Single(Lines(balie.Errors));
        foreach (var part in parts) Assert.Contains(part, sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", balie.Output, StringComparison.Ordinal);
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private BalieProcess Serve(string database) =>
        BalieProcess.Serve(Data, new Dictionary<string, string> { ["ConnectionStrings__Balie"] = database }, ["--empty"]);

    private async Task<string> Migrated()
    {
        var database = await postgres.NewDatabase(Ct);
        await using var migrate = BalieProcess.Start(["migrate", "--data", Data],
            new Dictionary<string, string> { ["ConnectionStrings__Balie"] = database });
        Assert.True(await migrate.Ends(Ct) == 0, migrate.Errors);
        return database;
    }

    private async Task Do(string database, string sql)
    {
        var asSuperuser = new NpgsqlConnectionStringBuilder(postgres.Superuser)
        {
            Database = new NpgsqlConnectionStringBuilder(database).Database,
        };
        await using var connection = new NpgsqlConnection(asSuperuser.ConnectionString);
        await connection.ExecuteAsync(new CommandDefinition(sql, cancellationToken: Ct));
    }
}
