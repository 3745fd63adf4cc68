using System.Net;
using System.Text.Json;
using Balie.Tests.Routes;

namespace Balie.Tests.Tenancy;

/// <summary>Asks every route of the endpoint table for another organisation's things, and says which did not deny them.</summary>
internal sealed class ForeignIdProbe(TwoEstates estates)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private readonly Estate _ours = estates.Ours;
    private readonly Estate _theirs = estates.Theirs;

    private IEnumerable<MappedRoute> Api => estates.Routes.Where(route => route.IsApi);

    /// <summary>How many calls were made.</summary>
    public int Asked { get; private set; }

    /// <summary>Their ids in addresses, all at once and each alone among our own, to which the answer must be 404.</summary>
    public async Task<List<string>> InAddresses()
    {
        var wrong = new List<string>();
        // Reads come first: where a wall is missing, what was deleted could not be shown afterwards.
        foreach (var route in Api.Where(route => route.PathParameters.Any()).OrderBy(route => route.Method != "GET"))
        {
            foreach (var foreign in Foreign(route))
            {
                Asked++;
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
        return wrong;
    }

    /// <summary>Their ids in bodies and queries, to which the answer must be that to an id which nobody has.</summary>
    public async Task<List<string>> InBodiesAndQueries()
    {
        var wrong = new List<string>();
        foreach (var route in Api)
        {
            var inBody = new HashSet<string>();
            if (Recipes.Bodies.TryGetValue(route.Name, out var body)) body(name => { inBody.Add(name); return _ours.Ids[name]; });
            foreach (var name in inBody)
            {
                Asked++;
                var theirs = await Call(_ours.Owner, route, path => _ours.Ids[path], id => id == name ? _theirs.Ids[id] : _ours.Ids[id]);
                var nobodys = await Call(_ours.Owner, route, path => _ours.Ids[path],
                    id => id == name ? Guid.CreateVersion7().ToString() : _ours.Ids[id]);
                if (theirs != nobodys || ((int)theirs.Status < 400 && !Recipes.TakesFacts.Contains(route.Name)))
                    wrong.Add($"{route.Name} with foreign {name}: {theirs}, unknown: {nobodys}");
            }
            foreach (var name in route.QueryIds)
            {
                Asked++;
                var theirs = await Call(_ours.Owner, route, path => _ours.Ids[path], id => _ours.Ids[id],
                    $"?{name}={_theirs.Ids[Recipes.Queries[name]]}");
                var nobodys = await Call(_ours.Owner, route, path => _ours.Ids[path], id => _ours.Ids[id],
                    $"?{name}={Guid.CreateVersion7()}");
                if (theirs != nobodys) wrong.Add($"{route.Name}?{name}: {theirs}, unknown: {nobodys}");
            }
        }
        return wrong;
    }

    public sealed record Answer(HttpStatusCode Status, string Code);

    public static async Task<Answer> Call(HttpClient client, MappedRoute route, Func<string, string> path, Func<string, string> body,
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

    /// <summary>All parameters foreign at once, and each alone among our own.</summary>
    private static IEnumerable<IReadOnlyCollection<string>> Foreign(MappedRoute route)
    {
        string[] all = [.. route.PathParameters];
        return all.Length == 1 ? [all] : [all, .. all.Select(name => (IReadOnlyCollection<string>)[name])];
    }
}
