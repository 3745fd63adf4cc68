using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Balie.Contracts.Identity;
using Balie.Identity.Sessions;
using Balie.Identity.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using InMemoryServer = Microsoft.AspNetCore.TestHost.TestServer;

namespace Balie.Identity.Tests;

/// <summary>Identity, really running: real callers, real tokens, mail as files. Hashing is cheap here, and only here.</summary>
public sealed partial class IdentityApp : ModuleApp<IdentityModule>
{
    public const string OwnerEmail = "owner@museum.test";
    public const string Password = "zeventien paarse olifanten";
    public const int HashIterations = 1_000;

    private const string AddressHeader = "X-Test-Address";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static int _clients;

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "balie-tests", Guid.NewGuid().ToString("n"));
    private readonly SemaphoreSlim _once = new(1, 1);
    private Owner? _owner;

    public IInstallation Installation => Services.GetRequiredService<IInstallation>();

    /// <summary>The first start, done once per database.</summary>
    public async Task<Owner> Owner(CancellationToken ct)
    {
        await _once.WaitAsync(ct);
        try
        {
            return _owner ??= (await Installation.EnsureOwner(OwnerEmail, Password, "Museum of Tests", ct)).Value
                ?? throw new InvalidOperationException("No owner.");
        }
        finally { _once.Release(); }
    }

    /// <summary>A client at an address of its own, unless told which.</summary>
    public HttpClient Client(string? address = null, string agent = "tests/1.0", IServiceProvider? process = null)
    {
        var client = process is null ? Server(Services).CreateClient() : Server(process).CreateClient();
        var number = Interlocked.Increment(ref _clients);
        client.DefaultRequestHeaders.Add(AddressHeader, address ?? $"10.0.{number / 256}.{number % 256}");
        client.DefaultRequestHeaders.UserAgent.ParseAdd(agent);
        return client;
    }

    /// <summary>A new account, confirmed, with no session yet.</summary>
    public async Task<string> Account(CancellationToken ct)
    {
        await Owner(ct);
        var email = $"p{Guid.NewGuid():n}@example.org";
        var made = await Installation.CreateUser(email, "Jo de Vries", Password, "nl", ct);
        Assert.Null(made.Refusal);
        return email;
    }

    internal async Task<SignedIn> LogIn(string email, CancellationToken ct, HttpClient? from = null, string password = Password) =>
        await (await (from ?? Client()).Post("/api/v1/auth/login", new LogIn.Asked(email, password), ct)).IsOk<SignedIn>(ct);

    /// <summary>A client that is signed in as this account, by token, in the default organisation unless told otherwise.</summary>
    public async Task<HttpClient> SignedIn(string email, CancellationToken ct, string? organisation = null)
    {
        var client = Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await LogIn(email, ct, client)).AccessToken);
        if (organisation is not null) client.DefaultRequestHeaders.Add("X-Organisation", organisation);
        return client;
    }

    /// <summary>The newest mail to an address, waiting for it to be sent.</summary>
    public async Task<string> Mail(string to, CancellationToken ct, int number = 1)
    {
        for (var end = DateTime.UtcNow + Patience; DateTime.UtcNow < end; await Task.Delay(20, ct))
        {
            var found = Mails(to);
            if (found.Length >= number) return found[^1];
        }
        throw new TimeoutException($"Mail {number} to {to} did not come.");
    }

    public string[] Mails(string to) => !Directory.Exists(_folder)
        ? []
        : [.. from file in Directory.GetFiles(_folder, "*.eml")
              orderby file
              let text = File.ReadAllText(file)
              where text.Contains($"\r\nTo: {to}\r\n", StringComparison.Ordinal)
              select text];

    public async Task<string> CodeMailed(string to, CancellationToken ct, int number = 1) =>
        SixDigits().Match(await Mail(to, ct, number)).Value;

    /// <summary>
    /// Waits until news has come round. Memory that nobody corrects would stay as it is for ever: the clock stands still.
    /// </summary>
    public static async Task Soon(Func<Task<bool>> isSo, CancellationToken ct)
    {
        for (var end = Environment.TickCount64 + (long)Patience.TotalMilliseconds; !await isSo(); await Task.Delay(10, ct))
            if (Environment.TickCount64 > end) throw new TimeoutException("It never became so.");
    }

    /// <summary>Until this process hears signals: before that nothing is remembered, which most tests do not want to test.</summary>
    public static async Task Hearing(IServiceProvider process, CancellationToken ct)
    {
        var signals = process.GetRequiredService<Signals>();
        for (var end = DateTime.UtcNow + Patience; !signals.Listening; await Task.Delay(10, ct))
            if (DateTime.UtcNow > end) throw new TimeoutException("Nobody listens.");
    }

    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Balie:identity:HashIterations"] = $"{HashIterations}",
            ["Balie:Mail:Folder"] = _folder,
        });
    }

    protected override void Replace(IServiceCollection services) => services.AddSingleton<IStartupFilter, AddressFromHeader>();

    private static InMemoryServer Server(IServiceProvider process) => (InMemoryServer)process.GetRequiredService<IServer>();

    [GeneratedRegex(@"\b\d{6}\b")]
    private static partial Regex SixDigits();

    /// <summary>Requests in memory come from nowhere; this says from where.</summary>
    private sealed class AddressFromHeader : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((http, rest) =>
            {
                if (IPAddress.TryParse(http.Request.Headers[AddressHeader], out var address)) http.Connection.RemoteIpAddress = address;
                return rest(http);
            });
            next(app);
        };
    }
}
