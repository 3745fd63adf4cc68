using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using static Balie.Kernel.Tests.Messaging.ListeningModule;

namespace Balie.Kernel.Tests.Messaging;

/// <summary>
/// Several readers of one outbox, one after another: processes that die, cursors that are lost, databases that were restored.
/// </summary>
public sealed class TakeoverTests(ModuleApp<ListeningModule> app) : IClassFixture<ModuleApp<ListeningModule>>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private readonly Guid _orgId = Guid.CreateVersion7();

    [Fact]
    public async Task What_was_handled_has_no_second_effect_when_the_cursor_was_lost()
    {
        await Publish(new Happened(_orgId, "once"));
        await app.Deliver(Ct);
        await app.SystemDb.Everywhere.Run("update kernel.outbox_cursors set xid = '0', position = 0, holder = null", null, Ct);

        await NewReading().Look(again: true, Ct);
        await GiveLeaseBack();

        Assert.Equal(["once"], Stumble.WhatItHeard(_orgId));
        Assert.Equal(["once", "stumbled"], await Notes());
    }

    [Fact]
    public async Task One_process_reads_at_a_time_and_another_takes_over_when_its_lease_ran_out()
    {
        await GiveLeaseBack();
        var (first, second) = (NewReading(), NewReading());
        Assert.NotEqual(Reading.Seen.Elsewhere, await first.Look(again: true, Ct));
        Assert.Equal(Reading.Seen.Elsewhere, await second.Look(again: true, Ct));

        // The first died without a word.
        await app.SystemDb.Everywhere.Run("update kernel.outbox_cursors set leased_until = leased_until - interval '1 minute'", null, Ct);
        Assert.NotEqual(Reading.Seen.Elsewhere, await second.Look(again: true, Ct));

        await second.Release(Ct);
        Assert.NotEqual(Reading.Seen.Elsewhere, await NewReading().Look(again: true, Ct));
        await GiveLeaseBack();
    }

    [Fact]
    public async Task A_dump_restored_into_a_younger_cluster_neither_loses_nor_hides_messages()
    {
        await Publish(new Happened(_orgId, "sent before the dump"));
        await app.Deliver(Ct);
        await Publish(new Happened(_orgId, "waiting in the dump"));
        await app.SystemDb.Everywhere.Run(
            """
            update kernel.outbox set xid = (xid::text::bigint + 1000000000)::text::xid8;
            update kernel.outbox_cursors set xid = (xid::text::bigint + 1000000000)::text::xid8, holder = null;
            """, null, Ct);
        await GiveLeaseBack();

        var reading = NewReading();
        await Publish(new Happened(_orgId, "told after the restore"));
        await Until(async () =>
        {
            await reading.Look(again: true, Ct);
            return Stumble.WhatItHeard(_orgId).Length == 3;
        });

        Assert.Equal(["sent before the dump", "waiting in the dump", "told after the restore"], Stumble.WhatItHeard(_orgId));
        await GiveLeaseBack();
    }

    private Task Publish(Happened happened) => app.SystemDb.As(_orgId).Publish(happened, Ct);

    private Task<string[]> Notes() => app.SystemDb.As(_orgId).Many<string>("select text from probe.notes order by text", null, Ct);

    /// <summary>As another process would read.</summary>
    private Reading NewReading() => new(
        new Installation([new ListeningModule()]).Work.Single(work => work.Module == "probe"),
        app.SystemDb,
        new Delivery(app.SystemDb, app.Services.GetRequiredService<IServiceScopeFactory>(), NullLogger<Delivery>.Instance),
        TimeProvider.System);

    private Task<int> GiveLeaseBack() => app.SystemDb.Everywhere.Run("update kernel.outbox_cursors set holder = null", null, Ct);

    private static async Task Until(Func<Task<bool>> isSo)
    {
        for (var looked = 0; looked < 500 && !await isSo(); looked++) await Task.Delay(20, Ct);
    }
}
