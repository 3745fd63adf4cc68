using System.Globalization;
using Balie.Kernel.Postgres;
using Npgsql;
using Xunit;

namespace Balie.Testing;

/// <summary>
/// A PostgreSQL for one fixture alone, as durable as in production, so that tests may be cruel to it. Balie reaches it through
/// <c>ConnectionStrings__Balie</c> and does not know that it is ours.
/// </summary>
public sealed class PrivatePostgres : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private EmbeddedPostgres? _server;

    /// <summary>As the owner of schemas and tables.</summary>
    public string ConnectionString => Server.ConnectionString;

    /// <summary>For what a test must do behind everybody's back.</summary>
    public string Superuser =>
        new NpgsqlConnectionStringBuilder(ConnectionString) { Username = "postgres", Pooling = false }.ConnectionString;

    private EmbeddedPostgres Server => _server ?? throw new InvalidOperationException("Not started yet.");

    private int Process => Server.ServerProcess ?? throw new InvalidOperationException("The server is not running.");

    public async ValueTask InitializeAsync() => _server = await EmbeddedPostgres.Start(
        DataFolder.Open(_folder.Path), Environment.GetEnvironmentVariable("BALIE_TEST_PGBIN"), _ => { }, CancellationToken.None);

    /// <summary>Pulls the plug: the server and all its sessions, between two instructions.</summary>
    public void Kill() => Signal.Send(Signal.Kill, Signal.Family(Process));

    /// <summary>kill -9 of one session at random; PostgreSQL then restarts itself and drops all others.</summary>
    public void KillOneSession() => Signal.Send(Signal.Kill, Signal.Family(Process)[^1]);

    /// <summary>Hangs without closing anything, like a machine whose disk went away.</summary>
    public void Pause() => Signal.Send(Signal.Pause, Signal.Family(Process));

    public void Resume() => Signal.Send(Signal.Resume, Signal.Family(Process));

    /// <summary>Brings it back after <see cref="Kill"/>; returns when it accepts connections.</summary>
    public Task Revive(CancellationToken ct) => Server.Revive(ct);

    /// <summary>A fresh database on it, for the test that wants one of its own.</summary>
    public async Task<string> NewDatabase(CancellationToken ct)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"fault_{Guid.CreateVersion7():n}");
        await using var connection = new NpgsqlConnection(Superuser);
        await connection.OpenAsync(ct);
        await using var create = new NpgsqlCommand($"create database {name} owner balie_owner", connection);
        await create.ExecuteNonQueryAsync(ct);
        return new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            if (_server.ServerProcess is not null) Resume();
            await _server.DisposeAsync();
        }
        _folder.Dispose();
    }
}
