using System.Collections.Concurrent;

namespace Balie.Testing.Payments;

/// <summary>One movement of money at a fake provider; what it pays out is negative.</summary>
/// <param name="Kind">capture, refund, refund_returned or chargeback.</param>
/// <param name="Reference">Of the capture, refund or dispute.</param>
public sealed record FakeEntry(string Payment, string Kind, string Reference, long Amount, string Currency);

/// <summary>The fake provider's own books, to compare with ours: what it took for us, less what it gave back.</summary>
public sealed class FakeLedger
{
    private readonly ConcurrentQueue<FakeEntry> _entries = new();

    public IReadOnlyList<FakeEntry> Entries => [.. _entries];

    public void Add(string payment, string kind, string reference, long amount, string currency) =>
        _entries.Enqueue(new FakeEntry(payment, kind, reference, amount, currency));

    /// <summary>Captures less refunds and chargebacks.</summary>
    public long Balance(string currency = "EUR") => _entries.Where(entry => entry.Currency == currency).Sum(entry => entry.Amount);

    public long Balance(string payment, string currency) =>
        _entries.Where(entry => entry.Payment == payment && entry.Currency == currency).Sum(entry => entry.Amount);

    public long Sum(string kind, string currency = "EUR") =>
        _entries.Where(entry => entry.Kind == kind && entry.Currency == currency).Sum(entry => entry.Amount);
}
