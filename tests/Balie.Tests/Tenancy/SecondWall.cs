using System.Globalization;
using Npgsql;

namespace Balie.Tests.Tenancy;

/// <summary>
/// Goes past every <c>where org_id = @orgId</c> of the services, straight to one table as a role of theirs, and says what the database
/// itself let through. Nothing that it does is committed.
/// </summary>
/// <param name="databases">The product's own.</param>
/// <param name="silent">Others, whose connections never said for whom they are: their setting is unset, that of a used one is empty.</param>
internal sealed class SecondWall(Databases databases, Databases silent)
{
    /// <summary>Whatever of another organisation this table shows, changes or takes; nothing for a table that is walled.</summary>
    public async Task<IReadOnlyList<string>> Holes(string table, Guid ours, Guid theirs, CancellationToken ct)
    {
        var holes = new List<string>();
        void Unless(bool good, string hole) { if (!good) holes.Add($"{table}: {hole}"); }

        var count = $"select count(*) from {table} where org_id = '{theirs}'";
        Unless(await Run(databases.System, theirs.ToString(), count, ct) is > 0, "holds no row of theirs, so nothing is proven; let the test make one");
        foreach (var (role, unsaid) in ((NpgsqlDataSource, NpgsqlDataSource)[])[(databases.App, silent.App), (databases.Reader, silent.Reader)])
        {
            Unless(await Run(role, ours.ToString(), count, ct) is 0 or null, $"{Name(role)} of ours sees their rows");
            Unless(await Run(role, ours.ToString(), $"select count(*) from {table} where org_id <> '{ours}'", ct) is 0 or null, $"{Name(role)} of ours sees others' rows");
            Unless(await Run(role, "", $"select count(*) from {table}", ct) is 0 or null, $"{Name(role)} of nobody sees rows");
            Unless(await Run(unsaid, null, $"select count(*) from {table}", ct) is 0 or null, $"{Name(role)} that never said who it is sees rows");
            Unless(await Run(role, ours.ToString(), $"with done as (update {table} set org_id = org_id where org_id = '{theirs}' returning 1) select count(*) from done", ct) is 0 or null,
                $"{Name(role)} of ours changes their rows");
            Unless(await Run(role, ours.ToString(), $"with done as (delete from {table} where org_id = '{theirs}' returning 1) select count(*) from done", ct) is 0 or null,
                $"{Name(role)} of ours deletes their rows");
            Unless(await Refused(role, ours, $"insert into {table} (org_id) values ('{theirs}')", ct), $"{Name(role)} of ours adds a row of theirs");
        }
        Unless(await Refused(databases.Reader, ours, $"insert into {table} (org_id) values ('{ours}')", ct), "the reader adds rows");
        Unless(await Run(databases.Reader, ours.ToString(), $"with done as (update {table} set org_id = org_id returning 1) select count(*) from done", ct) is null, "the reader changes rows");
        Unless(await Run(databases.Reader, ours.ToString(), $"with done as (delete from {table} returning 1) select count(*) from done", ct) is null, "the reader deletes rows");
        return holes;
    }

    /// <summary>Row security and grants are judged before the rows themselves, so a row that lacks everything else still tells.</summary>
    private static async Task<bool> Refused(NpgsqlDataSource role, Guid ours, string insert, CancellationToken ct)
    {
        try
        {
            await Scalar(role, ours.ToString(), insert, ct);
            return false;
        }
        catch (PostgresException problem)
        {
            return problem.SqlState == PostgresErrorCodes.InsufficientPrivilege;
        }
    }

    /// <summary>A count, or null where the role may not do this to anybody's rows.</summary>
    private static async Task<long?> Run(NpgsqlDataSource role, string? setting, string sql, CancellationToken ct)
    {
        try { return Convert.ToInt64(await Scalar(role, setting, sql, ct), CultureInfo.InvariantCulture); }
        catch (PostgresException denied) when (denied.SqlState == PostgresErrorCodes.InsufficientPrivilege) { return null; }
    }

    private static async Task<object?> Scalar(NpgsqlDataSource role, string? setting, string sql, CancellationToken ct)
    {
        await using var connection = await role.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (setting is not null)
        {
            await using var say = new NpgsqlCommand("select set_config('app.org', @setting, true)", connection, transaction) { Parameters = { new("setting", setting) } };
            await say.ExecuteNonQueryAsync(ct);
        }
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        return await command.ExecuteScalarAsync(ct);
    }

    private string Name(NpgsqlDataSource role) => role == databases.App ? "the app" : "the reader";
}
