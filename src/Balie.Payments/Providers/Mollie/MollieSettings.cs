using System.Text.Json;

namespace Balie.Payments.Providers.Mollie;

/// <summary>
/// <c>{"apiKey":"test_…","webhookSecrets":["…"],"baseAddress":"https://api.mollie.com/v2"}</c>; only the key is needed. The secrets are for
/// signed webhooks; the classic ones have no signature.
/// </summary>
internal sealed record MollieSettings(string ApiKey, IReadOnlyList<string> WebhookSecrets, Uri BaseAddress)
{
    public const string LivePrefix = "live_";
    private const string TestPrefix = "test_";
    private const int ShortestKey = 10;
    private const int ShortestSecret = 8;
    private static readonly Uri Home = new("https://api.mollie.com/v2/");

    public static MollieSettings Read(JsonElement settings, PaymentsOptions options, out IReadOnlyList<FieldError> problems)
    {
        var read = new AccountSettings(settings);
        var mollie = new MollieSettings(
            read.Text("apiKey", IsKey, "Give the API key of the profile: test_… or live_…."),
            read.Secrets("webhookSecrets", 0, secret => secret.Length >= ShortestSecret, "Give the secrets of signed webhooks."),
            read.Address("baseAddress", options, host => host == Home.Host) ?? Home);
        problems = read.Problems();
        return mollie;
    }

    private static bool IsKey(string key) =>
        key.Length >= ShortestKey
        && (key.StartsWith(TestPrefix, StringComparison.Ordinal) || key.StartsWith(LivePrefix, StringComparison.Ordinal))
        && key.All(character => char.IsAsciiLetterOrDigit(character) || character == '_');
}
