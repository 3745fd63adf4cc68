namespace Balie.Payments.ProviderAccounts;

/// <summary>A way to pay, as the provider calls it and as the buyer reads it.</summary>
/// <param name="Method">Such as <c>ideal</c>.</param>
/// <param name="Label">Such as <c>iDEAL | Wero</c>.</param>
internal sealed record PaymentMethod(string Method, string Label, bool IsEnabled = true);

/// <summary>The methods of an account: data, in the order in which they are shown.</summary>
internal static class Methods
{
    private const int Most = 40;
    private const int LongestName = 40;
    private const int LongestLabel = 60;

    /// <summary>What a new account begins with; iDEAL first, because most people here pay with it.</summary>
    public static IReadOnlyList<PaymentMethod> UsualOf(string provider) => provider switch
    {
        "adyen" => [new("ideal", "iDEAL | Wero"), new("bcmc", "Bancontact"), new("scheme", "Card"), new("paypal", "PayPal", false)],
        "stripe" => [new("ideal", "iDEAL | Wero"), new("bancontact", "Bancontact"), new("card", "Card"), new("paypal", "PayPal", false)],
        "mollie" =>
            [new("ideal", "iDEAL | Wero"), new("bancontact", "Bancontact"), new("creditcard", "Card"), new("paypal", "PayPal", false)],
        _ => [new("ideal", "iDEAL | Wero"), new("bancontact", "Bancontact"), new("card", "Card")],
    };

    /// <summary>Everything that is wrong with a list somebody sent.</summary>
    public static IEnumerable<FieldError> Problems(IReadOnlyList<PaymentMethod?> sent)
    {
        // JSON may hold a null where our types know of none.
        if (sent.Any(method => method is null)) yield return new FieldError("methods", "No nulls.");
        PaymentMethod[] methods = [.. sent.OfType<PaymentMethod>()];
        if (methods.Length > Most) yield return new FieldError("methods", $"At most {Most} methods.");
        foreach (var (at, method) in methods.Index())
        {
            if (method.Method.Length is 0 or > LongestName
                || method.Method.Any(letter => !char.IsAsciiLetterLower(letter) && !char.IsAsciiDigit(letter) && letter != '_'))
                yield return new FieldError($"methods[{at}].method", "Lower case letters, digits, underscores, as the provider has it.");
            if (method.Label.Trim().Length is 0 or > LongestLabel)
                yield return new FieldError($"methods[{at}].label", $"1 to {LongestLabel} characters.");
            if (methods.Take(at).Any(earlier => earlier.Method == method.Method))
                yield return new FieldError($"methods[{at}].method", "Name each method once.");
        }
    }

    public static Task<PaymentMethod[]> Of(Sql sql, Guid accountId, CancellationToken ct) =>
        sql.Many<PaymentMethod>(Select, new { accountId }, ct);

    public static async Task Replace(Tx tx, Guid accountId, IReadOnlyList<PaymentMethod> methods, CancellationToken ct)
    {
        await tx.Run(Delete, new { accountId }, ct);
        await tx.Run(Insert, new
        {
            accountId,
            names = methods.Select(method => method.Method).ToArray(),
            labels = methods.Select(method => method.Label.Trim()).ToArray(),
            enabled = methods.Select(method => method.IsEnabled).ToArray(),
        }, ct);
    }

    private const string Select = """
        select method, label, is_enabled
        from payments.methods
        where org_id = @orgId and account_id = @accountId
        order by position, method
        """;

    private const string Delete = "delete from payments.methods where org_id = @orgId and account_id = @accountId";

    private const string Insert = """
        insert into payments.methods (org_id, account_id, method, label, position, is_enabled)
        select @orgId, @accountId, method, label, position, is_enabled
        from unnest(@names::text[], @labels::text[], @enabled::boolean[]) with ordinality as row (method, label, is_enabled, position)
        """;
}
