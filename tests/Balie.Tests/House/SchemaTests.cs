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
}
