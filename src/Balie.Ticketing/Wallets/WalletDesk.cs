using System.Collections.Frozen;
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

    /// <summary>Where each of these is saved to Google's wallet, by ticket; nowhere while that is not set up.</summary>
    public async Task<IReadOnlyDictionary<Guid, Uri>> Links(
        Sql sql, IReadOnlyList<TicketReader.Row> tickets, string? locale, CancellationToken ct)
    {
        if (!google.CanSign || tickets.Count == 0) return FrozenDictionary<Guid, Uri>.Empty;
        var organiser = await organisations.See(sql.OrgId, ct);
        var occasions = await Occasion.Of(sql, tickets.Select(ticket => ticket.SlotId), ct);
        var texts = TicketTexts.In(locale ?? organiser?.Locale);
        return tickets.ToDictionary(ticket => ticket.TicketId, ticket => new Uri(
            GoogleLink.Of(ticket, occasions[ticket.SlotId], organiser?.Name ?? "", texts, google, clock.GetUtcNow())));
    }
}
