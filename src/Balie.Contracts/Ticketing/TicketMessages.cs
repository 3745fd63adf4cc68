namespace Balie.Contracts.Ticketing;

/// <summary>A booking's tickets exist and can be sent.</summary>
[Message("tickets.issued")]
public sealed record TicketsIssued(Guid BookingId, Guid EventId, Guid SlotId, IReadOnlyList<Guid> TicketIds);

/// <summary>Somebody offers a ticket to somebody else, who must accept it by the link.</summary>
[Message("ticket.transfer_offered")]
public sealed record TicketTransferOffered(Guid TransferId, Guid TicketId, string Email, DateTimeOffset ExpiresAt);

/// <summary>A ticket has another holder; the code they had before is dead.</summary>
[Message("ticket.transferred")]
public sealed record TicketTransferred(Guid TicketId, Guid BookingId, string FromEmail, string ToEmail);

/// <summary>A ticket has another code, because the old one was lost or its holder's address was wrong; the old one is dead.</summary>
[Message("ticket.reissued")]
public sealed record TicketReissued(Guid TicketId, Guid BookingId, int Serial, string Reason);

/// <summary>A ticket is void: refunded, cancelled or replaced.</summary>
[Message("ticket.voided")]
public sealed record TicketVoided(Guid TicketId, Guid BookingId, string Reason);

/// <summary>Somebody was let in, or out again.</summary>
[Message("ticket.checked_in")]
public sealed record TicketCheckedIn(Guid TicketId, Guid EventId, Guid SlotId, string Direction, DateTimeOffset At);

/// <summary>A place came free for somebody who waited; it is held for them.</summary>
[Message("waiting_list.offered")]
public sealed record WaitingListOffered(Guid EntryId, Guid BookingId, Guid EventId, string Email, DateTimeOffset ExpiresAt);
