using System.Net;
using Balie.Tests.Routes;
using Dapper;
using Npgsql;

namespace Balie.Tests.Tenancy;

/// <summary>
/// Every route of the endpoint table with another organisation's ids, asked by an owner who may do everything at home: there is no such
/// thing, exactly as if it did not exist anywhere, and nothing changes.
/// </summary>
public abstract class ForeignIds(TwoEstates estates)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private readonly Estate _ours = estates.Ours;
    private readonly Estate _theirs = estates.Theirs;
    private readonly ForeignIdProbe _probe = new(estates);

    private IEnumerable<MappedRoute> Api => estates.Routes.Where(route => route.IsApi);

    [Fact]
    public void No_route_is_without_a_recipe()
    {
        Assert.NotEmpty(Api);
        Assert.Empty(Recipes.Missing(Api, _ours));
        Assert.Empty(Recipes.Stale(Api));
    }

    [Fact]
    public async Task Another_organisations_id_in_an_address_names_nothing_on_any_route_and_nothing_changes()
    {
        var before = await Everything();
        var wrong = await _probe.InAddresses();

        Assert.True(_probe.Asked > 40, $"Only {_probe.Asked} calls were made.");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Equal(before, await Everything());
    }

    [Fact]
    public async Task Another_organisations_id_in_a_body_or_query_is_as_unknown_as_one_that_nobody_has()
    {
        var before = await Everything();
        var wrong = await _probe.InBodiesAndQueries();

        Assert.True(_probe.Asked > 5, $"Only {_probe.Asked} calls were made.");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Equal(before, await Everything());
    }

    [Fact]
    public async Task Naming_their_organisation_makes_nobody_its_staff()
    {
        var wrong = new List<string>();
        using var visitor = await _ours.SignInAgain();
        visitor.DefaultRequestHeaders.Remove("X-Organisation");
        visitor.DefaultRequestHeaders.Add("X-Organisation", _theirs.OrganisationId);
        foreach (var route in Api.Where(route => route.Access?.Permission is not null))
        {
            var answer = await ForeignIdProbe.Call(visitor, route, name => _theirs.Ids[name], name => _theirs.Ids[name]);
            if (answer.Status != HttpStatusCode.Forbidden) wrong.Add($"{route.Name}: {answer}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task The_same_calls_with_ones_own_ids_do_find_something()
    {
        // Without this a recipe full of mistakes would pass as a wall.
        var (missed, found) = (new List<string>(), 0);
        foreach (var route in Api.Where(route => route.Method == "GET" && route.PathParameters.Any()))
        {
            var answer = await ForeignIdProbe.Call(_theirs.Owner, route, name => _theirs.Ids[name], name => _theirs.Ids[name]);
            if (answer.Status == HttpStatusCode.OK) found++;
            else missed.Add($"{route.Name}: {answer}");
        }

        Assert.Equal([], missed);
        Assert.True(found > 10);
    }

    /// <summary>Every row of theirs in every table, and their people's sessions, as one fingerprint per table.</summary>
    private async Task<IReadOnlyList<(string Table, string Rows)>> Everything()
    {
        await using var connection = new NpgsqlConnection(estates.ConnectionString);
        await connection.OpenAsync(Ct);
        await connection.ExecuteAsync("set role balie_system");
        var seen = new List<(string, string)>();
        async Task Look(string table, string whose)
        {
            const string Fingerprint =
                "select count(*) || ' ' || coalesce(md5(string_agg(md5(row::text), '' order by md5(row::text))), '')";
            seen.Add((table, await connection.ExecuteScalarAsync<string>($"{Fingerprint} from {table} as row where {whose}") ?? ""));
        }
        var theirs = $"org_id = '{_theirs.OrganisationId}'";
        foreach (var table in await Tables.OfTenants(connection, Ct)) await Look(table, theirs);
        await Look("identity.sessions", $"ended_at is null and user_id in (select user_id from identity.members where {theirs})");
        return seen;
    }
}
