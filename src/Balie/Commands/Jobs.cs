using System.CommandLine;

namespace Balie.Commands;

/// <summary>Scheduled work as an operator sees it: when each job ran, how it ended, and a run out of turn.</summary>
internal static class Jobs
{
    public static Command Verb() => new("jobs", "Scheduled work: see it, or run it now.") { List(), Now() };

    private static Command List()
    {
        var verb = new Command("list", "Every job, when it runs next and how it last ended.");
        verb.SetAction((asked, ct) => Errand.With(asked, async (_, services) =>
        {
            foreach (var job in await services.GetRequiredService<JobBook>().List(ct))
                Console.WriteLine(
                    $"{job.State,-9}  {job.Name} ({job.Module}), every {job.Every}, next {job.DueAt:u}, {job.Runs} runs{Trouble(job)}");
            return Errand.Done;
        }, ct));
        return verb;
    }

    private static Command Now()
    {
        var name = new Argument<string>("job") { Description = "Its name, as balie jobs list shows it." };
        var verb = new Command("run", "Make a job due at once; the Balie that serves runs it within a second.") { name };
        verb.SetAction((asked, ct) => Errand.With(asked, async (_, services) =>
        {
            var job = asked.GetRequiredValue(name);
            if (!await services.GetRequiredService<JobBook>().RunNow(job, ct))
                throw new OperatorException($"There is no job {job}: see balie jobs list.");
            Console.WriteLine($"{job} is due.");
            return Errand.Done;
        }, ct));
        return verb;
    }

    private static string Trouble(JobState job) =>
        job.LastError is null ? "" : $", failed {job.FailuresInRow} times in a row: {job.LastError}";
}
