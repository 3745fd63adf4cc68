using System.Net.Http.Headers;
using System.Text.Json;
using Balie.Kernel.Postgres;
using Npgsql;

namespace Balie.Bench;

/// <summary>
/// A fresh installation with its own PostgreSQL, as <c>./run --empty</c> makes it, with people signed in and events on sale.
/// </summary>
internal sealed partial class Venue : IAsyncDisposable
{
    private const string OwnerEmail = "bench@example.org";
    private const string Password = "quite a long bench password";

    private readonly string _data;
    private readonly List<string> _refreshTokens = [];

    private Venue(string data, BalieProcess balie) => (_data, Balie) = (data, balie);

    public BalieProcess Balie { get; private set; }

    /// <summary>The owner's connection string of the database that Balie started.</summary>
    public string ConnectionString { get; private set; } = "";

    public string TokenFile => Path.Combine(_data, "tokens");

    private static Dictionary<string, string> Settings => new()
    {
        ["BALIE_ADMIN_EMAIL"] = OwnerEmail,
        ["BALIE_ADMIN_PASSWORD"] = Password,
        ["BALIE_PASSWORD"] = Password,
        ["Balie__RateLimits__Enabled"] = "false",
        ["Balie__Identity__AttemptsPerAddress"] = "10000000",
        ["Logging__LogLevel__Default"] = "Warning",
    };

    /// <param name="people">How many are signed in; the first is the owner.</param>
    public static async Task<Venue> Open(int people, CancellationToken ct)
    {
        var data = Directory.CreateTempSubdirectory("balie-bench-").FullName;
        var venue = new Venue(data, await BalieProcess.Serve(data, Settings, ["--empty"]).Ready(ct));
        venue.ConnectionString = await EmbeddedPostgres.Running(DataFolder.Open(data), ct)
            ?? throw new InvalidOperationException("Balie serves without its PostgreSQL.");
        await venue.SignIn(people, ct);
        return venue;
    }

    /// <summary>Stops and starts it again; returns how long it took until <c>/ready</c>.</summary>
    public async Task<TimeSpan> Restart(CancellationToken ct)
    {
        await Balie.Stop(ct);
        await Balie.DisposeAsync();
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        Balie = await BalieProcess.Serve(_data, Settings, ["--empty"]).Ready(ct);
        return System.Diagnostics.Stopwatch.GetElapsedTime(began);
    }

    /// <summary>Kill -9, and a new process on what is left.</summary>
    public async Task KillAndRestart(CancellationToken ct)
    {
        await Balie.Kill();
        await Balie.DisposeAsync();
        Balie = await BalieProcess.Serve(_data, Settings, ["--empty"]).Ready(ct);
    }

    /// <summary>A second process on the same database.</summary>
    public Task<BalieProcess> Beside(CancellationToken ct)
    {
        var settings = Settings;
        settings["ConnectionStrings__Balie"] = ConnectionString;
        return BalieProcess.Serve(Directory.CreateDirectory(Path.Combine(_data, "beside")).FullName, settings, ["--empty"]).Ready(ct);
    }

    /// <summary>Access tokens live a quarter of an hour, a bench longer: new ones for everybody, without a password to hash.</summary>
    public async Task FreshTokens(CancellationToken ct)
    {
        var tokens = new List<string>();
        for (var i = 0; i < _refreshTokens.Count; i++)
        {
            var signedIn = await Post("/api/v1/auth/refresh", new { refreshToken = _refreshTokens[i] }, null, ct);
            _refreshTokens[i] = signedIn.GetProperty("refreshToken").GetString() ?? "";
            tokens.Add(signedIn.GetProperty("accessToken").GetString() ?? "");
        }
        await File.WriteAllLinesAsync(TokenFile, tokens, ct);
    }

    /// <summary>Events of one slot and one free ticket type each, on sale; returns the file with their ids.</summary>
    public async Task<string> Events(int count, int capacity, CancellationToken ct)
    {
        var owner = (await File.ReadAllLinesAsync(TokenFile, ct))[0];
        var ids = new List<string>();
        for (var i = 0; i < count; i++) ids.Add(await Event($"Bench {i}", new Money(0, "EUR"), capacity, owner, ct));
        var file = Path.Combine(_data, $"events-{count}-{Guid.CreateVersion7():n}");
        await File.WriteAllLinesAsync(file, ids, ct);
        return file;
    }

    /// <summary>An event of one slot and one ticket type that costs something, on sale.</summary>
    public async Task<Guid> PricedEvent(int capacity, CancellationToken ct) =>
        Guid.Parse(await Event("Bench purchase", new Money(1_250, "EUR"), capacity, await Owner(ct), ct));

    /// <summary>Cancels an event for good, which gives everybody their money back.</summary>
    public async Task CallOff(Guid eventId, CancellationToken ct) =>
        await Send(HttpMethod.Put, $"/api/v1/events/{eventId}/cancellation", new { reason = "bench" }, await Owner(ct), ct);

    /// <summary>PostgreSQL does this by itself within a minute: it looks how much there is, and forgets plans for empty tables.</summary>
    public async Task Analyze(CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync(ct);
        await using var analyze = new NpgsqlCommand("analyze", connection);
        await analyze.ExecuteNonQueryAsync(ct);
    }

    /// <summary>One sign-in with a wrong password: as much work for the server as a right one.</summary>
    public async Task KnockInVain(int attempt, CancellationToken ct)
    {
        var content = JsonContent(new { email = $"nobody{attempt % 1000}@example.org", password = "certainly not the password" });
        using var answer = await Balie.Http.PostAsync(new Uri("/api/v1/auth/login", UriKind.Relative), content, ct);
    }

    /// <summary>Runs <c>balie verify</c> on this database.</summary>
    public async Task<(int ExitCode, string Output)> Verify(CancellationToken ct)
    {
        await using var verify = BalieProcess.Start(["verify", "--data", _data], Settings);
        return (await verify.Ends(ct), verify.Output + verify.Errors);
    }

    public async ValueTask DisposeAsync()
    {
        await Balie.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    private async Task SignIn(int people, CancellationToken ct)
    {
        for (var i = 0; i < people; i++)
        {
            var email = i == 0 ? OwnerEmail : $"person{i}@example.org";
            if (i > 0)
            {
                await using var create = BalieProcess.Start(["user", "create", email, "--data", _data], Settings);
                if (await create.Ends(ct) != 0) throw new InvalidOperationException(create.Errors);
            }
            var signedIn = await Post("/api/v1/auth/login", new { email, password = Password }, null, ct);
            _refreshTokens.Add(signedIn.GetProperty("refreshToken").GetString() ?? "");
        }
        await FreshTokens(ct);
    }

    private async Task<string> Owner(CancellationToken ct)
    {
        await FreshTokens(ct);
        return (await File.ReadAllLinesAsync(TokenFile, ct))[0];
    }

    private async Task<string> Event(string title, Money price, int capacity, string owner, CancellationToken ct)
    {
        var made = await Post("/api/v1/events", new
        {
            title,
            zone = "Europe/Amsterdam",
            ticketTypes = new[] { new { name = "Rang 1", price } },
            slots = new { dates = new[] { new { startsLocal = "2099-07-01T20:00:00", endsLocal = "2099-07-01T22:00:00" } }, capacity },
        }, owner, ct);
        var id = made.GetProperty("id").GetString() ?? "";
        await Send(HttpMethod.Put, $"/api/v1/events/{id}/publication", new { }, owner, ct);
        await Send(HttpMethod.Put, $"/api/v1/events/{id}/sale", new { }, owner, ct);
        return id;
    }

    private Task<JsonElement> Post(string path, object body, string? token, CancellationToken ct) =>
        Send(HttpMethod.Post, path, body, token, ct);

    private async Task<JsonElement> Send(HttpMethod method, string path, object body, string? token, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent(body) };
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await Balie.Http.SendAsync(request, ct);
        var text = await answer.Content.ReadAsStringAsync(ct);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{path} answered {(int)answer.StatusCode}: {text}");
        return JsonElement.Parse(text).GetProperty("data");
    }

    private static StringContent JsonContent(object body) =>
        new(JsonSerializer.Serialize(body, Json.Options), System.Text.Encoding.UTF8, "application/json");
}
