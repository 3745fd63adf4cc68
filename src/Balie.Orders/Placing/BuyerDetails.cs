using System.Net.Mail;
using Balie.Contracts.Orders;

namespace Balie.Orders.Placing;

/// <summary>Who buys, as a request says it.</summary>
/// <param name="Locale">The language of mails and of the payment page: nl or en.</param>
internal sealed record BuyerDetails(string Name, string Email, string Locale = "nl")
{
    private const int LongestName = 200;
    private const int LongestEmail = 254;

    public Refusal? Problem =>
        Name.Length is 0 or > LongestName || Name.AsSpan().ContainsAny('\n', '\r', '\t')
            ? KernelRefusals.Invalid.At("buyer.name", $"Give a name of at most {LongestName} characters, on one line.")
        : Email.Length > LongestEmail || !MailAddress.TryCreate(Email, out var address) || address.Address != Email
            ? KernelRefusals.Invalid.At("buyer.email", "Give an e-mail address, such as name@example.org.")
        : Locale is not ("nl" or "en") ? KernelRefusals.Invalid.At("buyer.locale", "Choose nl or en.")
        : null;

    public Buyer By(Caller caller) => new(caller.UserId, Name, Email, Locale);

    /// <summary>Given, or for somebody signed in what the account says; null for a guest who gave nothing.</summary>
    public static Buyer? Of(BuyerDetails? given, Caller caller) =>
        given?.By(caller) ?? (caller is { UserId: { } userId, Email: { } email } ? new Buyer(userId, "", email, "nl") : null);
}
