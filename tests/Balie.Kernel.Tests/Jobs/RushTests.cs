namespace Balie.Kernel.Tests.Jobs;

public sealed class RushTests
{
    private const int Many = 24;
    private static readonly TimeSpan Worked = TimeSpan.FromMinutes(1);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void While_few_wait_nobody_steps_aside()
    {
        var rush = Waiting(Many - 1);

        Assert.True(rush.StepAside(Worked, Ct).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task While_many_wait_work_stands_aside_and_goes_on_when_they_were_served()
    {
        var rush = Waiting(Many);

        var aside = rush.StepAside(Worked, Ct);
        Assert.False(aside.IsCompleted);
        rush.End();

        await aside;
    }

    private static Rush Waiting(int people)
    {
        var rush = new Rush();
        for (var i = 1; i <= people; i++) Assert.Equal(i, rush.Begin());
        return rush;
    }
}
