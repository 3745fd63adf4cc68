using System.Net.Http.Json;
using System.Text.Json;
using Balie.Payments.Instructions;
using Balie.Payments.Providers;

namespace Balie.Payments.Tests.Instructions;

/// <summary>Captures and voids that a provider took without saying how they end: each ends here, and none stays open for ever.</summary>
public sealed class TakenTests(BankApp app) : IClassFixture<BankApp>, IDisposable
{
    private static CancellationToken Ct => PaymentsApp.Ct;

    public void Dispose() => app.Bank.Reset();

    [Theory]
    [InlineData(Instruction.Capture, "Captured", RefundStates.Succeeded, "")]
    [InlineData(Instruction.Capture, "ChargedBack", RefundStates.Succeeded, "")]
    [InlineData(Instruction.Capture, "Voided", RefundStates.Failed, "the payment is voided")]
    [InlineData(Instruction.Capture, "AuthorisationExpired", RefundStates.Failed, "the payment is authorisation_expired")]
    [InlineData(Instruction.Void, "Voided", RefundStates.Succeeded, "")]
    [InlineData(Instruction.Void, "AuthorisationExpired", RefundStates.Succeeded, "")]
    [InlineData(Instruction.Void, "Captured", RefundStates.Failed, "the payment was captured")]
    public async Task It_ends_with_the_payment(string kind, string state, string end, string problem)
    {
        var (_, attemptId) = await Taken(kind);
        var stands = Enum.Parse<AttemptState>(state);

        app.Has(attemptId, FakeBank.Snapshot(
            stands, captured: stands >= AttemptState.Captured ? 2500 : 0, authorised: 2500,
            chargedBack: stands == AttemptState.ChargedBack ? 2500 : 0));
        app.Clock.Advance(CarryOut.BetweenPolls);
        await app.Workers.RunDue(Ct);

        Assert.Equal((kind, end, problem), await Only(attemptId));
    }

    [Theory]
    [InlineData(Instruction.Capture)]
    [InlineData(Instruction.Void)]
    public async Task While_the_payment_is_as_it_was_it_is_asked_about(string kind)
    {
        var (_, attemptId) = await Taken(kind);

        for (var hour = 0; hour < 3; hour++)
        {
            app.Clock.Advance(TimeSpan.FromHours(1));
            await app.Workers.RunDue(Ct);
        }

        Assert.Equal((kind, RefundStates.Submitted, ""), await Only(attemptId));
    }

    [Fact]
    public async Task Less_than_was_asked_for_is_no_capture_yet()
    {
        var (_, attemptId) = await Taken(Instruction.Capture);

        app.Has(attemptId, FakeBank.Snapshot(AttemptState.Captured, captured: 2400, authorised: 2500));
        await Look(attemptId);

        Assert.Equal((Instruction.Capture, RefundStates.Submitted, ""), await Only(attemptId));
    }

    [Fact]
    public async Task A_provider_that_cannot_be_asked_says_by_its_own_name_what_it_refused()
    {
        var (_, attemptId) = await Taken(Instruction.Capture);
        app.Bank.CanBeAsked = false;
        var name = (await app.Instructions(attemptId)).Single().ProviderRef;

        await app.Tell(Refusal(attemptId, "fc_of_somebody_else"));
        await PaymentsApp.Until(async () => await Steps(attemptId, "ignored") == 1, "the other to be noted");
        Assert.Equal((Instruction.Capture, RefundStates.Submitted, ""), await Only(attemptId));
        await app.Tell(Refusal(attemptId, name ?? ""));
        await PaymentsApp.Until(async () => (await Only(attemptId)).State == RefundStates.Failed, "the refusal to be believed");

        Assert.Equal((Instruction.Capture, RefundStates.Failed, "The bank said no."), await Only(attemptId));
        Assert.Equal("authorised", (await app.See(attemptId)).State);
    }

    [Fact]
    public async Task A_refusal_that_is_faster_than_our_own_note_waits_for_it()
    {
        var (orderId, attemptId) = await Authorised();
        (app.Bank.OthersAreFinal, app.Bank.CanBeAsked) = (false, false);
        var (asked, taken) = (new TaskCompletionSource(), new TaskCompletionSource());
        app.Bank.Before = async (call, _) =>
        {
            if (call != "void") return;
            asked.TrySetResult();
            await taken.Task;
        };

        await Stop(orderId);
        await asked.Task.WaitAsync(Ct);
        var name = $"fv_{(await app.Instructions(attemptId)).Single().Key}";
        await app.Tell(Refusal(attemptId, name));
        await PaymentsApp.Until(() => app.Db.One<bool>(
            "select exists (select from payments.webhooks where org_id = @orgId and dedupe_key = @name and problem <> '')",
            new { name }, Ct), "the refusal to be looked at");
        taken.SetResult();
        await PaymentsApp.Until(async () => (await Only(attemptId)).State == RefundStates.Submitted, "the void to be taken");
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await PaymentsApp.Until(async () => (await Only(attemptId)).State == RefundStates.Failed, "the refusal to be heard");

        // The refusal itself leads to no other try; the next look does.
        await Look(attemptId);
        Assert.Equal(2, (await app.Instructions(attemptId)).Length);
    }

    [Theory]
    [InlineData(Instruction.Capture)]
    [InlineData(Instruction.Void)]
    public async Task After_a_month_of_silence_staff_must_look(string kind)
    {
        var (_, attemptId) = await Taken(kind);

        app.Clock.Advance(CarryOut.LongestSilence - TimeSpan.FromMinutes(1));
        await app.Workers.RunDue(Ct);
        Assert.Equal((kind, RefundStates.Submitted, ""), await Only(attemptId));
        app.Clock.Advance(TimeSpan.FromHours(1));
        await app.Workers.RunDue(Ct);

        Assert.Equal((kind, RefundStates.Failed, "nothing was heard of it for 31 days"), await Only(attemptId));
    }

    private static WebhookEvent Refusal(Guid attemptId, string name) => BankApp.About(
        attemptId, name, new ClaimedChange(null, null, name, null, FakeBank.Euro(2500), null, "The bank said no."));

    private async Task<(Guid OrderId, Guid AttemptId)> Authorised()
    {
        var (orderId, attemptId) = await app.Open(captureLater: true);
        await (await app.Http.PostAsJsonAsync($"/api/v1/payments/{attemptId}/start", new { }, Ct)).IsOk<JsonElement>(Ct);
        app.Has(attemptId, FakeBank.Snapshot(AttemptState.Authorised, authorised: 2500));
        await Look(attemptId);
        return (orderId, attemptId);
    }

    /// <summary>Asked for, and the bank said that it will see.</summary>
    private async Task<(Guid OrderId, Guid AttemptId)> Taken(string kind)
    {
        var (orderId, attemptId) = await Authorised();
        app.Bank.OthersAreFinal = false;
        if (kind == Instruction.Void) await Stop(orderId);
        else await Act(orderId, tx => app.Payments.Capture(tx, orderId, Ct));
        await PaymentsApp.Until(async () => (await Only(attemptId)).State == RefundStates.Submitted, "it to be taken");
        return (orderId, attemptId);
    }

    private Task Stop(Guid orderId) => Act(orderId, tx => app.Payments.Stop(tx, orderId, "cancelled by the buyer", Ct));

    private async Task Act(Guid orderId, Func<Tx, Task> act) => await app.Act(orderId, async tx =>
    {
        await act(tx);
        return true;
    });

    private async Task Look(Guid attemptId) => await app.Sync.Run(TestCallers.Default, attemptId, new("test", "look"), Ct);

    private async Task<(string Kind, string State, string Problem)> Only(Guid attemptId) => Assert.Single(
        await app.Db.Many<(string, string, string)>(
            "select kind, state, problem from payments.instructions where org_id = @orgId and attempt_id = @attemptId",
            new { attemptId }, Ct));

    private Task<long> Steps(Guid attemptId, string what) => app.Db.One<long>(
        "select count(*) from payments.attempt_log where org_id = @orgId and attempt_id = @attemptId and what = @what",
        new { attemptId, what }, Ct);
}
