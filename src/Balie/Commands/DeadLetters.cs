using System.CommandLine;

namespace Balie.Commands;

/// <summary>How the outbox stands, what was given up, and another chance for it once the cause is gone.</summary>
internal static class DeadLetters
{
    private const int MostListed = 100;

    public static Command Verb() => new("outbox", "Messages on their way, and those that were given up.") { Status(), List(), Replay() };

    private static Command Status()
    {
        var verb = new Command("status", "How many messages wait, are tried again, and were given up.");
        verb.SetAction((asked, ct) => Errand.With(asked, async (_, services) =>
        {
            var status = await services.GetRequiredService<Outbox>().Status(ct);
            Console.WriteLine($"{status.Waiting} waiting{(status.OldestAge is { } age ? $", the oldest for {age:c}" : "")}; "
                + $"{status.Retrying} to be tried again; {status.Dead} given up.");
            return Errand.Done;
        }, ct));
        return verb;
    }

    private static Command List()
    {
        var verb = new Command("list", "The messages that were given up, the latest first, and why.");
        verb.SetAction((asked, ct) => Errand.With(asked, async (_, services) =>
        {
            // Never the bodies: they may hold what is personal, and a terminal is not the place for it.
            var dead = await services.GetRequiredService<Outbox>().ListDeadLetters(MostListed, ct);
            foreach (var letter in dead)
                Console.WriteLine(
                    $"{letter.MessageId}  {letter.FailedAt:u}  {letter.Kind} for {letter.Consumer} in {letter.OrgId}: {letter.Reason}");
            Errand.Progress(dead.Length == 0 ? "No message was given up." : "Try one again with balie outbox replay <message>.");
            return Errand.Done;
        }, ct));
        return verb;
    }

    private static Command Replay()
    {
        var message = new Argument<Guid>("message") { Description = "Its id, as balie outbox list shows it." };
        var verb = new Command("replay", "Try a message again that was given up.") { message };
        verb.SetAction((asked, ct) => Errand.With(asked, async (_, services) =>
        {
            var id = asked.GetRequiredValue(message);
            var revived = await services.GetRequiredService<Outbox>().Replay(id, ct);
            if (revived == 0) throw new OperatorException($"Nobody gave message {id} up: balie outbox list shows which were.");
            Console.WriteLine($"{revived} will try message {id} again.");
            return Errand.Done;
        }, ct));
        return verb;
    }
}
