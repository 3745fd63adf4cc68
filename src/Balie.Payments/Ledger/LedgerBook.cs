using Balie.Contracts.Payments;

namespace Balie.Payments.Ledger;

/// <summary>Posts entries. What does not balance is refused by the database at the commit, and here before, with the figures.</summary>
internal sealed class LedgerBook : ILedger
{
    public async Task Post(Tx tx, LedgerEntry entry, CancellationToken ct)
    {
        var lines = entry.Lines.Where(line => line.Amount.Amount != 0).ToArray();
        if (lines.Length == 0) return;
        foreach (var currency in lines.GroupBy(line => line.Amount.Currency))
        {
            if (currency.Sum(line => line.Amount.Amount) is var rest and not 0)
                throw new InvalidOperationException($"The {entry.Kind} of {entry.DocumentId} is {rest} {currency.Key} out of balance.");
        }
        await tx.Later(Insert, new
        {
            entryId = tx.NewId(),
            entry.Kind,
            entry.DocumentId,
            entry.OrderId,
            entry.Reference,
            tx.Now,
            accounts = lines.Select(line => line.Account).ToArray(),
            amounts = lines.Select(line => line.Amount.Amount).ToArray(),
            currencies = lines.Select(line => line.Amount.Currency).ToArray(),
        }, ct);
    }

    // The same document twice adds neither entry nor lines.
    private const string Insert = """
        with entry as (
            insert into payments.ledger_entries (org_id, entry_id, kind, document_id, order_id, reference, at)
            values (@orgId, @entryId, @kind, @documentId, @orderId, @reference, @now)
            on conflict on constraint ledger_entries_once do nothing
            returning entry_id
        )
        insert into payments.ledger_lines (org_id, entry_id, line, account, amount_minor, currency)
        select @orgId, entry_id, line, account, amount_minor, currency
        from entry, unnest(@accounts::text[], @amounts::bigint[], @currencies::text[]) with ordinality
            as row (account, amount_minor, currency, line)
        """;
}
