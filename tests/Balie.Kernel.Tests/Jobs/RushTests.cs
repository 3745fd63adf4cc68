namespace Balie.Kernel.Tests.Jobs;

public sealed class RushTests
{
    private static readonly TimeSpan Worked = TimeSpan.FromMinutes(1);
    private readonly Seconds _clock = new();
    private readonly Rush _rush;

    public RushTests() => _rush = new Rush(_clock);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void However_long_it_goes_on_nobody_steps_aside_for_a_few_a_second()
    {
        for (var second = 0; second < 4; second++)
        {
            Come(Rush.Many - 1);
            Assert.True(_rush.StepAside(Worked, Ct).IsCompletedSuccessfully);
            _clock.Passed++;
        }
    }

    [Fact]
    public async Task While_many_come_work_stands_aside_and_goes_on_when_a_second_passed_without_them()
    {
        Come(Rush.Many);
        _clock.Passed++;
        var aside = _rush.StepAside(Worked, Ct);
        Assert.False(aside.IsCompleted);

        _clock.Passed++;
        await aside;
    }

    [Fact]
    public async Task It_stands_aside_only_so_long_however_many_come()
    {
        Come(Rush.Many);
        var aside = _rush.StepAside(TimeSpan.FromMilliseconds(10), Ct);
        Assert.False(aside.IsCompleted);

        _clock.Passed++;
        Come(Rush.Many);
        await aside;
    }

    private void Come(int people)
    {
        for (var i = 0; i < people; i++) _rush.Come();
    }

    /// <summary>Counts seconds by hand; its timers are the machine's.</summary>
    private sealed class Seconds : TimeProvider
    {
        public long Passed { get; set; } = 100;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Passed;
    }
}
