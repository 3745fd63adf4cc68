using System.Text.Json;

namespace Balie.Payments.Providers.Adyen;

/// <summary>
/// <c>{"apiKey":"…","merchantAccount":"…","hmacKeys":["44782D…"],"webhookUser":"…","webhookPasswords":["…"],"baseAddress":"…/v72"}</c>. A
/// live account has an address with a prefix of its own, so it must give it; tests have one for everybody.
/// </summary>
internal sealed record AdyenSettings(
    string ApiKey, string MerchantAccount, IReadOnlyList<string> HmacKeys, string WebhookUser, IReadOnlyList<string> WebhookPasswords,
    Uri? BaseAddress)
{
    private const int ShortestKey = 10;
    private const int HmacKeyDigits = 64;
    private const int ShortestPassword = 12;
    private const string TestHost = "checkout-test.adyen.com";
    private const string LiveHosts = "-checkout-live.adyenpayments.com";
    private static readonly Uri TestAddress = new($"https://{TestHost}/v72/");

    public static AdyenSettings Read(JsonElement settings, PaymentsOptions options, out IReadOnlyList<FieldError> problems)
    {
        var read = new AccountSettings(settings);
        var adyen = new AdyenSettings(
            read.Text("apiKey", key => key.Length >= ShortestKey && key.All(char.IsAscii), "Give the API key of the web service user."),
            read.Text("merchantAccount", IsAccount, "Give the merchant account, as it is named in the Customer Area."),
            read.Secrets("hmacKeys", 1, IsHmacKey, $"Give the HMAC keys of the webhook: {HmacKeyDigits} hexadecimal digits each."),
            read.Text("webhookUser", user => !user.Contains(':', StringComparison.Ordinal), "Give the webhook's user name, without colon."),
            read.Secrets("webhookPasswords", 1, its => its.Length >= ShortestPassword, $"Give passwords of {ShortestPassword} or more."),
            read.Address("baseAddress", options, host => host == TestHost || host.EndsWith(LiveHosts, StringComparison.Ordinal)));
        problems = read.Problems();
        return adyen;
    }

    public Uri Address(bool isLive) => (BaseAddress, isLive) switch
    {
        ({ } own, true) when own.Host != TestHost => own,
        ({ } own, false) when !own.Host.EndsWith(LiveHosts, StringComparison.Ordinal) => own,
        (null, false) => TestAddress,
        _ => throw new ProviderRefusedException(Refused.Account, "The account and its address are not both live, or not both for tests."),
    };

    private static bool IsAccount(string account) =>
        account.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '.');

    private static bool IsHmacKey(string key) => key.Length == HmacKeyDigits && key.All(char.IsAsciiHexDigit);
}
