using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using static Balie.Kernel.Tests.Messaging.ListeningModule;

namespace Balie.Kernel.Tests.Messaging;

/// <summary>The relay and the job runner as a host starts and stops them.</summary>
public sealed class RunningTests(ModuleApp<ListeningModule> app) : IClassFixture<ModuleApp<ListeningModule>>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private readonly Guid _orgId = Guid.CreateVersion7();

    [Fact]
    public async Task A_running_process_delivers_counts_and_lets_go_of_its_lease_when_it_stops()
    {
        var delivered = 0L;
        using var meters = new MeterListener();
        meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "balie.outbox.delivered") listener.EnableMeasurementEvents(instrument);
        };
        meters.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref delivered, count));
        meters.Start();
        using var first = await Start();

        await Publish("heard while running");
        // A reaction is counted when it has committed, a moment after it was heard; stopping in between would leave it to the next.
        await Until(() => Stumble.WhatItHeard(_orgId).Length == 1 && Interlocked.Read(ref delivered) >= 2);
        await first.StopAsync(Ct);
        Assert.Null(await app.SystemDb.Everywhere.One<Guid?>("select holder from kernel.outbox_cursors", null, Ct));

        using var second = await Start();
        await Publish("heard by the next");
        await Until(() => Stumble.WhatItHeard(_orgId).Length == 2);
        await second.StopAsync(Ct);
    }

    [Fact]
    public async Task A_process_of_other_modules_leaves_these_messages_alone()
    {
        using var other = await Start("shop");
        await Publish("not for the shop");
        await Task.Delay(500, Ct);
        await other.StopAsync(Ct);

        Assert.Empty(Stumble.WhatItHeard(_orgId));
    }

    [Fact]
    public async Task A_running_process_runs_its_jobs()
    {
        using var process = await Start();
        var book = app.Services.GetRequiredService<JobBook>();
        await Until(async () => (await book.List(Ct)) is { Length: > 0 } jobs && jobs.All(job => job.SucceededAt is not null));

        await process.StopAsync(Ct);

        Assert.All(await book.List(Ct), job => Assert.Equal("waiting", job.State));
    }

    [Fact]
    public void Two_listeners_or_jobs_of_one_name_do_not_start()
    {
        var refused = Assert.Throws<InvalidOperationException>(() => new Installation([new ListeningModule(), new ListeningModule()]));

        Assert.Contains("WriteDown", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_shows_the_routes_it_was_asked_to_and_the_grounds_own()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton(_ => new Databases(app.ConnectionString));
        builder.Services.AddSingleton<ICallers, TestCallers>();
        builder.Services.AddKernel(builder.Configuration, [new ProbeModule()]);
        await using var shown = builder.Build();
        shown.UseKernel([]);

        var routes = ((IEndpointRouteBuilder)shown).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Select(one => one.RoutePattern.RawText);

        Assert.Contains("/api/v1/policies", routes);
        Assert.DoesNotContain("/api/v1/notes", routes);
    }

    private async Task<IHost> Start(params string[] only)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging();
        builder.Services.AddSingleton(_ => new Databases(app.ConnectionString));
        builder.Services.AddSingleton<ICallers, TestCallers>();
        builder.Services.AddKernel(new ConfigurationBuilder().Build(), [new ListeningModule()]);
        builder.Services.AddKernelWork(only is [] ? null : only);
        var host = builder.Build();
        await host.StartAsync(Ct);
        return host;
    }

    private Task Publish(string text) => app.SystemDb.As(_orgId).Publish(new Happened(_orgId, text), Ct);

    private static Task Until(Func<bool> isSo) => Until(() => Task.FromResult(isSo()));

    private static async Task Until(Func<Task<bool>> isSo)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await isSo()) await Task.Delay(20, limit.Token);
    }
}
