using System.Globalization;

namespace Balie.Payments.Providers.Stripe;

/// <summary>The body of a request: names with brackets, form-encoded. What has no value is left out.</summary>
internal sealed class StripeForm
{
    private readonly List<KeyValuePair<string, string>> _fields = [];

    public IReadOnlyList<KeyValuePair<string, string>> Fields => _fields;

    public StripeForm Add(string name, string? value)
    {
        if (value is not null) _fields.Add(new(name, value));
        return this;
    }

    public StripeForm Add(string name, long? value) => Add(name, value?.ToString(CultureInfo.InvariantCulture));

    /// <summary>Minor units and the currency in lower case.</summary>
    public static string Currency(Money money) => money.Currency.ToLowerInvariant();
}
