using System.Text.Json;

namespace Balie.Payments.Providers.Stripe;

/// <summary>
/// <c>{"apiKey":"sk_test_…","webhookSecrets":["whsec_…"],"baseAddress":"https://api.stripe.com/v1"}</c>. A restricted key (<c>rk_…</c>)
/// does as well.
/// </summary>
internal sealed record StripeSettings(string ApiKey, IReadOnlyList<string> WebhookSecrets, Uri BaseAddress)
{
    private const int ShortestKey = 12;
    private const int ShortestSecret = 12;
    private const string SecretPrefix = "whsec_";
    private static readonly string[] LivePrefixes = ["sk_live_", "rk_live_"];
    private static readonly string[] TestPrefixes = ["sk_test_", "rk_test_"];
    private static readonly Uri Home = new("https://api.stripe.com/v1/");

    public bool IsLive => StartsWithOne(ApiKey, LivePrefixes);

    public static StripeSettings Read(JsonElement settings, PaymentsOptions options, out IReadOnlyList<FieldError> problems)
    {
        var read = new AccountSettings(settings);
        var stripe = new StripeSettings(
            read.Text("apiKey", IsKey, "Give a secret or restricted key: sk_test_…, sk_live_…, rk_test_… or rk_live_…."),
            read.Secrets("webhookSecrets", 1, IsSecret, "Give the signing secrets of the webhook: whsec_…."),
            read.Address("baseAddress", options, host => host == Home.Host) ?? Home);
        problems = read.Problems();
        return stripe;
    }

    private static bool IsKey(string key) =>
        key.Length >= ShortestKey
        && (StartsWithOne(key, LivePrefixes) || StartsWithOne(key, TestPrefixes))
        && key.All(character => char.IsAsciiLetterOrDigit(character) || character == '_');

    private static bool IsSecret(string secret) =>
        secret.Length >= ShortestSecret && secret.StartsWith(SecretPrefix, StringComparison.Ordinal) && secret.All(char.IsAscii);

    private static bool StartsWithOne(string text, string[] prefixes) =>
        Array.Exists(prefixes, prefix => text.StartsWith(prefix, StringComparison.Ordinal));
}
