using Balie.Tests.Routes;
using Dapper;
using Npgsql;

namespace Balie.Tests.Tenancy;

/// <summary>The whole product with two organisations that have one of everything, and an installation's owner who is neither's.</summary>
public class TwoEstates : WholeProduct, IAsyncLifetime
{
    private Estate? _ours;
    private Estate? _theirs;

    public Estate Ours => _ours ?? throw new InvalidOperationException("Not started yet.");

    public Estate Theirs => _theirs ?? throw new InvalidOperationException("Not started yet.");

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        await Installation.EnsureOwner("beheer@example.org", Estate.Password, "Beheer", CancellationToken.None);
        _ours = await Estate.Make(this, "Zilvermeeuw");
        _theirs = await Estate.Make(this, "Purperreiger");
    }
}

/// <summary>Tables by the catalog, so that a new one is found the day it exists.</summary>
internal static class Tables
{
    /// <summary>Every table that says whose its rows are.</summary>
    public static async Task<string[]> OfTenants(NpgsqlConnection connection, CancellationToken ct) =>
        [.. await connection.QueryAsync<string>(new CommandDefinition("""
        select relnamespace::regnamespace || '.' || relname
        from pg_class
        join pg_attribute on attrelid = pg_class.oid and attname = 'org_id' and not attisdropped
        where relkind in ('r', 'p') and relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema')
        order by 1
        """, cancellationToken: ct))];
}
