using Microsoft.Extensions.DependencyInjection;
using static Balie.Kernel.Tests.Messaging.ListeningModule;

namespace Balie.Kernel.Tests.Messaging;

public sealed class RelayTests(ModuleApp<ListeningModule> app) : IClassFixture<ModuleApp<ListeningModule>>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Outbox Desk => app.Services.GetRequiredService<Outbox>();

    private readonly Guid _orgId = Guid.CreateVersion7();

    [Fact]
    public async Task A_message_reaches_every_listener_of_its_kind_under_its_own_organisation_once()
    {
        await Publish(new Happened(_orgId, "told"));
        await app.Deliver(Ct);
        await app.Deliver(Ct);

        Assert.Equal(["stumbled", "told"], await Notes());
        Assert.Equal(0, (await Desk.Status(Ct)).Waiting);
    }

    [Fact]
    public async Task Messages_arrive_in_the_order_in_which_they_committed()
    {
        var texts = Enumerable.Range(0, 450).Select(number => $"{number:000}").ToArray();
        foreach (var chunk in texts.Chunk(50))
        {
            await app.SystemDb.As(_orgId).Transact(async tx =>
            {
                foreach (var text in chunk) tx.Publish(new Happened(_orgId, text));
            }, Ct);
        }
        await app.Deliver(Ct);

        Assert.Equal(texts, Stumble.WhatItHeard(_orgId));
    }

    [Fact]
    public async Task A_transaction_that_commits_late_is_waited_for_and_not_skipped()
    {
        await using var early = await app.Rival();
        await early.Run(Outbox.Insert, Message("began first"));
        await Publish(new Happened(_orgId, "committed first"));
        await app.Services.GetRequiredService<Relay>().DeliverWaiting(Ct);
        Assert.Empty(Stumble.WhatItHeard(_orgId));

        await early.Commit();
        await app.Deliver(Ct);

        Assert.Equal(["began first", "committed first"], Stumble.WhatItHeard(_orgId));
    }

    [Fact]
    public async Task What_was_rolled_back_is_never_told()
    {
        await app.SystemDb.As(_orgId).Transact<bool>(async tx =>
        {
            tx.Publish(new Happened(_orgId, "never"));
            return Refusal.Conflict("probe.refused", "Rolled back.");
        }, Ct);
        await app.Deliver(Ct);

        Assert.Empty(Stumble.WhatItHeard(_orgId));
    }

    [Fact]
    public async Task Messages_that_nobody_hears_are_passed_and_leave_nothing_behind()
    {
        await app.SystemDb.Everywhere.Run(
            """
            insert into kernel.outbox (org_id, message_id, kind, body, created_at)
            select @forOrgId, gen_random_uuid(), 'probe.ignored', '{}', @Now
            from generate_series(1, 25000)
            """, new { forOrgId = _orgId, app.SystemDb.Everywhere.Now }, Ct);
        await Publish(new Happened(_orgId, "behind them"));
        await app.Deliver(Ct);

        Assert.Equal(["behind them"], Stumble.WhatItHeard(_orgId));
        Assert.Equal(2, await Count("select count(*) from kernel.inbox where org_id = @forOrgId"));
    }

    [Fact]
    public async Task A_failure_is_undone_overtaken_and_tried_again()
    {
        Stumble.Fail(_orgId, times: 2);
        await Publish(new Happened(_orgId, "first"));
        await Publish(new Happened(_orgId, "second"));
        await app.Deliver(Ct);
        Assert.Empty(Stumble.WhatItHeard(_orgId));
        Assert.Equal(["first", "second"], await Notes());

        app.Clock.Advance(TimeSpan.FromSeconds(2));
        await app.Deliver(Ct);

        Assert.Equal(["first", "second"], Stumble.WhatItHeard(_orgId).Order());
        Assert.Equal(["first", "second", "stumbled", "stumbled"], await Notes());
        Assert.Equal(0, await Count("select count(*) from kernel.undelivered where org_id = @forOrgId"));
    }

    [Fact]
    public async Task After_five_tries_it_is_a_dead_letter_with_its_reason_and_others_go_on()
    {
        Stumble.Fail(_orgId, times: 5);
        await Publish(new Happened(_orgId, "poison"));
        await DeliverUntilDead();
        await Publish(new Happened(_orgId, "next"));
        await app.Deliver(Ct);

        var letter = Assert.Single(await Desk.ListDeadLetters(100, Ct), letter => letter.OrgId == _orgId);
        Assert.Equal(("Stumble", "probe.happened", 5), (letter.Consumer, letter.Kind, letter.Tries));
        Assert.StartsWith("InvalidOperationException", letter.Reason, StringComparison.Ordinal);
        Assert.Equal(["next"], Stumble.WhatItHeard(_orgId));
    }

    [Fact]
    public async Task A_dead_letter_can_be_replayed_also_when_the_outbox_has_forgotten_it()
    {
        Stumble.Fail(_orgId, times: 5);
        await Publish(new Happened(_orgId, "poison"));
        await DeliverUntilDead();
        var letter = Assert.Single(await Desk.ListDeadLetters(100, Ct), letter => letter.OrgId == _orgId);
        await app.SystemDb.Everywhere.Run("delete from kernel.outbox where message_id = @MessageId", new { letter.MessageId }, Ct);

        Assert.Equal(1, await Desk.Replay(letter.MessageId, Ct));
        Assert.Equal(0, await Desk.Replay(letter.MessageId, Ct));
        await app.Deliver(Ct);

        Assert.Equal(["poison"], Stumble.WhatItHeard(_orgId));
        Assert.DoesNotContain(await Desk.ListDeadLetters(100, Ct), dead => dead.OrgId == _orgId);
    }

    [Fact]
    public async Task The_outbox_forgets_after_a_day_and_only_what_everyone_has_passed()
    {
        await Publish(new Happened(_orgId, "old and passed"));
        await app.Deliver(Ct);
        app.Clock.Advance(TimeSpan.FromHours(25));
        await Publish(new Happened(_orgId, "young"));
        await app.Deliver(Ct);
        await app.SystemDb.Everywhere.Run(
            "insert into kernel.outbox (org_id, message_id, kind, body, created_at) "
                + "values (@forOrgId, gen_random_uuid(), 'probe.ignored', '{}', @old)",
            new { forOrgId = _orgId, old = app.Clock.GetUtcNow() - TimeSpan.FromDays(2) }, Ct);

        await DeleteOldMessages.Run(app.SystemDb, app.Services, Ct);

        Assert.Equal(2, await Count("select count(*) from kernel.outbox where org_id = @forOrgId"));
    }

    private Task Publish(Happened happened) => app.SystemDb.As(_orgId).Publish(happened, Ct);

    private async Task DeliverUntilDead()
    {
        for (var tried = 0; tried < Delivery.Tries; tried++)
        {
            await app.Deliver(Ct);
            app.Clock.Advance(TimeSpan.FromMinutes(11));
        }
    }

    private Task<string[]> Notes() => app.SystemDb.As(_orgId).Many<string>("select text from probe.notes order by text", null, Ct);

    private Task<long> Count(string sql) => app.SystemDb.Everywhere.One<long>(sql, new { forOrgId = _orgId }, Ct);

    private object Message(string text) => new
    {
        orgIds = (Guid[])[_orgId],
        messageIds = (Guid[])[Guid.CreateVersion7()],
        kinds = (string[])["probe.happened"],
        bodies = (string[])[MessageKind.Write(new Happened(_orgId, text))],
        now = app.Clock.GetUtcNow(),
    };
}
