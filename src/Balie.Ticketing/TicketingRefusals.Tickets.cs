namespace Balie.Ticketing;

/// <summary>The ways in which Ticketing says no: here those of tickets.</summary>
internal static partial class TicketingRefusals
{
    public static readonly Refusal TicketNotFound =
        Refusal.NotFound("ticketing.ticket_not_found", "There is no such ticket. Check its number and the e-mail address.");
    public static readonly Refusal TicketNotYours =
        Refusal.Conflict("ticketing.ticket_not_yours", "This ticket has another holder now, and only they can do this.");
    public static readonly Refusal TicketClosed =
        Refusal.Conflict("ticketing.ticket_closed", "This ticket was used, or is not valid any more.");
    public static readonly Refusal NoTickets =
        Refusal.Conflict("ticketing.no_tickets", "There is no valid ticket here for you. New ones take a moment: try again shortly.");

    public static readonly Refusal TransferNotFound =
        Refusal.NotFound("ticketing.transfer_not_found", "This link leads to no ticket. Ask for a new one.");
    public static readonly Refusal TransferEnded =
        Refusal.Conflict("ticketing.transfer_ended", "This offer was accepted, declined, withdrawn or has lapsed. Ask for a new one.");
    public static readonly Refusal TransferPending =
        Refusal.Conflict("ticketing.transfer_pending", "This ticket is offered to somebody already. Withdraw that offer first.");
    public static readonly Refusal TransferClosed =
        Refusal.Conflict("ticketing.transfer_closed", "It is too late to give this ticket to somebody else.");
    public static readonly Refusal TransferLimit =
        Refusal.Conflict("ticketing.transfer_limit", "This ticket has changed hands as often as the organiser allows.");
    public static readonly Refusal TransferToSelf =
        Refusal.Invalid("ticketing.transfer_to_self", "The ticket is theirs already. Give another address.").At("email");

    public static readonly Refusal WalletNotConfigured = Refusal.Conflict(
        "ticketing.wallet_not_configured",
        "This installation has no certificate for this wallet yet. Use the PDF or the QR code; the operator's manual says what to set.");
}
