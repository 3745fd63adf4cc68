using Microsoft.Extensions.DependencyInjection;

namespace Balie.Kernel.Tests.Data;

public sealed class SignalsTests(ModuleApp<ProbeModule> app) : IClassFixture<ModuleApp<ProbeModule>>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_one_transaction_says_is_heard_when_it_commits_and_never_when_it_does_not()
    {
        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var signals = ActivatorUtilities.CreateInstance<Signals>(app.Services);
        signals.On("probe_news", payload => heard.TrySetResult(payload), () => listening.TrySetResult());
        await signals.StartAsync(Ct);
        await listening.Task.WaitAsync(Ct);

        await app.Db.Transact<bool>(async tx =>
        {
            await tx.Run(Signals.Send, new { channel = "probe_news", payload = "withdrawn" }, Ct);
            return Refusal.Conflict("probe.refused", "Rolled back.");
        }, Ct);
        await app.Db.Run(Signals.Send, new { channel = "probe_news", payload = "said" }, Ct);

        Assert.Equal("said", await heard.Task.WaitAsync(TimeSpan.FromSeconds(20), Ct));
        await signals.StopAsync(Ct);
    }
}
