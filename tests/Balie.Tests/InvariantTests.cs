namespace Balie.Tests;

public sealed class InvariantTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_fresh_database_of_the_whole_product_holds_every_invariant()
    {
        var database = $"verify_{Guid.CreateVersion7():n}";
        await TestServer.Admin($"create database {database}");
        try
        {
            var connectionString = TestServer.Database(database);
            await new Migrator(connectionString, Modules.Scripts).Apply(Ct);
            await using var databases = new Databases(connectionString, poolSize: 2);

            var verdicts = await new Verifier(new Installation(Modules.All), databases).Run(null, Ct);

            Assert.Equal([], verdicts.SelectMany(verdict => verdict.Violations.Select(violation => $"{verdict.Check}: {violation}")));
        }
        finally { await TestServer.Admin($"drop database {database} with (force)"); }
    }
}
