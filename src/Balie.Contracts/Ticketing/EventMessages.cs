namespace Balie.Contracts.Ticketing;

/// <summary>An organiser has a new draft. Nobody else may know of it yet.</summary>
[Message("event.created")]
public sealed record EventCreated(Guid EventId);

/// <summary>The event stands on the public agenda.</summary>
[Message("event.published")]
public sealed record EventPublished(Guid EventId, string Title, DateTimeOffset PublishedAt);

/// <summary>The event, or a slot, zone or ticket type of it, is different from before. Read it again.</summary>
/// <param name="What">Such as <c>event</c>, <c>slots_added</c> or <c>ticket_type_changed</c>: the action in its history.</param>
[Message("event.updated")]
public sealed record EventUpdated(Guid EventId, int Version, string What);

/// <summary>Tickets can be booked, for the first time or again after a pause.</summary>
[Message("event.sale_opened")]
public sealed record EventSaleOpened(Guid EventId);

/// <summary>No tickets can be booked for now; what was booked stays.</summary>
[Message("event.sale_paused")]
public sealed record EventSalePaused(Guid EventId);

/// <summary>The event will not be when it was announced, and the new date is not known.</summary>
[Message("event.postponed")]
public sealed record EventPostponed(Guid EventId, string Reason);

/// <summary>Slots have other times. Bookings stay; their holders want to know.</summary>
[Message("event.rescheduled")]
public sealed record EventRescheduled(Guid EventId, string Reason, IReadOnlyList<SlotMoved> Slots);

/// <summary>One slot's times, before and after.</summary>
public sealed record SlotMoved(Guid SlotId, DateTimeOffset StartedAt, DateTimeOffset StartsAt, DateTimeOffset EndsAt);

/// <summary>One slot will not take place, the others of its event do.</summary>
[Message("slot.cancelled")]
public sealed record SlotCancelled(Guid EventId, Guid SlotId, string Reason);

/// <summary>The event is over.</summary>
[Message("event.completed")]
public sealed record EventCompleted(Guid EventId);

/// <summary>The event will not take place: none of its slots.</summary>
[Message("event.cancelled")]
public sealed record EventCancelled(Guid EventId, string Reason);

/// <summary>The event is gone from every list. It had no bookings.</summary>
[Message("event.deleted")]
public sealed record EventDeleted(Guid EventId);
