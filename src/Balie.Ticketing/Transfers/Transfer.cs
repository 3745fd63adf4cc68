using System.Buffers.Text;
using System.Net.Mail;
using System.Security.Cryptography;
using System.Text;
using Balie.Ticketing.Tickets;

namespace Balie.Ticketing.Transfers;

/// <summary>A ticket on its way to somebody else, as its giver and the desk see it.</summary>
internal sealed record Transfer(
    Guid Id, Guid TicketId, string Email, string Status, DateTimeOffset OfferedAt, DateTimeOffset ExpiresAt, DateTimeOffset? EndedAt)
{
    /// <summary>One transfer as it stands in the database.</summary>
    public sealed record Row(
        Guid TransferId, Guid TicketId, string FromName, string FromEmail, string ToEmail, string Status, DateTimeOffset OfferedAt,
        DateTimeOffset ExpiresAt, DateTimeOffset? EndedAt)
    {
        public bool IsOpenAt(DateTimeOffset now) => Status == TransferStates.Offered && now < ExpiresAt;
    }

    public static Transfer Of(Row row) =>
        new(row.TransferId, row.TicketId, row.ToEmail, row.Status, row.OfferedAt, row.ExpiresAt, row.EndedAt);

    /// <summary>
    /// The secret in the link: made of the ticket's own, so it is stored nowhere and dies with the ticket's serial.
    /// See docs/ticket-codes.md.
    /// </summary>
    public static string Secret(Guid transferId, byte[] ticketSecret)
    {
        byte[] named = [.. "transfer:"u8, .. transferId.ToByteArray(bigEndian: true)];
        return Base64Url.EncodeToString(HMACSHA256.HashData(ticketSecret, named));
    }

    public static bool IsSecret(string? given, Guid transferId, byte[] ticketSecret) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(given ?? ""), Encoding.UTF8.GetBytes(Secret(transferId, ticketSecret)));

    public static Refusal? Wrong(string email, string field) =>
        email.Length <= 254 && MailAddress.TryCreate(email, out var address) && address.Address == email
            ? null
            : KernelRefusals.Invalid.At(field, "Give an e-mail address, such as name@example.org.");

    private const string Columns =
        "transfer_id, ticket_id, from_name, from_email, to_email, status, offered_at, expires_at, ended_at";

    /// <summary>One transfer, and its ticket, both locked: the ticket first, as everywhere.</summary>
    public static async Task<(Row Transfer, TicketReader.Row Ticket)?> Lock(Tx tx, Guid transferId, CancellationToken ct)
    {
        var ticketId = await tx.One<Guid>(SelectTicketId, new { transferId }, ct);
        if (ticketId == Guid.Empty || await TicketReader.Lock(tx, ticketId, ct) is not { } ticket) return null;
        return await tx.One<Row>(SelectOne + "for update", new { transferId }, ct) is { } transfer ? (transfer, ticket) : null;
    }

    public static Task<Row?> Find(Sql sql, Guid transferId, CancellationToken ct) => sql.One<Row>(SelectOne, new { transferId }, ct);

    public static Task<Row[]> OfTicket(Sql sql, Guid ticketId, CancellationToken ct) => sql.Many<Row>(SelectOfTicket, new { ticketId }, ct);

    public static Task End(Tx tx, Guid transferId, string status, string? name, CancellationToken ct) =>
        tx.Run(EndOne, new { transferId, status, name, tx.Now }, ct);

    private const string SelectTicketId =
        "select ticket_id from ticketing.ticket_transfers where org_id = @orgId and transfer_id = @transferId";

    private const string SelectOne = $"""
        select {Columns}
        from ticketing.ticket_transfers
        where org_id = @orgId and transfer_id = @transferId

        """;

    private const string SelectOfTicket = $"""
        select {Columns}
        from ticketing.ticket_transfers
        where org_id = @orgId and ticket_id = @ticketId
        order by offered_at, transfer_id
        """;

    private const string EndOne = """
        update ticketing.ticket_transfers
        set status = @status, to_name = @name, ended_at = @now
        where org_id = @orgId and transfer_id = @transferId and status = 'offered'
        """;
}

/// <summary>The values of <c>ticketing.ticket_transfers.status</c>. An offer ends once, in one of four ways.</summary>
internal static class TransferStates
{
    public const string Offered = "offered";
    public const string Accepted = "accepted";
    public const string Declined = "declined";
    public const string Withdrawn = "withdrawn";
    public const string Lapsed = "lapsed";
}
