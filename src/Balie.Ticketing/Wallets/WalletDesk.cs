using Balie.Contracts.Identity;
using Balie.Ticketing.Tickets;

namespace Balie.Ticketing.Wallets;

/// <summary>What fills wallets, with all that a pass needs to know from elsewhere.</summary>
internal sealed class WalletDesk(AppleSigner apple, GoogleSigner google, IOrganisations organisations, TimeProvider clock)
{
    public AppleSigner Apple => apple;
    public GoogleSigner Google => google;

    public async Task<IReadOnlyList<(string Number, byte[] Pass)>> Passes(
        Sql sql, IReadOnlyList<TicketReader.Row> tickets, string? locale, CancellationToken ct)
    {
        var organiser = await organisations.See(sql.OrgId, ct);
        var occasions = await Occasion.Of(sql, tickets.Select(ticket => ticket.SlotId), ct);
        var texts = TicketTexts.In(locale ?? organiser?.Locale);
        return
        [
            .. tickets.Select(ticket => (ticket.Number,
                ApplePass.Of(ticket, occasions[ticket.SlotId], organiser?.Name ?? "Balie", texts, apple, clock.GetUtcNow()))),
        ];
    }

    public async Task<Uri> Link(Sql sql, TicketReader.Row ticket, string? locale, CancellationToken ct)
    {
        var organiser = await organisations.See(sql.OrgId, ct);
        var occasion = (await Occasion.Of(sql, [ticket.SlotId], ct))[ticket.SlotId];
        var texts = TicketTexts.In(locale ?? organiser?.Locale);
        return new Uri(GoogleLink.Of(ticket, occasion, organiser?.Name ?? "", texts, google, clock.GetUtcNow()));
    }
}
