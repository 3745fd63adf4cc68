using Dapper;
using Npgsql;

namespace Balie.Tests.House;

/// <summary>Every schema as its module's migrations leave it, beside the code that uses it.</summary>
public sealed class SchemaTests(Product app) : IClassFixture<Product>
{
    public static TheoryData<string, string> Schemas =>
        [("kernel", "Balie.Kernel"), .. Modules.All.Select(module => (module.Name, module.GetType().Assembly.GetName().Name ?? ""))];

    [Theory, MemberData(nameof(Schemas))]
    public async Task Schema_sql_is_what_the_migrations_make(string schema, string project) =>
        await Snapshot.Holds($"src/{project}/schema.sql", await SchemaText.Of(app.ConnectionString, schema, Product.Ct), Product.Ct);

    [Fact]
    public async Task Whatever_changes_in_a_schema_changes_its_text()
    {
        await using var connection = new NpgsqlConnection(app.ConnectionString);
        await connection.OpenAsync(Product.Ct);
        await connection.ExecuteAsync("create schema changing; create table changing.things (org_id uuid not null, name text)");
        string[] changes =
        [
            "alter table changing.things alter name set not null", "alter table changing.things add size integer default 1",
            "alter table changing.things add constraint small check (size < 9)", "create index things_by_name on changing.things (name)",
            "call kernel.protect('changing.things')", "revoke delete on changing.things from balie_app",
            "create function changing.one() returns integer return 1",
            "create domain changing.short as text check (length(value) < 9)",
            "alter domain changing.short add constraint shorter check (length(value) < 5)",
            "drop policy tenant on changing.things",
        ];
        var texts = new List<string> { await SchemaText.Of(app.ConnectionString, "changing", Product.Ct) };

        foreach (var change in changes)
        {
            await connection.ExecuteAsync(change);
            texts.Add(await SchemaText.Of(app.ConnectionString, "changing", Product.Ct));
        }

        Assert.Equal(texts.Count, texts.Distinct().Count());
    }

    [Fact]
    public async Task Every_index_is_one_that_row_security_lets_be_used()
    {
        await using var connection = new NpgsqlConnection(app.ConnectionString);
        await connection.OpenAsync(Product.Ct);
        Assert.Empty(await connection.QueryAsync<string>(SelectUseless));

        await using var passing = await connection.BeginTransactionAsync(Product.Ct);
        await connection.ExecuteAsync("create index holders_in_vain on ticketing.bookings (org_id, lower(holder_email))");
        Assert.Equal(["holders_in_vain: lower"], await connection.QueryAsync<string>(SelectUseless));
    }

    // A function that might tell what it saw is called only on rows that the policy let through, so never to find them. Unique ones are
    // there to refuse.
    private const string SelectUseless = """
        select distinct format('%s: %s', index.relname, proc.proname)
        from pg_index
        join pg_class as index on index.oid = indexrelid
        join pg_class as owner on owner.oid = indrelid and owner.relrowsecurity
        cross join regexp_matches(pg_get_expr(indexprs, indrelid), '([a-z_][a-z_0-9]*)[(]', 'g') as called
        join pg_proc as proc on proc.proname = called[1] and not proc.proleakproof
        where indexprs is not null and not indisunique
        """;
}
