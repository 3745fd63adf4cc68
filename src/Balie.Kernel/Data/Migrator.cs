using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Npgsql;

namespace Balie.Kernel;

/// <summary>One embedded <c>Migrations/NNNN_what.sql</c> of a module.</summary>
public sealed record MigrationScript(string Module, string Name, string Text)
{
    private const string Folder = ".Migrations.";
    private const string NoTransactionMark = "-- no transaction";

    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));

    public bool InTransaction => !Text.StartsWith(NoTransactionMark, StringComparison.Ordinal);

    /// <summary>All scripts of one assembly in the order of their numbers.</summary>
    public static IEnumerable<MigrationScript> Of(string module, Assembly assembly) =>
        from resource in assembly.GetManifestResourceNames()
        let folder = resource.IndexOf(Folder, StringComparison.Ordinal)
        where folder >= 0
        let name = resource[(folder + Folder.Length)..]
        orderby name
        select new MigrationScript(module, name, Read(assembly, resource));

    private static string Read(Assembly assembly, string resource)
    {
        // The name came from this very assembly, so the stream exists.
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}

/// <summary>The database cannot be brought to, or is not at, the version this program needs. The message is for the operator.</summary>
public sealed class MigrationException(string message) : OperatorException(message);

/// <summary>
/// Brings a database to the version of this program: kernel first, then the modules in their order, each file once and in a transaction
/// of its own, under one advisory lock so that several processes may start together. The owner of schemas and tables connects here alone.
/// </summary>
public sealed class Migrator(string ownerConnectionString, IReadOnlyList<MigrationScript> scripts)
{
    private const int CommandTimeoutSeconds = 600;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(100);

    private readonly string _owner = new NpgsqlConnectionStringBuilder(ownerConnectionString)
    {
        ApplicationName = "balie migrate",
        Pooling = false,
        CommandTimeout = CommandTimeoutSeconds,
    }.ConnectionString;

    // "balie" on a telephone's keys.
    private const long AdvisoryLock = 22543;

    private const string Prepare = """
        create schema if not exists kernel;
        create table if not exists kernel.migrations (
            module      text not null,
            name        text not null,
            sha256      text not null,
            applied_at  timestamptz not null default now(),
            primary key (module, name)
        );
        """;

    private const string Roles = """
        do $$
        declare
            role        text;
            -- From 16 on whoever creates a role is its member, yet may not become it until it grants itself that too.
            may_become  text := case when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member' end;
        begin
            foreach role in array array['balie_app', 'balie_system', 'balie_reader'] loop
                if not exists (select from pg_roles where rolname = role) then
                    execute format('create role %I nologin nosuperuser nobypassrls', role);
                end if;
                if not pg_has_role(current_user, role, may_become) then execute format('grant %I to current_user', role); end if;
            end loop;
        exception when unique_violation or duplicate_object then null;
        end
        $$;
        """;

    private const string GrantSchemas = """
        do $$
        declare schema text;
        begin
            for schema in select nspname from pg_namespace where nspname = any(string_to_array(current_setting('balie.schemas'), ',')) loop
                execute format('grant usage on schema %I to balie_app, balie_system, balie_reader', schema);
                execute format('grant usage on all sequences in schema %I to balie_app, balie_system', schema);
            end loop;
        end
        $$;
        grant select on kernel.migrations to balie_app, balie_system, balie_reader;
        """;

    /// <summary>Applies what is missing and returns how many files ran.</summary>
    /// <exception cref="MigrationException">An applied file changed, or the database is of a newer version.</exception>
    public async Task<int> Apply(CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(_owner);
        await connection.OpenAsync(ct);
        await TakeLock(connection, ct);
        await Run(connection, Roles, ct);
        await Run(connection, Prepare, ct);
        var applied = await Applied(connection, ct);
        RefuseNewer(applied);

        var ran = 0;
        foreach (var script in scripts)
        {
            if (applied.TryGetValue((script.Module, script.Name), out var sha256))
            {
                if (sha256 == script.Sha256) continue;
                throw new MigrationException(
                    $"Migration {script.Module}/{script.Name} changed after it was applied. Restore the file and add a new one.");
            }
            await ApplyOne(connection, script, ct);
            ran++;
        }
        if (ran > 0)
        {
            var schemas = string.Join(',', scripts.Select(script => script.Module).Distinct());
            await connection.ExecuteAsync(
                new CommandDefinition("select set_config('balie.schemas', @schemas, false)", new { schemas }, cancellationToken: ct));
            await Run(connection, GrantSchemas, ct);
        }
        return ran;
    }

    /// <summary>How many files still have to run; asked at start and by <c>/ready</c>.</summary>
    /// <exception cref="MigrationException">The database is of a newer version.</exception>
    public async Task<int> Missing(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var exists = await connection.ExecuteScalarAsync<bool>(
            new CommandDefinition("select to_regclass('kernel.migrations') is not null", cancellationToken: ct));
        if (!exists) return scripts.Count;

        var applied = await Applied(connection, ct);
        RefuseNewer(applied);
        return scripts.Count(script => !applied.ContainsKey((script.Module, script.Name)));
    }

    /// <summary>
    /// Asks again and again instead of waiting: a statement that waits is one that <c>create index concurrently</c> waits for.
    /// </summary>
    private static async Task TakeLock(NpgsqlConnection connection, CancellationToken ct)
    {
        while (!await connection.ExecuteScalarAsync<bool>(
            new CommandDefinition($"select pg_try_advisory_lock({AdvisoryLock})", cancellationToken: ct)))
            await Task.Delay(BetweenTries, ct);
    }

    private static async Task ApplyOne(NpgsqlConnection connection, MigrationScript script, CancellationToken ct)
    {
        const string Record = "insert into kernel.migrations (module, name, sha256) values (@Module, @Name, @Sha256)";
        if (!script.InTransaction)
        {
            await Run(connection, script.Text, ct);
            await connection.ExecuteAsync(new CommandDefinition(Record, script, cancellationToken: ct));
            return;
        }
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(script.Text, transaction: transaction, cancellationToken: ct));
        await connection.ExecuteAsync(new CommandDefinition(Record, script, transaction, cancellationToken: ct));
        await transaction.CommitAsync(ct);
    }

    private static async Task<Dictionary<(string Module, string Name), string>> Applied(NpgsqlConnection connection, CancellationToken ct)
    {
        var rows = await connection.QueryAsync<(string Module, string Name, string Sha256)>(
            new CommandDefinition("select module, name, sha256 from kernel.migrations", cancellationToken: ct));
        return rows.ToDictionary(row => (row.Module, row.Name), row => row.Sha256);
    }

    private void RefuseNewer(Dictionary<(string Module, string Name), string> applied)
    {
        var known = scripts.Select(script => (script.Module, script.Name)).ToHashSet();
        var modules = scripts.Select(script => script.Module).ToHashSet();
        // A module that this installation leaves out may well have tables; only a newer file of a module we do have is news.
        var newer = applied.Keys.Where(key => modules.Contains(key.Module) && !known.Contains(key)).Order().ToArray();
        if (newer.Length == 0) return;
        throw new MigrationException(string.Create(CultureInfo.InvariantCulture,
            $"The database is of a newer version of Balie: it holds {newer[0].Module}/{newer[0].Name}, which this program does not know. "
                + $"Start the newer program, or restore a backup."));
    }

    private static Task<int> Run(NpgsqlConnection connection, string sql, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(sql, cancellationToken: ct));
}
