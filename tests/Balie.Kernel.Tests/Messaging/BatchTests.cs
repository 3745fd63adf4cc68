using Microsoft.Extensions.DependencyInjection;
using static Balie.Kernel.Tests.Messaging.ListeningModule;

namespace Balie.Kernel.Tests.Messaging;

/// <summary>A listener that is given many messages at once.</summary>
public sealed class BatchTests(ModuleApp<ListeningModule> app) : IClassFixture<ModuleApp<ListeningModule>>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private readonly Guid _orgId = Guid.CreateVersion7();

    [Fact]
    public async Task Many_messages_come_in_few_transactions_in_their_order()
    {
        await Publish([.. Enumerable.Range(100, 450)]);
        await app.Deliver(Ct);

        var taken = Gather.WhatItTook(_orgId);
        Assert.Equal(Enumerable.Range(100, 450), taken.SelectMany(numbers => numbers));
        Assert.All(taken, numbers => Assert.InRange(numbers.Length, 1, Listeners.LargestBatch));
        Assert.InRange(taken.Length, 3, 5);
        Assert.Equal(450, await Receipts());
    }

    [Fact]
    public async Task Each_organisation_has_batches_of_its_own()
    {
        var other = Guid.CreateVersion7();
        await Publish([1, 2]);
        await Publish([3, 4], other);
        await Publish([5]);
        await app.Deliver(Ct);

        Assert.Equal([1, 2, 5], Gather.WhatItTook(_orgId).SelectMany(numbers => numbers));
        Assert.Equal([3, 4], Gather.WhatItTook(other).SelectMany(numbers => numbers));
    }

    [Fact]
    public async Task One_that_cannot_be_handled_spoils_nothing_for_the_others()
    {
        await Publish([11, 12, Gather.Poison, 14]);
        await app.Deliver(Ct);

        Assert.Equal([[11], [12], [14]], Gather.WhatItTook(_orgId));
        Assert.Equal(["1", "1", "1"], await app.SystemDb.As(_orgId).Many<string>("select text from probe.notes", null, Ct));
        Assert.Equal(3, await Receipts());
        Assert.Equal(1, await Count("select count(*) from kernel.undelivered where org_id = @forOrgId and tries = 1"));
    }

    [Fact]
    public async Task What_is_handed_twice_is_handled_once_also_when_only_part_of_it_is_known()
    {
        var letters = Enumerable.Range(1, 5).Select(number => new Letter(
            _orgId, Guid.CreateVersion7(), "probe.counted", MessageKind.Write(new Counted(_orgId, number)), app.Clock.GetUtcNow()))
            .ToArray();
        var delivery = app.Services.GetRequiredService<Delivery>();
        var on = new Listeners();
        on.Batch<Counted>(Gather.Handle);

        var errands = letters.Select(letter => new Errand(letter, on.Subscriptions[0])).ToArray();
        await delivery.Hand(errands[1..3], Ct);
        await delivery.Hand(errands, Ct);
        await delivery.Hand(errands, Ct);

        Assert.Equal([[2, 3], [1, 4, 5]], Gather.WhatItTook(_orgId));
        Assert.Equal(5, await Receipts());
    }

    private Task Publish(int[] numbers, Guid? orgId = null) => app.SystemDb.As(orgId ?? _orgId).PublishAll(
        [.. numbers.Select(number => new Counted(orgId ?? _orgId, number))], Ct);

    private Task<long> Receipts() => Count("select count(*) from kernel.inbox where org_id = @forOrgId and consumer = 'Gather'");

    private Task<long> Count(string sql) => app.SystemDb.Everywhere.One<long>(sql, new { forOrgId = _orgId }, Ct);
}
