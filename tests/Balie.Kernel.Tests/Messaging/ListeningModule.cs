using System.Collections.Concurrent;

namespace Balie.Kernel.Tests.Messaging;

[Message("probe.happened")]
public sealed record Happened(Guid Subject, string Text);

[Message("probe.ignored")]
public sealed record Ignored(Guid Subject);

[Message("probe.counted")]
public sealed record Counted(Guid Subject, int Number);

/// <summary>Hears one message twice over: one listener writes it down, the other fails as often as a test asks.</summary>
public sealed class ListeningModule : IModule
{
    public string Name => "probe";

    public void Listen(Listeners on)
    {
        on.Message<Happened>(WriteDown.Handle);
        on.Message<Happened>(Stumble.Handle);
        on.Batch<Counted>(Gather.Handle);
    }

    internal static class WriteDown
    {
        public static async Task Handle(Happened happened, Tx tx, IServiceProvider services, CancellationToken ct) => await tx.Run(
            "insert into probe.notes (org_id, note_id, text) values (@orgId, @noteId, @Text)",
            new { noteId = tx.NewId(), happened.Text }, ct);
    }

    internal static class Stumble
    {
        private static readonly ConcurrentDictionary<Guid, int> Failures = new();
        private static readonly ConcurrentQueue<(Guid Subject, string Text)> Heard = new();

        public static void Fail(Guid subject, int times) => Failures[subject] = times;

        public static string[] WhatItHeard(Guid subject) => [.. Heard.Where(one => one.Subject == subject).Select(one => one.Text)];

        public static async Task Handle(Happened happened, Tx tx, IServiceProvider services, CancellationToken ct)
        {
            // An effect before the failure, to see that it does not stay.
            await tx.Run("insert into probe.notes (org_id, note_id, text) values (@orgId, @noteId, 'stumbled')",
                new { noteId = tx.NewId() }, ct);
            if (Failures.AddOrUpdate(happened.Subject, -1, (_, left) => left - 1) >= 0)
                throw new InvalidOperationException("As asked.\u0000");
            Heard.Enqueue((happened.Subject, happened.Text));
        }
    }

    /// <summary>Takes many at once, and none together with a poisoned one.</summary>
    internal static class Gather
    {
        public const int Poison = 13;
        private static readonly ConcurrentQueue<(Guid Subject, int[] Numbers)> Batches = new();

        public static int[][] WhatItTook(Guid subject) => [.. Batches.Where(one => one.Subject == subject).Select(one => one.Numbers)];

        public static async Task Handle(IReadOnlyList<Counted> counted, Tx tx, IServiceProvider services, CancellationToken ct)
        {
            // An effect before the failure, to see that it does not stay.
            await tx.Run("insert into probe.notes (org_id, note_id, text) values (@orgId, @noteId, @text)",
                new { noteId = tx.NewId(), text = $"{counted.Count}" }, ct);
            if (counted.Any(one => one.Number == Poison)) throw new InvalidOperationException("Poison.");
            Batches.Enqueue((counted[0].Subject, [.. counted.Select(one => one.Number)]));
        }
    }
}
