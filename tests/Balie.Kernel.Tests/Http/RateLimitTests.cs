using System.Collections.Frozen;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Balie.Kernel.Tests.Http;

/// <summary>Small quotas, one trusted proxy so that a test can come from any address, and API keys named after a tier.</summary>
public sealed class LimitedApp : SocketApp<ProbeModule>
{
    public const int Anonymous = 5;
    public const int User = 8;
    public const int Standard = 10;
    public const int Plus = 12;

    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Configuration["Balie:Proxies:0"] = "127.0.0.1";
        var limits = builder.Configuration.GetSection("Balie:RateLimits");
        limits["Enabled"] = "true";
        limits["Anonymous"] = Anonymous.ToString(CultureInfo.InvariantCulture);
        limits["User"] = User.ToString(CultureInfo.InvariantCulture);
        limits["Standard"] = Standard.ToString(CultureInfo.InvariantCulture);
        limits["Plus"] = Plus.ToString(CultureInfo.InvariantCulture);
    }

    protected override void Replace(IServiceCollection services) => services.AddSingleton<ICallers, KeyCallers>();

    private sealed class KeyCallers : ICallers
    {
        private readonly TestCallers _people = new();

        public ValueTask<Guid?> FindOrganisation(string? slugOrId, string host, CancellationToken ct) =>
            _people.FindOrganisation(slugOrId, host, ct);

        public ValueTask<Caller?> Recognise(Credential credential, Guid orgId, CancellationToken ct) =>
            credential.Kind == CredentialKind.ApiKey
                ? ValueTask.FromResult<Caller?>(
                    new Caller(orgId, CallerKind.ApiKey, Guid.CreateVersion7(), FrozenSet<Permission>.Empty) { Tier = credential.Value })
                : _people.Recognise(credential, orgId, ct);
    }
}

public sealed class RateLimitTests(LimitedApp app) : IClassFixture<LimitedApp>
{
    private static int _addresses;
    private readonly string _address = $"192.0.2.{Interlocked.Increment(ref _addresses)}";
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_guest_is_counted_per_address_and_told_how_much_is_left()
    {
        for (var left = LimitedApp.Anonymous - 1; left >= 0; left--)
        {
            var answer = await Ask();
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("\"anonymous\";q=5;w=900", Header(answer, "RateLimit-Policy"));
            Assert.StartsWith($"\"anonymous\";r={left};t=", Header(answer, "RateLimit"), StringComparison.Ordinal);
        }

        var refused = await Ask();

        var problem = await refused.IsRefused(HttpStatusCode.TooManyRequests, "kernel.too_many_requests", Ct);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 170, 180); // One of five in 900 seconds.
        Assert.Equal(refused.Headers.RetryAfter.Delta.Value.TotalSeconds, problem.GetProperty("retryAfter").GetInt64());
        Assert.Equal(HttpStatusCode.OK, (await Ask(from: "198.51.100.7")).StatusCode);
    }

    [Fact]
    public async Task A_signed_in_person_is_counted_alone_whatever_their_address()
    {
        var person = Guid.CreateVersion7();
        for (var asked = 0; asked < LimitedApp.User; asked++)
            Assert.Equal(HttpStatusCode.OK,
                (await Ask(from: $"203.0.113.{asked}", ("Authorization", $"Bearer customer:{person}"))).StatusCode);

        Assert.Equal(HttpStatusCode.TooManyRequests,
            (await Ask(from: "203.0.113.99", ("Authorization", $"Bearer customer:{person}"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK,
            (await Ask(from: "203.0.113.99", ("Authorization", $"Bearer customer:{Guid.CreateVersion7()}"))).StatusCode);
    }

    [Theory]
    [InlineData("standard", LimitedApp.Standard)]
    [InlineData("plus", LimitedApp.Plus)]
    public async Task The_keys_of_an_organisation_share_its_tier(string tier, int quota)
    {
        var organisation = Guid.CreateVersion7().ToString();
        for (var asked = 0; asked < quota; asked++) Assert.Equal(HttpStatusCode.OK, (await Key(organisation)).StatusCode);

        var refused = await Key(organisation);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal($"\"{tier}\";q={quota};w=3600", Header(refused, "RateLimit-Policy"));
        Assert.Equal(HttpStatusCode.OK, (await Key(Guid.CreateVersion7().ToString())).StatusCode);

        Task<HttpResponseMessage> Key(string of) => Ask(_address, ("X-Api-Key", tier), ("X-Organisation", of));
    }

    [Fact]
    public async Task Guessing_tokens_uses_up_the_address()
    {
        for (var guess = 0; guess < LimitedApp.Anonymous; guess++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await Ask(_address, ("Authorization", $"Bearer guess{guess}"))).StatusCode);

        Assert.Equal(HttpStatusCode.TooManyRequests, (await Ask(_address, ("Authorization", "Bearer guess"))).StatusCode);
    }

    [Fact]
    public async Task An_IPv6_household_is_one_caller()
    {
        for (var asked = 0; asked < LimitedApp.Anonymous; asked++) await Ask($"2001:db8:1:2::{asked}");

        Assert.Equal(HttpStatusCode.TooManyRequests, (await Ask("2001:db8:1:2:ffff::1")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Ask("2001:db8:1:3::1")).StatusCode);
    }

    [Fact]
    public async Task Two_processes_on_one_database_count_together()
    {
        var policy = new RatePolicy("probe", 100, TimeSpan.FromMinutes(15));
        var key = new RateKey(policy, (UInt128)Random.Shared.NextInt64());
        var (here, there) = (new RateCounters(), new RateCounters());
        using var sharingHere = Sharing(here);
        using var sharingThere = Sharing(there);
        var now = Stopwatch.GetTimestamp();
        for (var asked = 0; asked < 60; asked++) here.Take(key, now);
        for (var asked = 0; asked < 30; asked++) there.Take(key, now);

        await sharingHere.Share(Ct);
        await sharingThere.Share(Ct);

        var takenThere = there.Take(key, Stopwatch.GetTimestamp());
        Assert.InRange(takenThere.Remaining, 8, 9);
        Assert.InRange(here.Take(key, Stopwatch.GetTimestamp()).Remaining, 38, 39); // Here nobody heard yet of what was taken there.
        await sharingHere.Share(Ct);
        Assert.InRange(here.Take(key, Stopwatch.GetTimestamp()).Remaining, 7, 9);

        RateSharing Sharing(RateCounters counters) =>
            new(new RateLimitOptions(), counters, app.SystemDb, TimeProvider.System, NullLogger<RateSharing>.Instance);
    }

    [Fact]
    public void A_bucket_fills_evenly_and_no_further_than_its_quota()
    {
        var counters = new RateCounters();
        var policy = new RatePolicy("probe", 10, TimeSpan.FromSeconds(10));
        var key = new RateKey(policy, 1);
        for (var asked = 0; asked < 10; asked++) Assert.True(counters.Take(key, 0).Allowed);

        Assert.False(counters.Take(key, Stopwatch.Frequency / 2).Allowed);
        Assert.True(counters.Take(key, Stopwatch.Frequency).Allowed);
        Assert.False(counters.Take(key, Stopwatch.Frequency).Allowed);
        Assert.Equal(9, counters.Take(key, Stopwatch.Frequency * 1_000).Remaining);
    }

    [Fact]
    public void Many_callers_are_forgotten_before_they_fill_the_memory_and_the_greedy_last()
    {
        const int Most = 1_000;
        var counters = new RateCounters(Most);
        var policy = new RatePolicy("probe", 4, TimeSpan.FromHours(1));
        var greedy = new RateKey(policy, 0);
        for (var asked = 0; asked < 4; asked++) counters.Take(greedy, 0);

        for (var caller = 1; caller < 50 * Most; caller++) counters.Take(new RateKey(policy, (UInt128)caller), 0);

        Assert.InRange(counters.Count, 1, Most);
        Assert.False(counters.Take(greedy, 0).Allowed);
    }

    [Fact]
    public void A_caller_seen_before_costs_no_memory()
    {
        var counters = new RateCounters();
        var key = new RateKey(new RatePolicy("probe", 1_000_000, TimeSpan.FromHours(1)), 1);
        counters.Take(key, 0);
        // The first time a key is found it is compared for the first time, and the comparer is made once per process.
        counters.Take(key, 0);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var asked = 0; asked < 1_000; asked++) counters.Take(key, asked);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private Task<HttpResponseMessage> Ask() => Ask(_address);

    private async Task<HttpResponseMessage> Ask(string from, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/programme");
        request.Headers.Add("X-Forwarded-For", from);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await app.Http.SendAsync(request, Ct);
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? values.Single() : null;
}
