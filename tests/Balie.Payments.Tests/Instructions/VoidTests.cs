using System.Net.Http.Json;
using System.Text.Json;
using Balie.Payments.Instructions;
using Balie.Payments.Providers;

namespace Balie.Payments.Tests.Instructions;

/// <summary>What an order stopped while its buyer was paying: nothing of it is kept, however long the bank takes.</summary>
public sealed class VoidTests(BankApp app) : IClassFixture<BankApp>, IDisposable
{
    private static CancellationToken Ct => PaymentsApp.Ct;

    public void Dispose() => app.Bank.Reset();

    [Fact]
    public async Task Money_that_is_authorised_after_a_refused_void_is_let_go_at_the_next_look()
    {
        var (orderId, attemptId) = await Stopped(AttemptState.Pending);
        await Voids(attemptId, RefundStates.Failed);
        app.Bank.Before = (_, _) => Task.CompletedTask;

        app.Has(attemptId, FakeBank.Snapshot(AttemptState.Authorised, authorised: 2500));
        await Look(attemptId);
        await app.Until(attemptId, "voided");

        await Voids(attemptId, RefundStates.Failed, RefundStates.Succeeded);
        Assert.Equal(["Pending", "Authorised", "Voided"], await app.Events(orderId));
    }

    [Fact]
    public async Task A_look_leads_to_one_more_try_and_nothing_else_does()
    {
        var (_, attemptId) = await Stopped(AttemptState.Pending);
        await Voids(attemptId, RefundStates.Failed);

        await Look(attemptId);
        await Voids(attemptId, RefundStates.Failed, RefundStates.Failed);
        await app.Workers.RunDue(Ct);

        await Voids(attemptId, RefundStates.Failed, RefundStates.Failed);
        var keys = (await app.Instructions(attemptId)).Select(instruction => instruction.Key).ToArray();
        Assert.Equal(keys.Distinct(), keys);
    }

    [Fact]
    public async Task Looks_at_once_ask_once()
    {
        var (_, attemptId) = await Stopped(AttemptState.Pending);
        await Voids(attemptId, RefundStates.Failed);
        app.Bank.Before = (call, _) => call == "void" ? throw FakeBank.Away : Task.CompletedTask;
        app.Has(attemptId, FakeBank.Snapshot(AttemptState.Authorised, authorised: 2500));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Look(attemptId)));

        await Voids(attemptId, RefundStates.Failed, RefundStates.Requested);
    }

    [Fact]
    public async Task What_ended_or_was_paid_is_not_voided_again()
    {
        foreach (var end in (PaymentSnapshot[])[
            FakeBank.Snapshot(AttemptState.Failed), FakeBank.Snapshot(AttemptState.Captured, captured: 2500)])
        {
            var (_, attemptId) = await Stopped(AttemptState.Pending);
            await Voids(attemptId, RefundStates.Failed);

            app.Has(attemptId, end);
            await Look(attemptId);
            await Look(attemptId);

            await Voids(attemptId, RefundStates.Failed);
        }
    }

    [Fact]
    public async Task A_payment_that_nobody_stopped_keeps_its_reservation()
    {
        var (_, attemptId) = await Started();
        app.Has(attemptId, FakeBank.Snapshot(AttemptState.Authorised, authorised: 2500));

        await Look(attemptId);

        Assert.Equal("authorised", (await app.See(attemptId)).State);
        await Voids(attemptId);
    }

    /// <summary>Stopped by its order while the bank is busy with it and refuses to let it go.</summary>
    private async Task<(Guid OrderId, Guid AttemptId)> Stopped(AttemptState state)
    {
        var (orderId, attemptId) = await Started();
        app.Has(attemptId, FakeBank.Snapshot(state));
        await Look(attemptId);
        app.Bank.Before = (call, _) =>
            call == "void" ? throw new ProviderRefusedException(Refused.State, "The buyer is paying.") : Task.CompletedTask;
        await app.Act(orderId, async tx =>
        {
            await app.Payments.Stop(tx, orderId, "cancelled by the buyer", Ct);
            return true;
        });
        return (orderId, attemptId);
    }

    private async Task<(Guid OrderId, Guid AttemptId)> Started()
    {
        var (orderId, attemptId) = await app.Open(captureLater: true);
        await (await app.Http.PostAsJsonAsync($"/api/v1/payments/{attemptId}/start", new { }, Ct)).IsOk<JsonElement>(Ct);
        return (orderId, attemptId);
    }

    private async Task Look(Guid attemptId) => await app.Sync.Run(TestCallers.Default, attemptId, new("test", "look"), Ct);

    private Task Voids(Guid attemptId, params string[] states) => PaymentsApp.Until(
        async () => (await app.Instructions(attemptId)).Where(one => one.Kind == Instruction.Void)
            .Select(one => one.State).Order(StringComparer.Ordinal).SequenceEqual(states.Order(StringComparer.Ordinal)),
        $"voids that are {string.Join(", ", states)}");
}
