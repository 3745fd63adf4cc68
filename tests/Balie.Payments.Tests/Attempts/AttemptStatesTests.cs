using Balie.Payments.Attempts;
using Balie.Payments.Instructions;
using Balie.Payments.Providers;

namespace Balie.Payments.Tests.Attempts;

public sealed class AttemptStatesTests
{
    [Theory]
    [InlineData("created", "captured", "captured")]
    [InlineData("created", "voided", "authorised voided")]
    [InlineData("created", "charged_back", "captured charged_back")]
    [InlineData("failed", "captured", "captured")]
    [InlineData("expired", "voided", "authorised voided")]
    [InlineData("cancelled", "captured", "captured")]
    [InlineData("voided", "captured", "captured")]
    [InlineData("charged_back", "captured", "captured")]
    [InlineData("captured", "captured", "")]
    public void There_is_a_way_up(string from, string to, string path)
    {
        var way = AttemptStates.Path(AttemptStates.Read(from), AttemptStates.Read(to));

        Assert.NotNull(way);
        Assert.Equal(path, string.Join(' ', way.Select(AttemptStates.Name)));
    }

    [Theory]
    [InlineData("captured", "failed")]
    [InlineData("captured", "created")]
    [InlineData("captured", "expired")]
    [InlineData("captured", "pending")]
    [InlineData("captured", "voided")]
    [InlineData("authorised", "failed")]
    [InlineData("authorised", "pending")]
    [InlineData("failed", "pending")]
    [InlineData("failed", "created")]
    [InlineData("expired", "cancelled")]
    [InlineData("charged_back", "failed")]
    public void There_is_no_way_down(string from, string to) =>
        Assert.Null(AttemptStates.Path(AttemptStates.Read(from), AttemptStates.Read(to)));

    [Fact]
    public void Whatever_happens_before_money_money_can_still_come()
    {
        foreach (var state in Enum.GetValues<AttemptState>())
            Assert.NotNull(AttemptStates.Path(state, AttemptState.Captured));
    }

    [Fact]
    public void Every_state_has_a_name_of_its_own_that_reads_back()
    {
        foreach (var state in Enum.GetValues<AttemptState>()) Assert.Equal(state, AttemptStates.Read(state.Name()));
    }

    [Theory]
    [InlineData("requested", "succeeded", true)]
    [InlineData("submitted", "failed", true)]
    [InlineData("succeeded", "reversed", true)]
    [InlineData("failed", "succeeded", true)]
    [InlineData("succeeded", "submitted", false)]
    [InlineData("succeeded", "failed", false)]
    [InlineData("reversed", "succeeded", false)]
    public void A_refund_goes_its_own_way(string from, string to, bool may) => Assert.Equal(may, RefundStates.May(from, to));

    [Theory]
    [InlineData(0, 0, 2)]
    [InlineData(2, 1, 10)]
    [InlineData(10, 2, 30)]
    [InlineData(30, 3, 90)]
    [InlineData(90, 4, 150)]
    [InlineData(5, 0, 10)]
    public void A_payment_is_looked_at_after_2_10_and_30_minutes_and_then_every_hour(int minutesIn, int polls, int nextIn)
    {
        var started = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

        var next = PollSchedule.Next(started, started.AddMinutes(minutesIn), polls);

        Assert.Equal(started.AddMinutes(nextIn), next);
    }
}
