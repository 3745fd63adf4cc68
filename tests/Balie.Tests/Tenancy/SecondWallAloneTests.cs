using Balie.Tests.Routes;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace Balie.Tests.Tenancy;

/// <summary>The same two organisations, served past every <c>where org_id = @orgId</c> of the services.</summary>
public sealed class UnfilteredEstates : TwoEstates, IAsyncLifetime
{
    private readonly StatementEditor _cutter;

    public UnfilteredEstates() => _cutter = new StatementEditor(ConnectionString, FilterCutter.Cut);

    // The system's role is behind no second wall: what runs under it (sequencer, relay, sign-in) keeps its filters.
    protected override void Replace(IServiceCollection services) =>
        services.Replace(ServiceDescriptor.Singleton(_ => new Databases(ConnectionString, app: _cutter.ConnectionString, poolSize: 10)));

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        await _cutter.DisposeAsync();
    }
}

/// <summary>Every route with another organisation's ids, where row security alone stands between them.</summary>
public sealed class ForeignIdsPastFiltersTests(UnfilteredEstates estates) : ForeignIds(estates), IClassFixture<UnfilteredEstates>;

/// <summary>All that can be read, searched for another organisation's words, where row security alone stands between them.</summary>
public sealed class ForeignRowsPastFiltersTests(UnfilteredEstates estates) : ForeignRows(estates), IClassFixture<UnfilteredEstates>;

/// <summary>Without either wall the same questions get answers: the filters really are gone, and the questions are right.</summary>
public sealed class NoWallTests(UnfilteredEstates estates) : IClassFixture<UnfilteredEstates>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Past_the_filters_and_without_row_security_their_things_are_there_for_the_asking()
    {
        await using var owner = new NpgsqlConnection(estates.ConnectionString);
        await owner.OpenAsync(Ct);
        foreach (var table in await Tables.OfTenants(owner, Ct))
            await owner.ExecuteAsync($"alter table {table} disable row level security");

        var shown = await new ForeignIdProbe(estates).InAddresses();

        var reads = estates.Routes
            .Where(route => route.IsApi && route.Method == "GET" && route.PathParameters.Any() && !IsOfIdentity(route));
        Assert.All(reads, route => Assert.Contains(shown, call => call.StartsWith($"{route.Name} with foreign", StringComparison.Ordinal)));
    }

    // Accounts belong to the installation, so these work under the system's role.
    private static bool IsOfIdentity(MappedRoute route) =>
        route.Pattern.StartsWith("/api/v1/organisations/", StringComparison.Ordinal)
        || route.Pattern.StartsWith("/api/v1/auth/", StringComparison.Ordinal);
}
