using Balie.Contracts.Identity;

namespace Balie.Ticketing.Tickets;

/// <summary>Puts tickets on paper, with all that a page needs to know from elsewhere.</summary>
internal sealed class TicketPrinter(IOrganisations organisations, TimeProvider clock)
{
    public const string ContentType = "application/pdf";

    /// <summary>The pages of those that still open a door; null when none does.</summary>
    public async Task<byte[]?> Print(Sql sql, IEnumerable<TicketReader.Row> tickets, string? locale, CancellationToken ct)
    {
        var good = tickets.Where(ticket => TicketStates.IsGood(ticket.Status)).ToArray();
        if (good.Length == 0) return null;
        var organiser = await organisations.See(sql.OrgId, ct);
        var occasions = await Occasion.Of(sql, good.Select(ticket => ticket.SlotId), ct);
        return TicketPdf.Of(good, occasions, organiser?.Name ?? "", TicketTexts.In(locale ?? organiser?.Locale), clock.GetUtcNow());
    }
}
