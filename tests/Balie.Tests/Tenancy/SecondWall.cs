using System.Globalization;
using Npgsql;

namespace Balie.Tests.Tenancy;

/// <summary>
/// Goes past every <c>where org_id = @orgId</c> of the services, straight to one table as a role of theirs, and says what the database
/// itself let through. Nothing that it does is committed.
/// </summary>
/// <param name="databases">The product's own.</param>
/// <param name="silent">Others, whose connections never said for whom they are: their setting is unset, that of a used one is
/// empty.</param>
internal sealed class SecondWall(Databases databases, Databases silent)
{
    /// <summary>Whatever of another organisation this table shows, changes or takes; nothing for a table that is walled.</summary>
    public async Task<IReadOnlyList<string>> Holes(string table, Guid ours, Guid theirs, CancellationToken ct)
    {
        var holes = new List<string>();
        void Unless(bool good, string hole) { if (!good) holes.Add($"{table}: {hole}"); }

        var (us, of) = (ours.ToString(), $"from {table} where org_id = '{theirs}'");
        var update = $"with done as (update {table} set org_id = org_id where org_id = '{theirs}' returning 1) select count(*) from done";
        var delete = $"with done as (delete {of} returning 1) select count(*) from done";
        Unless(await Run(databases.System, us, $"select count(*) {of}", ct) is > 0,
            "no row of theirs proves anything; let the test make one");
        foreach (var (name, role, unsaid) in Roles)
        {
            Unless(await Nothing(role, us, $"select count(*) {of}", ct), $"{name} of ours sees their rows");
            Unless(await Nothing(role, us, $"select count(*) from {table} where org_id <> '{ours}'", ct),
                $"{name} of ours sees others' rows");
            Unless(await Nothing(role, "", $"select count(*) from {table}", ct), $"{name} of nobody sees rows");
            Unless(await Nothing(unsaid, null, $"select count(*) from {table}", ct), $"{name} that never said who it is sees rows");
            Unless(await Nothing(role, us, update, ct), $"{name} of ours changes their rows");
            Unless(await Nothing(role, us, delete, ct), $"{name} of ours deletes their rows");
            Unless(await Refused(role, us, $"insert into {table} (org_id) values ('{theirs}')", ct),
                $"{name} of ours adds a row of theirs");
        }
        Unless(await Refused(databases.Reader, us, $"insert into {table} (org_id) values ('{ours}')", ct), "the reader adds rows");
        Unless(await Refused(databases.Reader, us, $"update {table} set org_id = org_id", ct), "the reader changes rows");
        Unless(await Refused(databases.Reader, us, $"delete from {table}", ct), "the reader deletes rows");
        return holes;
    }

    private IEnumerable<(string Name, NpgsqlDataSource Role, NpgsqlDataSource Unsaid)> Roles =>
        [("the app", databases.App, silent.App), ("the reader", databases.Reader, silent.Reader)];

    /// <summary>Row security and grants are judged before the rows themselves, so a row that lacks everything else still tells.</summary>
    private static async Task<bool> Refused(NpgsqlDataSource role, string us, string sql, CancellationToken ct)
    {
        try
        {
            await Scalar(role, us, sql, ct);
            return false;
        }
        catch (PostgresException problem)
        {
            return problem.SqlState == PostgresErrorCodes.InsufficientPrivilege;
        }
    }

    private static async Task<bool> Nothing(NpgsqlDataSource role, string? setting, string sql, CancellationToken ct) =>
        await Run(role, setting, sql, ct) is 0 or null;

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
            await using var say = new NpgsqlCommand("select set_config('app.org', @setting, true)", connection, transaction);
            say.Parameters.AddWithValue("setting", setting);
            await say.ExecuteNonQueryAsync(ct);
        }
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        return await command.ExecuteScalarAsync(ct);
    }
}
