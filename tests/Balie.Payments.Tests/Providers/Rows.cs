namespace Balie.Payments.Tests.Providers;

/// <summary>Every provider there is, each a row of its own.</summary>
public sealed class EveryProvider() : TheoryData<string>("mollie", "adyen", "stripe", "sandbox");

/// <summary>
/// Those that other companies run, across a network. The sandbox is Balie itself, with books of its own in the same database, so some rows
/// do not exist for it:
/// <list type="bullet">
/// <item>Slow, away, broken or cut off: there is nothing between. It is away with the database, which the fault tests see to, as they do to
/// a process that dies between the sandbox's answer and our own books.</item>
/// <item>A webhook before our own commit: whoever could cause one learns of the payment by that commit.</item>
/// <item>Another account of the same organisation: it has one sandbox, with secrets of its own.</item>
/// <item>Keys, addresses and live accounts: it has none.</item>
/// <item>A refund that ends later than it was taken and fails, or comes back: its refunds fail at once or not at all.</item>
/// </list>
/// </summary>
public sealed class EveryOutsider() : TheoryData<string>("mollie", "adyen", "stripe");

/// <summary>Every provider with every one of something else.</summary>
internal static class Rows
{
    public static TheoryData<string, T> With<T>(this TheoryData<string> providers, IEnumerable<T> others)
    {
        var rows = new TheoryData<string, T>();
        foreach (var provider in providers)
            foreach (var other in others) rows.Add(provider.Data, other);
        return rows;
    }
}
