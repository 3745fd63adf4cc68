using System.Text.Json;

namespace Balie.Notifications.Mails;

/// <summary>Something that somebody has to be told, once.</summary>
/// <param name="Reason">Its key: kind, subject, and what tells it from an earlier one.</param>
/// <param name="SubjectId">The order, booking, refund, … that it is about.</param>
internal sealed record Notice(Guid OrgId, string Reason, string Kind, Guid SubjectId, string About)
{
    /// <summary>What was known when it was learnt; the rest is asked when the mail is made.</summary>
    public TFacts Read<TFacts>() =>
        JsonSerializer.Deserialize<TFacts>(About, Json.Options) ?? throw new JsonException($"The notice {Reason} is about nothing.");
}

/// <summary>Notes what people have to be told, in the transaction that learns of it. The same reason again changes nothing.</summary>
internal static class Notices
{
    /// <summary>The signal that notices wait.</summary>
    public const string Channel = "notifications_notices";

    /// <param name="once">What tells this notice from others of its kind about the same subject; empty when there is only one ever.</param>
    public static async Task Notify<TFacts>(
        this Tx tx, string kind, Guid subjectId, TFacts about, CancellationToken ct, string once = "")
    {
        var facts = JsonSerializer.Serialize(about, Json.Options);
        var row = new { reason = Reason(kind, subjectId, once), kind, subjectId, facts, tx.Now };
        await tx.Later(Insert, row, ct);
        tx.Signal(Channel);
    }

    /// <summary>The same for several subjects, each with its own facts; of these there is only one notice ever.</summary>
    public static async Task NotifyAll<TFacts>(
        this Tx tx, string kind, IReadOnlyList<TFacts> about, Func<TFacts, Guid> subject, CancellationToken ct)
    {
        await tx.Later(InsertAll, new
        {
            kind,
            reasons = about.Select(facts => Reason(kind, subject(facts), "")).ToArray(),
            subjectIds = about.Select(subject).ToArray(),
            facts = about.Select(facts => JsonSerializer.Serialize(facts, Json.Options)).ToArray(),
            tx.Now,
        }, ct);
        tx.Signal(Channel);
    }

    /// <summary>The same for the holder of every confirmed booking of an event, or of one slot of it.</summary>
    public static async Task NotifyHolders<TFacts>(
        this Tx tx, string kind, Guid eventId, Guid? slotId, TFacts about, CancellationToken ct, string once = "")
    {
        var facts = JsonSerializer.Serialize(about, Json.Options);
        await tx.Later(InsertForHolders, new { kind, eventId, slotId, facts, suffix = once.Length == 0 ? "" : $":{once}", tx.Now }, ct);
        tx.Signal(Channel);
    }

    private static string Reason(string kind, Guid subjectId, string once) =>
        once.Length == 0 ? $"{kind}:{subjectId}" : $"{kind}:{subjectId}:{once}";

    private const string Insert = """
        insert into notifications.notices (org_id, reason, kind, subject_id, about, due_at, created_at)
        values (@orgId, @reason, @kind, @subjectId, @facts::json, @now, @now)
        on conflict (org_id, reason) do nothing
        """;

    private const string InsertAll = """
        insert into notifications.notices (org_id, reason, kind, subject_id, about, due_at, created_at)
        select @orgId, reason, @kind, subject_id, facts::json, @now, @now
        from unnest(@reasons::text[], @subjectIds::uuid[], @facts::text[]) as told (reason, subject_id, facts)
        on conflict (org_id, reason) do nothing
        """;

    private const string InsertForHolders = """
        insert into notifications.notices (org_id, reason, kind, subject_id, about, due_at, created_at)
        select @orgId, @kind || ':' || booking_id || @suffix, @kind, booking_id, @facts::json, @now, @now
        from notifications.bookings
        where org_id = @orgId and event_id = @eventId and (@slotId::uuid is null or slot_id = @slotId) and status = 'confirmed'
        on conflict (org_id, reason) do nothing
        """;
}
