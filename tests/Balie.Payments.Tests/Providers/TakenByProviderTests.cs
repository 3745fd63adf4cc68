using Balie.Payments.Instructions;
using Balie.Testing.Payments;

namespace Balie.Payments.Tests.Providers;

/// <summary>How captures and voids end that the providers themselves only take: Mollie some of them, Adyen every one.</summary>
public sealed class TakenByProviderTests(ProvidersApp app) : IClassFixture<ProvidersApp>
{
    private static readonly TimeSpan UntilTheLook = CarryOut.BetweenPolls + TimeSpan.FromMinutes(1);

    private static CancellationToken Ct => PaymentsApp.Ct;

    [Theory]
    [InlineData(true, "captured", RefundStates.Succeeded)]
    [InlineData(false, "authorised", RefundStates.Failed)]
    public async Task A_capture_that_mollie_makes_later_ends_as_its_payment_says(bool well, string state, string end)
    {
        await using var shop = await Shop.Open(app, "mollie");
        var mollie = (FakeMollie)shop.Fake;
        var (orderId, attemptId, _) = await shop.Paid(captureLater: true);
        mollie.IsSlow = true;
        await Capture(orderId);
        await Becomes(attemptId, Instruction.Capture, RefundStates.Submitted);

        mollie.SettleTheRest(well);

        await Becomes(attemptId, Instruction.Capture, end);
        await app.Until(attemptId, state);
        await shop.BooksAgree();
    }

    [Fact]
    public async Task A_reservation_that_the_bank_lets_go_later_is_void_then()
    {
        await using var shop = await Shop.Open(app, "mollie");
        var mollie = (FakeMollie)shop.Fake;
        var (orderId, attemptId, _) = await shop.Paid(captureLater: true);
        (mollie.IsSlow, mollie.Courier.Delivery) = (true, Delivery.Lost);
        await Stop(orderId);
        await Becomes(attemptId, Instruction.Void, RefundStates.Submitted);

        mollie.SettleTheRest();
        app.Clock.Advance(UntilTheLook);

        await Becomes(attemptId, Instruction.Void, RefundStates.Succeeded);
        await app.Until(attemptId, "voided");
    }

    [Theory]
    [InlineData(true, "captured", RefundStates.Succeeded)]
    [InlineData(false, "authorised", RefundStates.Failed)]
    public async Task Of_a_capture_adyen_tells_how_it_ended(bool well, string state, string end)
    {
        await using var shop = await Shop.Open(app, "adyen");
        var (orderId, attemptId, _) = await shop.Paid(captureLater: true);
        ((FakeAdyen)shop.Fake).ModificationsSucceed = well;
        await shop.Side.Post(Delivery.Held);
        await Capture(orderId);
        await Becomes(attemptId, Instruction.Capture, RefundStates.Submitted);

        await shop.Release(copies: 2);

        await Becomes(attemptId, Instruction.Capture, end);
        await app.Until(attemptId, state);
        await shop.BooksAgree();
    }

    [Fact]
    public async Task What_adyen_refuses_to_cancel_is_tried_again_at_the_next_look_and_no_sooner()
    {
        await using var shop = await Shop.Open(app, "adyen");
        var adyen = (FakeAdyen)shop.Fake;
        var (orderId, attemptId, _) = await shop.Paid(captureLater: true);
        adyen.ModificationsSucceed = false;
        await Stop(orderId);
        await Becomes(attemptId, Instruction.Void, RefundStates.Failed);
        await shop.Side.Courier.Idle();
        Assert.Single(await app.Instructions(attemptId));

        adyen.ModificationsSucceed = true;
        app.Clock.Advance(TimeSpan.FromHours(13));
        await app.RunDueJobs(Ct);

        await app.Until(attemptId, "voided");
        await Becomes(attemptId, Instruction.Void, RefundStates.Failed, RefundStates.Succeeded);
    }

    [Theory]
    [ClassData(typeof(EveryProvider))]
    public async Task Whatever_the_provider_says_at_first_nothing_stays_open(string provider)
    {
        await using var shop = await Shop.Open(app, provider);
        var captured = await shop.Paid(captureLater: true);
        var stopped = await shop.Paid(captureLater: true);

        await Capture(captured.OrderId);
        await Stop(stopped.OrderId);

        await Becomes(captured.AttemptId, Instruction.Capture, RefundStates.Succeeded);
        await Becomes(stopped.AttemptId, Instruction.Void, RefundStates.Succeeded);
        await shop.BooksAgree();
    }

    private Task Capture(Guid orderId) => Act(orderId, tx => app.Payments.Capture(tx, orderId, Ct));

    private Task Stop(Guid orderId) => Act(orderId, tx => app.Payments.Stop(tx, orderId, "cancelled by the buyer", Ct));

    private async Task Act(Guid orderId, Func<Tx, Task> act) => await app.Act(orderId, async tx =>
    {
        await act(tx);
        return true;
    });

    // A webhook that is faster than the note of what was taken leaves its end to the next look.
    private Task Becomes(Guid attemptId, string kind, params string[] states) => PaymentsApp.Until(async () =>
    {
        if (states is not [RefundStates.Submitted]) app.Clock.Advance(TimeSpan.FromSeconds(30));
        var all = (await app.Instructions(attemptId)).Where(one => one.Kind == kind).Select(one => one.State);
        return all.Order(StringComparer.Ordinal).SequenceEqual(states.Order(StringComparer.Ordinal));
    }, $"a {kind} that is {string.Join(", ", states)}");
}
