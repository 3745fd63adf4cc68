using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Balie.Tests.Routes;
using Microsoft.AspNetCore.Builder;

namespace Balie.Tests.Input;

/// <summary>The whole product and one organisation with one of everything, for tests that send rubbish to it.</summary>
public sealed class OneEstate : WholeProduct, IAsyncLifetime
{
    private Estate? _estate;

    public Estate Estate => _estate ?? throw new InvalidOperationException("Not started yet.");

    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        Sockets.Listen(builder);
    }

    protected override HttpClient Client() => Sockets.Client(Services);

    public Uri Address => Http.BaseAddress ?? throw new InvalidOperationException("Not started yet.");

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        await Installation.EnsureOwner("beheer@example.org", Estate.Password, "Beheer", CancellationToken.None);
        _estate = await Estate.Make(this, "Zilvermeeuw");
    }
}

/// <summary>Everything of the table of malformed requests against every route of the endpoint table: no input is ever our fault.</summary>
public sealed class EveryRouteTests(OneEstate app) : IClassFixture<OneEstate>
{
    private const int RoutesAtOnce = 6;
    private const int MostShown = 40;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private MappedRoute[] Api => [.. app.Routes.Where(route => route.IsApi)];

    /// <summary>Pages, and doors for providers and machines.</summary>
    private MappedRoute[] Outside => [.. app.Routes.Where(route => !route.IsApi)];

    [Fact]
    public void The_table_has_at_least_150_rows_and_none_twice()
    {
        Assert.True(MalformedRequests.All.Count >= 150);
        Assert.Empty(MalformedRequests.All.GroupBy(row => row.Name).Where(twins => twins.Count() > 1).Select(twins => twins.Key));
        Assert.Empty(Recipes.Missing(Api, app.Estate));
    }

    [Fact]
    public async Task The_table_is_sent_to_every_operation_that_integrators_are_told_of()
    {
        using var guest = Guest();
        using var document = JsonDocument.Parse(await guest.GetStringAsync("/openapi/v1.json", Ct));
        var told =
            from path in document.RootElement.GetProperty("paths").EnumerateObject()
            from operation in path.Value.EnumerateObject()
            where operation.Value.ValueKind == JsonValueKind.Object
            select $"{operation.Name.ToUpperInvariant()} {path.Name}";

        Assert.Empty(told.Except(Api.Select(route => route.Name)));
        Assert.All(
            (string[])["cart", "orders", "payments", "refunds", "vouchers", "checkins", "tickets", "transfers", "webhooks"],
            noun => Assert.Contains(Api, route => route.TakesBody && route.Pattern.Contains($"/{noun}", StringComparison.Ordinal)));
        Assert.Empty(Outside.Where(route => route.Method == "POST").Select(route => route.Name).Except(Recipes.Doors.Keys));
    }

    [Fact]
    public async Task No_page_and_no_door_outside_the_api_answers_a_malformed_request_with_a_fault()
    {
        var wrong = await OnEveryRoute(_ => Task.FromResult(Guest()), route => MalformedRequests.All, on: Outside);

        None(wrong);
    }

    [Fact]
    public async Task No_malformed_request_of_an_owner_is_answered_with_a_fault()
    {
        var wrong = await OnEveryRoute(Owner, route => MalformedRequests.All);

        None(wrong);
    }

    [Fact]
    public async Task No_malformed_request_of_a_guest_is_answered_with_a_fault()
    {
        var wrong = await OnEveryRoute(_ => Task.FromResult(Guest()), route => MalformedRequests.All);

        None(wrong);
    }

    [Fact]
    public async Task No_member_of_a_body_can_be_so_wrong_that_it_is_our_fault()
    {
        var wrong = await OnEveryRoute(Owner, route => route.TakesBody ? Members.Wrong(Right(route)) : []);

        None(wrong);
    }

    [Fact]
    public async Task A_member_that_is_not_the_senders_to_give_is_refused_everywhere()
    {
        var taken = new ConcurrentBag<string>();
        await OnEveryRoute(Owner, route => route.TakesBody ? Members.MassAssigned(route, Right(route)) : [], (route, row, answer, code) =>
        {
            if (answer.StatusCode != HttpStatusCode.BadRequest || code != "kernel.malformed")
                taken.Add($"{route.Name}, {row}: {(int)answer.StatusCode} {code}");
        });

        None(taken);
    }

    [Fact]
    public async Task A_server_that_answers_badly_is_seen()
    {
        Assert.NotEmpty(await Faults(new HttpResponseMessage(HttpStatusCode.InternalServerError) { Content = new StringContent("{}") },
            false));
        Assert.NotEmpty(await Faults(new HttpResponseMessage(HttpStatusCode.BadRequest) { Content = new StringContent("no") }, false));
        Assert.NotEmpty(await Faults(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("{}") }, true));
        Assert.Empty(await Faults(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("{}") }, false));
    }

    private byte[] Right(MappedRoute route) => MappedRoute.Bytes(Recipes.Bodies[route.Name](name => app.Estate.Ids[name]));

    private async Task<string[]> OnEveryRoute(
        Func<MappedRoute, Task<HttpClient>> caller, Func<MappedRoute, IEnumerable<Malformed>> rows,
        Action<MappedRoute, Malformed, HttpResponseMessage, string>? also = null, MappedRoute[]? on = null)
    {
        on ??= Api;
        var (wrong, sent) = (new ConcurrentBag<string>(), 0);
        await Parallel.ForEachAsync(on, new ParallelOptions { MaxDegreeOfParallelism = RoutesAtOnce, CancellationToken = Ct },
            async (route, ct) =>
        {
            using var client = await caller(route);
            foreach (var row in rows(route))
            {
                var draft = new Draft { Body = Recipes.Doors.GetValueOrDefault(route.Name) ?? (route.TakesBody ? Right(route) : null) };
                row.Spoil(draft);
                // What a route does not look at may let the request through: then it must not reach the things that other rows need.
                var harmless = route.Method == "GET" || (row.Refused && route.TakesBody) || !route.IsApi;
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
                patience.CancelAfter(Patience);
                try
                {
                    Interlocked.Increment(ref sent);
                    using var answer = await Send(client, () =>
                        draft.Request(app.Address, route, name => harmless ? Known(name) : Unknown(name)), patience.Token);
                    var faults = route.IsApi ? await Faults(answer, MustRefuse(route, row)) : await Broken(answer);
                    wrong.AddAll(faults.Select(fault => $"{route.Name}, {row}: {fault}"));
                    also?.Invoke(route, row, answer, await Code(answer));
                }
                catch (HttpRequestException) when (draft.Body?.Length > Limits.LargestJsonBodyBytes)
                {
                    // The server need not read what it refused, and may close while it is still being sent.
                }
                catch (HttpRequestException hungUp)
                {
                    wrong.Add($"{route.Name}, {row}: {hungUp.Message}");
                }
                catch (OperationCanceledException) when (!ct.IsCancellationRequested)
                {
                    wrong.Add($"{route.Name}, {row}: no answer in {Patience.TotalSeconds} s");
                }
            }
        });
        Assert.True(sent > on.Length, $"Only {sent} requests were sent.");
        return [.. wrong.Order(StringComparer.Ordinal)];
    }

    // Whoever logs out may say nothing at all.
    private static bool MustRefuse(MappedRoute route, Malformed row) => row.Refused && route.TakesBody
        && !(route.Name == "POST /api/v1/auth/logout" && row.Name is MalformedRequests.NoBody or MalformedRequests.NullBody);

    // A server may close a kept connection just as it is used again, so one that ends without a word is tried once more.
    private static async Task<HttpResponseMessage> Send(HttpClient client, Func<HttpRequestMessage> request, CancellationToken ct)
    {
        try { return await client.SendAsync(request(), ct); }
        catch (HttpRequestException) { return await client.SendAsync(request(), ct); }
    }

    private static void None(IReadOnlyCollection<string> wrong) =>
        Assert.True(wrong.Count == 0, $"{wrong.Count} answers are wrong:\n{string.Join('\n', wrong.Take(MostShown))}");

    private static async Task<IReadOnlyList<string>> Faults(HttpResponseMessage answer, bool mustBeRefused)
    {
        var (status, text) = ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Ct));
        if (await Broken(answer) is [_, ..] broken) return broken;
        // What is no request at all is refused by the server before there is anybody to write a document.
        if (status == 400 && text.Length == 0 && answer.Headers.ConnectionClose is true) return [];
        if (status < 400) return mustBeRefused ? [$"accepted with {status}"] : [];
        var isProblem = answer.Content.Headers.ContentType?.MediaType == "application/problem+json";
        return isProblem && (await Code(answer)).Length > 0 ? [] : [$"{status} without a problem document: {text}"];
    }

    /// <summary>Outside the API people read pages and providers read nothing, so all that counts is whose fault it was.</summary>
    private static async Task<IReadOnlyList<string>> Broken(HttpResponseMessage answer) =>
        (int)answer.StatusCode < 500 ? [] : [$"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Ct)}"];

    private static async Task<string> Code(HttpResponseMessage answer)
    {
        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json") return "";
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct));
        return problem.RootElement.TryGetProperty("code", out var code) ? code.GetString() ?? "" : "";
    }

    /// <summary>An own session per route. Where people change their own account, an account per route, too.</summary>
    private async Task<HttpClient> Owner(MappedRoute route)
    {
        if (!route.Pattern.StartsWith("/api/v1/auth/", StringComparison.Ordinal)) return await app.Estate.SignInAgain();
        var email = $"p{Guid.CreateVersion7():n}@example.org";
        Assert.Null((await app.Installation.CreateUser(email, "Iemand", Estate.Password, "nl", Ct)).Refusal);
        var client = Guest();
        var signedIn = await (await client.Post("/api/v1/auth/login", new { email, password = Estate.Password }, Ct)).IsOk<JsonElement>(Ct);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", signedIn.Text("accessToken"));
        return client;
    }

    private HttpClient Guest()
    {
        var client = app.Guest();
        client.DefaultRequestHeaders.Add("X-Organisation", app.Estate.OrganisationId);
        return client;
    }

    private string Known(string name) => app.Estate.Ids.TryGetValue(name, out var id) ? id : Unknown(name);

    private string Unknown(string name) => name == "organisationId" ? app.Estate.OrganisationId : Guid.CreateVersion7().ToString();
}

internal static class Bags
{
    public static void AddAll<T>(this ConcurrentBag<T> bag, IEnumerable<T> items)
    {
        foreach (var item in items) bag.Add(item);
    }
}
