using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Balie.Kernel.Tests.PolicyBook;

public sealed class PolicyTests(ModuleApp<ProbeModule> app) : IClassFixture<ModuleApp<ProbeModule>>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private readonly Guid _orgId = Guid.CreateVersion7();

    private PolicyStore Store => app.Services.GetRequiredService<PolicyStore>();

    [Fact]
    public async Task An_organisation_that_decided_nothing_lives_by_the_defaults()
    {
        var policies = await Store.Of(_orgId, Ct);

        Assert.Equal(TimeSpan.FromMinutes(15), policies.HoldDuration);
        Assert.Equal((10, 20, 2_100, 900, 495, 5_000), (policies.MaxTicketsPerOrder, policies.MaxOrdersPerPersonPerDay,
            policies.VatGoodsBasisPoints, policies.VatCultureBasisPoints, policies.ShippingMinor, policies.FreeShippingFromMinor));
        Assert.Empty(Figures.Problems(policies));
    }

    [Fact]
    public async Task What_is_known_is_answered_without_waiting()
    {
        await Store.Of(_orgId, Ct);

        var again = Store.Of(_orgId, Ct);
        var isThere = again.IsCompletedSuccessfully;
        await again;
        Assert.True(isThere);
    }

    [Fact]
    public async Task A_change_applies_at_once_and_only_to_its_organisation()
    {
        await Store.Of(_orgId, Ct);
        using var changed = await Change("""{"holdDuration":"PT20M","maxTicketsPerOrder":6}""", "\"v0\"");

        var sheet = await Sheet(changed);
        Assert.Equal("PT20M", sheet.GetProperty("values").GetProperty("holdDuration").GetString());
        Assert.Equal("PT30M", sheet.GetProperty("values").GetProperty("vipHoldDuration").GetString());
        Assert.Equal("\"v1\"", changed.Headers.ETag?.Tag);
        Assert.Equal(TimeSpan.FromMinutes(20), (await Store.Of(_orgId, Ct)).HoldDuration);
        Assert.Equal(TimeSpan.FromMinutes(15), (await Store.Of(Guid.CreateVersion7(), Ct)).HoldDuration);
    }

    [Fact]
    public async Task Another_process_hears_of_a_change()
    {
        // A second application on the same database, with a memory of its own.
        using var signals = ActivatorUtilities.CreateInstance<Signals>(app.Services);
        var other = new PolicyStore(app.SystemDb, signals, Options.Create(new Kernel.Policies()), TimeProvider.System);
        await signals.StartAsync(Ct);
        for (var looked = 0; looked < 200 && !signals.Listening; looked++) await Task.Delay(20, Ct);
        await other.Of(_orgId, Ct);
        using var changed = await Change("""{"maxTicketsPerOrder":3}""", "*");
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);

        for (var looked = 0; looked < 200 && (await other.Of(_orgId, Ct)).MaxTicketsPerOrder != 3; looked++) await Task.Delay(20, Ct);

        Assert.Equal(3, (await other.Of(_orgId, Ct)).MaxTicketsPerOrder);
        await signals.StopAsync(Ct);
    }

    [Fact]
    public async Task What_is_left_out_falls_back_to_its_default()
    {
        using var first = await Change("""{"holdDuration":"PT20M"}""", "*");
        using var second = await Change("""{"shippingMinor":0}""", "\"v1\"");

        Assert.Equal("""{"shippingMinor":0}""",
            (await Sheet(second)).GetProperty("own").GetRawText().Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(TimeSpan.FromMinutes(15), (await Store.Of(_orgId, Ct)).HoldDuration);
    }

    [Fact]
    public async Task Two_people_who_edit_the_same_version_do_not_overwrite_each_other()
    {
        using var first = await Change("""{"maxTicketsPerOrder":6}""", "\"v0\"");
        using var second = await Change("""{"maxTicketsPerOrder":7}""", "\"v0\"");
        using var blind = await Change("""{"maxTicketsPerOrder":8}""", null);

        await second.IsRefused(HttpStatusCode.PreconditionFailed, "kernel.version_changed", Ct);
        await blind.IsRefused((HttpStatusCode)428, "kernel.version_required", Ct);
        Assert.Equal(6, (await Store.Of(_orgId, Ct)).MaxTicketsPerOrder);
    }

    [Fact]
    public async Task Every_change_stays_in_the_history_with_who_made_it()
    {
        for (var tickets = 1; tickets <= 3; tickets++)
        {
            using var changed = await Change($$"""{"maxTicketsPerOrder":{{tickets}}}""", "*");
            app.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        using var page = await app.As(Roles.Admin, orgId: _orgId)
            .GetAsync(new Uri("/api/v1/policies/history?limit=2", UriKind.Relative), Ct);
        var body = JsonElement.Parse(await page.Content.ReadAsStringAsync(Ct));
        Assert.Equal([3, 2], body.GetProperty("data").EnumerateArray().Select(change => change.GetProperty("version").GetInt32()));
        Assert.Equal($"user:{TestCallers.PersonOf(Roles.Admin)}", body.GetProperty("data")[0].GetProperty("changedBy").GetString());

        var cursor = body.GetProperty("meta").GetProperty("nextCursor").GetString();
        using var last = await app.As(Roles.Admin, orgId: _orgId)
            .GetAsync(new Uri($"/api/v1/policies/history?limit=2&cursor={cursor}", UriKind.Relative), Ct);
        var rest = JsonElement.Parse(await last.Content.ReadAsStringAsync(Ct));
        Assert.Equal([1], rest.GetProperty("data").EnumerateArray().Select(change => change.GetProperty("version").GetInt32()));
    }

    [Fact]
    public async Task History_cannot_be_rewritten()
    {
        using var changed = await Change("""{"maxTicketsPerOrder":6}""", "*");

        foreach (var rewrite in (string[])["update kernel.policies set own = '{}'", "delete from kernel.policies"])
        {
            var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => app.SystemDb.Everywhere.Run(rewrite, null, Ct));
            Assert.Equal(Npgsql.PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }
    }

    [Theory]
    [InlineData("""{"holdDuration":"PT30S"}""", "holdDuration")]
    [InlineData("""{"maxTicketsPerOrder":0}""", "maxTicketsPerOrder")]
    [InlineData("""{"sellerShareBasisPoints":7999}""", "sellerShareBasisPoints")]
    [InlineData("""{"withdrawalPeriod":"P13D"}""", "withdrawalPeriod")]
    [InlineData("""{"resaleOpens":"PT2H"}""", "resaleOpens")]
    [InlineData("""{"loginAttempts":10}""", "loginAttempts")]
    public async Task A_figure_out_of_its_range_is_refused_by_name(string own, string field)
    {
        using var answer = await Change(own, "*");

        var problem = await answer.IsRefused(HttpStatusCode.UnprocessableEntity, "kernel.invalid", Ct);
        Assert.Equal(field, problem.GetProperty("errors")[0].GetProperty("field").GetString());
    }

    [Theory]
    [InlineData("""{"holdDurations":"PT20M"}""")]
    [InlineData("""{"holdDuration":"20 minutes"}""")]
    [InlineData("""{"holdDuration":"P1M"}""")]
    [InlineData("""{"holdDuration":20}""")]
    [InlineData("""{"holdDuration":null}""")]
    [InlineData("""{"maxTicketsPerOrder":"6"}""")]
    [InlineData("""{"maxTicketsPerOrder":6.5}""")]
    [InlineData("""{"maxTicketsPerOrder":6,"maxTicketsPerOrder":7}""")]
    [InlineData("""{"pricesIncludeVat":1}""")]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task What_is_no_policy_at_all_is_malformed(string own)
    {
        using var answer = await Change(own, "*");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Only_who_may_changes_policies()
    {
        using var answer = await Change("""{"maxTicketsPerOrder":6}""", "*", Roles.Door);

        await answer.IsRefused(HttpStatusCode.Forbidden, "kernel.forbidden", Ct);
    }

    [Fact]
    public void An_installation_sets_its_own_defaults_and_not_beyond_the_ranges()
    {
        Assert.Equal(1_000, Configured("RequestsPerAddress", "1000").RequestsPerAddress);
        Assert.Equal(TimeSpan.FromMinutes(20), Configured("HoldDuration", "00:20:00").HoldDuration);
        var refused = Assert.Throws<OptionsValidationException>(() => Configured("HoldDuration", "00:00:01"));
        Assert.Contains("Balie:Policies:HoldDuration", refused.Message, StringComparison.Ordinal);
    }

    private static Kernel.Policies Configured(string key, string value)
    {
        var config = new ConfigurationBuilder().AddInMemoryCollection([new($"Balie:Policies:{key}", value)]).Build();
        var services = new ServiceCollection();
        services.AddKernel(config, []);
        return services.BuildServiceProvider().GetRequiredService<IOptions<Kernel.Policies>>().Value;
    }

    private Task<HttpResponseMessage> Change(string own, string? ifMatch, string role = Roles.Admin)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, "/api/v1/policies")
        {
            Content = new StringContent(own, Encoding.UTF8, "application/json"),
        };
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return app.As(role, orgId: _orgId).SendAsync(request, Ct);
    }

    private static async Task<JsonElement> Sheet(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonElement.Parse(text).GetProperty("data");
    }
}
