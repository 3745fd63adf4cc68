using System.Collections.Frozen;

namespace Balie.Ticketing.Events;

/// <summary>A step in an event's life: what it is called in the history, where it may start, where it leads.</summary>
/// <param name="ForCalendars">Changes what stands in people's calendars, so it raises the iCalendar sequence.</param>
internal sealed record EventStep(string Action, string[] From, string To, bool ForCalendars = false);

/// <summary>
/// The life of an event, whole: what does not stand here is refused. Draft → published → on sale ⇄ paused → completed; what is public may
/// be postponed and then rescheduled, or cancelled. Completed and cancelled are the end.
/// </summary>
internal static class EventStates
{
    public const string Draft = "draft";
    public const string Published = "published";
    public const string OnSale = "on_sale";
    public const string Paused = "paused";
    public const string Postponed = "postponed";
    public const string Completed = "completed";
    public const string Cancelled = "cancelled";

    public static readonly FrozenSet<string> All = [Draft, Published, OnSale, Paused, Postponed, Completed, Cancelled];

    public static readonly EventStep Publish = new("published", [Draft], Published);
    public static readonly EventStep OpenSale = new("sale_opened", [Published], OnSale);
    public static readonly EventStep Pause = new("sale_paused", [OnSale], Paused);
    public static readonly EventStep Resume = new("sale_resumed", [Paused], OnSale);
    public static readonly EventStep Postpone = new("postponed", [Published, OnSale, Paused], Postponed, ForCalendars: true);
    public static readonly EventStep Reschedule = new("rescheduled", [Postponed], Published, ForCalendars: true);
    public static readonly EventStep Complete = new("completed", [Published, OnSale, Paused], Completed);
    public static readonly EventStep Cancel = new("cancelled", [Published, OnSale, Paused, Postponed], Cancelled, ForCalendars: true);

    public static readonly IReadOnlyList<EventStep> Steps = [Publish, OpenSale, Pause, Resume, Postpone, Reschedule, Complete, Cancel];

    /// <summary>Where an event and its parts may be edited.</summary>
    public static bool IsOpen(string status) => status switch
    {
        Draft or Published or OnSale or Paused or Postponed => true,
        Completed or Cancelled => false,
        _ => throw new InvalidOperationException($"Unknown status {status}."),
    };
}
