using System.Net;
using System.Text.Json;
using Balie.Tests.Routes;
using Dapper;
using Npgsql;

namespace Balie.Tests.Tenancy;

/// <summary>
/// Every route of the endpoint table with another organisation's ids, asked by an owner who may do everything at home: there is no such
/// thing, exactly as if it did not exist anywhere, and nothing changes.
/// </summary>
public sealed class ForeignIdTests(TwoEstates estates) : IClassFixture<TwoEstates>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private readonly Estate _ours = estates.Ours;
    private readonly Estate _theirs = estates.Theirs;

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
        var (before, wrong, asked) = (await Everything(), new List<string>(), 0);
        foreach (var route in Api.Where(route => route.PathParameters.Any()))
        {
            foreach (var foreign in Foreign(route))
            {
                asked++;
                var theirs = await Call(_ours.Owner, route,
                    name => (foreign.Contains(name) ? _theirs : _ours).Ids[name], name => _ours.Ids[name]);
                if (theirs.Status != HttpStatusCode.NotFound)
                    wrong.Add($"{route.Name} with foreign {string.Join(", ", foreign)}: {theirs}");
            }
            // A booking has two names.
            if (!route.PathParameters.Contains("idOrReference")) continue;
            var byId = await Call(_ours.Owner, route, _ => _theirs.Ids["bookingId"], name => _ours.Ids[name]);
            if (byId.Status != HttpStatusCode.NotFound) wrong.Add($"{route.Name} with a foreign booking's id: {byId}");
        }

        Assert.True(asked > 40, $"Only {asked} calls were made.");
        Assert.Empty(wrong);
        Assert.Equal(before, await Everything());
    }

    [Fact]
    public async Task Another_organisations_id_in_a_body_or_query_is_as_unknown_as_one_that_nobody_has()
    {
        var (before, wrong, asked) = (await Everything(), new List<string>(), 0);
        foreach (var route in Api)
        {
            var inBody = new HashSet<string>();
            if (Recipes.Bodies.TryGetValue(route.Name, out var body)) body(name => { inBody.Add(name); return _ours.Ids[name]; });
            foreach (var name in inBody)
            {
                asked++;
                var theirs = await Call(_ours.Owner, route, path => _ours.Ids[path], id => id == name ? _theirs.Ids[id] : _ours.Ids[id]);
                var nobodys = await Call(_ours.Owner, route, path => _ours.Ids[path],
                    id => id == name ? Guid.CreateVersion7().ToString() : _ours.Ids[id]);
                if (theirs != nobodys || (int)theirs.Status < 400)
                    wrong.Add($"{route.Name} with foreign {name}: {theirs}, unknown: {nobodys}");
            }
            foreach (var name in route.QueryIds)
            {
                asked++;
                var theirs = await Call(_ours.Owner, route, path => _ours.Ids[path], id => _ours.Ids[id],
                    $"?{name}={_theirs.Ids[Recipes.Queries[name]]}");
                var nobodys = await Call(_ours.Owner, route, path => _ours.Ids[path], id => _ours.Ids[id],
                    $"?{name}={Guid.CreateVersion7()}");
                if (theirs != nobodys) wrong.Add($"{route.Name}?{name}: {theirs}, unknown: {nobodys}");
            }
        }

        Assert.True(asked > 5, $"Only {asked} calls were made.");
        Assert.Empty(wrong);
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
            var answer = await Call(visitor, route, name => _theirs.Ids[name], name => _theirs.Ids[name]);
            if (answer.Status != HttpStatusCode.Forbidden) wrong.Add($"{route.Name}: {answer}");
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task The_same_calls_with_ones_own_ids_do_find_something()
    {
        // Without this a recipe full of mistakes would pass as a wall.
        var (missed, found) = (new List<string>(), 0);
        foreach (var route in Api.Where(route => route.Method == "GET" && route.PathParameters.Any()))
        {
            var answer = await Call(_theirs.Owner, route, name => _theirs.Ids[name], name => _theirs.Ids[name]);
            if (answer.Status == HttpStatusCode.OK) found++;
            else missed.Add($"{route.Name}: {answer}");
        }

        Assert.Equal([], missed);
        Assert.True(found > 10);
    }

    private sealed record Answer(HttpStatusCode Status, string Code);

    /// <summary>All parameters foreign at once, and each alone among our own.</summary>
    private static IEnumerable<IReadOnlyCollection<string>> Foreign(MappedRoute route)
    {
        string[] all = [.. route.PathParameters];
        return all.Length == 1 ? [all] : [all, .. all.Select(name => (IReadOnlyCollection<string>)[name])];
    }

    private static async Task<Answer> Call(HttpClient client, MappedRoute route, Func<string, string> path, Func<string, string> body,
        string query = "")
    {
        using var request = new HttpRequestMessage(new HttpMethod(route.Method), route.At(path) + query);
        if (Recipes.Bodies.TryGetValue(route.Name, out var made))
        {
            request.Content = new ByteArrayContent(MappedRoute.Bytes(made(body)));
            request.Content.Headers.ContentType = new("application/json");
        }
        if (route.WantsKey) request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        request.Headers.TryAddWithoutValidation("If-Match", "*");
        using var answer = await client.SendAsync(request, Ct);
        if (answer.IsSuccessStatusCode) return new Answer(answer.StatusCode, "");
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct));
        return new Answer(answer.StatusCode, problem.RootElement.Text("code"));
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
