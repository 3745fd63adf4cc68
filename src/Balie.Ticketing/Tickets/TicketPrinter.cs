using Balie.Contracts.Identity;

namespace Balie.Ticketing.Tickets;

/// <summary>Puts tickets on paper, with all that a page needs to know from elsewhere.</summary>
internal sealed class TicketPrinter(IOrganisations organisations, TimeProvider clock)
{
    public const string ContentType = "application/pdf";

    /// <summary>The pages of those that still open a door; null when none does.</summary>
    public async Task<byte[]?> Print(Sql sql, IReadOnlyList<TicketReader.Row> tickets, string? locale, CancellationToken ct) =>
        await Print(sql.OrgId, tickets, await Occasion.Of(sql, tickets.Select(ticket => ticket.SlotId), ct), locale, ct);

    /// <summary>The same for whoever knows what they are for.</summary>
    public async Task<byte[]?> Print(
        Guid orgId, IEnumerable<TicketReader.Row> tickets, IReadOnlyDictionary<Guid, Occasion> occasions, string? locale,
        CancellationToken ct)
    {
        var good = tickets.Where(ticket => TicketStates.IsGood(ticket.Status)).ToArray();
        if (good.Length == 0) return null;
        var organiser = await organisations.See(orgId, ct);
        return TicketPdf.Of(good, occasions, organiser?.Name ?? "", TicketTexts.In(locale ?? organiser?.Locale), clock.GetUtcNow());
    }
}
