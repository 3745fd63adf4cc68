using Dapper;
using Npgsql;

namespace Balie.Kernel;

/// <summary>
/// Row security does nothing against a superuser, a role that bypasses it, or the owner of a table who may switch it off. So nobody is
/// served until the roles that would serve are known to be none of these.
/// </summary>
public sealed class RolesCheck(Databases databases, IReadOnlyList<MigrationScript> scripts)
{
    private sealed record Role(string Name, bool Superuser, bool Bypassrls, string? Owns);

    /// <exception cref="OperatorException">A serving role could see past an organisation's walls.</exception>
    public async Task Pass(CancellationToken ct)
    {
        await Pass(databases.App, "App", ct);
        await Pass(databases.System, "System", ct);
        await Pass(databases.Reader, "Reader", ct);
    }

    private async Task Pass(NpgsqlDataSource source, string name, CancellationToken ct)
    {
        var role = await WhoServes(source, name, ct);
        var fault = role switch
        {
            { Superuser: true } => "is a superuser",
            { Bypassrls: true } => "bypasses row security",
            { Owns: { } table } => $"owns {table}",
            _ => null,
        };
        if (fault is null) return;
        throw new OperatorException(
            $"Balie does not serve as {role.Name}, because that role {fault} and would see past every organisation's walls: "
                + $"take that from it, or name another login in ConnectionStrings__{name}.");
    }

    private async Task<Role> WhoServes(NpgsqlDataSource source, string name, CancellationToken ct)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync(ct);
            var schemas = scripts.Select(script => script.Module).Distinct().ToArray();
            return await connection.QuerySingleAsync<Role>(new CommandDefinition(SeeRole, new { schemas }, cancellationToken: ct));
        }
        catch (PostgresException refused)
        {
            throw new OperatorException(
                $"The login of ConnectionStrings__Balie may not serve as balie_{name.ToLowerInvariant()} ({refused.MessageText}): "
                    + "run balie migrate as the owner first.", refused);
        }
    }

    private const string SeeRole = """
        select
            role.rolname::text as name,
            role.rolsuper as superuser,
            role.rolbypassrls as bypassrls,
            (
                select min(format('%s.%s', space.nspname, owned.relname))
                from pg_class owned
                join pg_namespace space on space.oid = owned.relnamespace
                where owned.relowner = role.oid and space.nspname = any(@schemas)
            ) as owns
        from pg_roles role
        where role.rolname = current_user
        """;
}
