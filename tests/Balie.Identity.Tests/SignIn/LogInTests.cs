using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using Balie.Identity.Sessions;
using Balie.Identity.SignIn;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Identity.Tests.SignIn;

public sealed class LogInTests(IdentityApp app) : IClassFixture<IdentityApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Task<HttpResponseMessage> LogIn(string email, string password, HttpClient? from = null) =>
        (from ?? app.Client()).Post("/api/v1/auth/login", new LogIn.Asked(email, password), Ct);

    [Fact]
    public async Task An_account_answers_to_its_address_in_any_spelling()
    {
        var email = await app.Account(Ct);

        var tokens = await (await LogIn($" {email.ToUpperInvariant()} ", IdentityApp.Password)).IsOk<SignedIn>(Ct);

        Assert.Equal(email, tokens.User.Email);
        Assert.False(tokens.User.Totp);
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_address_get_the_same_answer()
    {
        var email = await app.Account(Ct);

        var wrong = await (await LogIn(email, "not the password")).IsRefused(HttpStatusCode.Unauthorized, "identity.credentials_wrong", Ct);
        var unknown = await (await LogIn("nobody@example.org", "not the password"))
            .IsRefused(HttpStatusCode.Unauthorized, "identity.credentials_wrong", Ct);

        Assert.Equal(wrong.GetProperty("detail").GetString(), unknown.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_address_cost_the_same_one_comparison()
    {
        // What takes the time is counted, because time itself says nothing on a busy machine.
        var email = await app.Account(Ct);
        using var costs = new Comparisons(app.Services);

        await LogIn(email, "not the password");
        await LogIn("nobody@example.org", "not the password");

        Assert.Equal([IdentityApp.HashIterations, IdentityApp.HashIterations], costs.Iterations);
    }

    [Fact]
    public async Task Five_failures_from_one_address_close_that_door_for_a_quarter_of_an_hour()
    {
        var email = await app.Account(Ct);
        using var guesser = app.Client();
        for (var i = 0; i < 5; i++)
            await (await LogIn(email, "not the password", guesser))
                .IsRefused(HttpStatusCode.Unauthorized, "identity.credentials_wrong", Ct);

        var answer = await LogIn(email, IdentityApp.Password, guesser);
        await answer.IsRefused(HttpStatusCode.TooManyRequests, "identity.too_many_attempts", Ct);
        Assert.InRange(answer.Headers.RetryAfter?.Delta ?? TimeSpan.Zero, TimeSpan.FromMinutes(14), TimeSpan.FromMinutes(15));

        app.Clock.Advance(TimeSpan.FromMinutes(15));
        await (await LogIn(email, IdentityApp.Password, guesser)).IsOk<SignedIn>(Ct);
    }

    [Fact]
    public async Task The_failures_of_others_never_lock_out_the_owner()
    {
        var email = await app.Account(Ct);
        for (var stranger = 0; stranger < 5; stranger++)
        {
            using var from = app.Client();
            for (var i = 0; i < 6; i++) await LogIn(email, "not the password", from);
        }

        await app.LogIn(email, Ct);
    }

    [Fact]
    public async Task A_hundred_guesses_at_once_are_a_hundred_guesses()
    {
        var email = await app.Account(Ct);
        using var guesser = app.Client();

        var answers = await Task.WhenAll(Enumerable.Range(0, 25).Select(_ => LogIn(email, "not the password", guesser)));

        Assert.Equal(5, answers.Count(answer => answer.StatusCode == HttpStatusCode.Unauthorized));
        Assert.Equal(20, answers.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task One_address_cannot_try_many_accounts()
    {
        await app.Owner(Ct);
        using var guesser = app.Client();
        for (var i = 0; i < 50; i++) await LogIn($"stuffed{i}@example.org", "not the password", guesser);

        await (await LogIn("another@example.org", "not the password", guesser))
            .IsRefused(HttpStatusCode.TooManyRequests, "identity.too_many_attempts", Ct);
    }

    [Fact]
    public async Task A_success_starts_the_count_afresh()
    {
        var email = await app.Account(Ct);
        using var client = app.Client();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 4; i++) await LogIn(email, "not the password", client);
            await (await LogIn(email, IdentityApp.Password, client)).IsOk<SignedIn>(Ct);
        }
    }

    [Fact]
    public async Task A_neighbour_of_the_same_network_is_the_same_client()
    {
        var email = await app.Account(Ct);
        for (var i = 1; i <= 5; i++)
        {
            using var neighbour = app.Client(address: $"2001:db8:1:2::{i}");
            await LogIn(email, "not the password", neighbour);
        }
        using var sixth = app.Client(address: "2001:db8:1:2:ffff::6");
        using var elsewhere = app.Client(address: "2001:db8:1:3::1");

        await (await LogIn(email, IdentityApp.Password, sixth)).IsRefused(HttpStatusCode.TooManyRequests, "identity.too_many_attempts", Ct);
        await (await LogIn(email, IdentityApp.Password, elsewhere)).IsOk<SignedIn>(Ct);
    }

    [Fact]
    public async Task A_disabled_account_is_soon_out_and_stays_out()
    {
        var email = await app.Account(Ct);
        using var client = await app.SignedIn(email, Ct);
        await IdentityApp.Hearing(app.Services, Ct);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/auth/me", Ct)).StatusCode);

        await app.Installation.SetDisabled(email, disabled: true, Ct);

        await IdentityApp.Soon(
            async () => (await client.GetAsync("/api/v1/auth/me", Ct)).StatusCode == HttpStatusCode.Unauthorized, Ct);
        await (await LogIn(email, IdentityApp.Password)).IsRefused(HttpStatusCode.Forbidden, "identity.account_disabled", Ct);

        await app.Installation.SetDisabled(email, disabled: false, Ct);
        await app.LogIn(email, Ct);
    }

    [Fact]
    public async Task A_hash_weaker_than_today_is_made_stronger_at_the_door()
    {
        var email = await app.Account(Ct);
        var weak = new Microsoft.AspNetCore.Identity.PasswordHasher<object>(
            Microsoft.Extensions.Options.Options.Create(new Microsoft.AspNetCore.Identity.PasswordHasherOptions { IterationCount = 10 }))
            .HashPassword(new object(), IdentityApp.Password);
        await app.SystemDb.Everywhere.Run("update identity.users set password_hash = @weak where email = @email", new { weak, email }, Ct);

        await app.LogIn(email, Ct);

        Assert.NotEqual(weak, await app.SystemDb.Everywhere.One<string>(
            "select password_hash from identity.users where email = @email", new { email }, Ct));
        await app.LogIn(email, Ct);
    }

    /// <summary>What every password that one app compares costs, in the order of their comparison.</summary>
    private sealed class Comparisons : IDisposable
    {
        private readonly ConcurrentQueue<object?> _iterations = new();
        private readonly MeterListener _listener = new();

        public Comparisons(IServiceProvider app)
        {
            var factory = app.GetRequiredService<IMeterFactory>();
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "balie.identity.passwords.checked" && instrument.Meter.Scope == factory)
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<int>((_, _, labels, _) => _iterations.Enqueue(labels[0].Value));
            _listener.Start();
        }

        public IEnumerable<object?> Iterations => _iterations;

        public void Dispose() => _listener.Dispose();
    }
}
