using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Balie.Kernel;

/// <summary>
/// Npgsql blocks a thread for two seconds for each statement that it gives up, to tell the server so. When the server hangs these are as
/// many as there are connections, and the pool makes new ones too slowly: even <c>/health</c> would wait. So from the first second
/// without an answer until the next one there are threads to spare. At other times more of them would only get into each other's way.
/// </summary>
internal sealed class SpareThreads(Databases databases, TimeProvider clock) : BackgroundService
{
    // More than all the connections of a process.
    private const int Spare = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        ThreadPool.GetMinThreads(out var usual, out var forInput);
        while (!stoppingToken.IsCancellationRequested)
        {
            var answers = Answers();
            if (await Task.WhenAny(answers, Task.Delay(Patience, clock, stoppingToken)) != answers)
                ThreadPool.SetMinThreads(Math.Max(usual, Spare), forInput);
            if (await answers.WaitAsync(stoppingToken)) ThreadPool.SetMinThreads(usual, forInput);
            await Task.Delay(BetweenQuestions, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Not cancelled when the patience ends: that alone would block a thread.</summary>
    private async Task<bool> Answers()
    {
        try
        {
            await using var question = databases.System.CreateCommand("select 1");
            await question.ExecuteScalarAsync(CancellationToken.None);
            return true;
        }
        catch (Exception away) when (away is NpgsqlException or TimeoutException or InvalidOperationException or IOException)
        {
            return false;
        }
    }
}
