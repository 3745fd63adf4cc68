using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Balie.Payments.Sandbox;

/// <summary>How a sandbox account behaves.</summary>
/// <param name="Secrets">Webhooks are signed with each of them, so that one can be replaced without losing any.</param>
/// <param name="WebhookDelaySeconds">How late they come.</param>
/// <param name="DuplicateWebhooks">Every webhook twice, as happens.</param>
/// <param name="Refunds"><c>instant</c>, <c>slow</c> or <c>fail</c>.</param>
internal sealed record SandboxSettings(
    IReadOnlyList<string> Secrets, int WebhookDelaySeconds = 0, bool DuplicateWebhooks = false, string Refunds = SandboxSettings.Instant)
{
    public const string Instant = "instant";
    public const string Slow = "slow";
    public const string Fail = "fail";

    private const int MostSecrets = 5;
    private const int LongestDelaySeconds = 3_600;
    private const int ShortestSecret = 16;

    public static SandboxSettings New() => new([Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))]);

    public static SandboxSettings Read(JsonElement settings) =>
        settings.Deserialize<SandboxSettings>(Json.Options) ?? throw new JsonException("The sandbox has no settings.");

    public JsonElement Write() => JsonSerializer.SerializeToElement(this, Json.Options);

    public IEnumerable<FieldError> Problems()
    {
        if (Secrets.Count is 0 or > MostSecrets || Secrets.Any(secret => secret is not { Length: >= ShortestSecret }))
            yield return new FieldError("secrets", $"1 to {MostSecrets} secrets of at least {ShortestSecret} characters.");
        if (WebhookDelaySeconds is < 0 or > LongestDelaySeconds)
            yield return new FieldError("webhookDelaySeconds", $"0 to {LongestDelaySeconds} seconds.");
        if (Refunds is not (Instant or Slow or Fail)) yield return new FieldError("refunds", "instant, slow or fail.");
    }

    /// <summary>The signature header of a webhook: its moment, and one signature per secret.</summary>
    public string Sign(string body, DateTimeOffset at)
    {
        var seconds = at.ToUnixTimeSeconds();
        return $"t={seconds}" + string.Concat(Secrets.Select(secret => $",v1={Signature(secret, seconds, Encoding.UTF8.GetBytes(body))}"));
    }

    /// <summary>True for a signature by one of the secrets, made within the tolerance.</summary>
    public bool Verify(string? header, ReadOnlySpan<byte> body, DateTimeOffset now, TimeSpan tolerance)
    {
        if (header is null || header.Length > 1_000) return false;
        var parts = header.Split(',');
        if (!parts[0].StartsWith("t=", StringComparison.Ordinal) || !long.TryParse(parts[0].AsSpan(2), out var seconds)) return false;
        if (Math.Abs(now.ToUnixTimeSeconds() - seconds) > tolerance.TotalSeconds) return false;
        var good = false;
        foreach (var secret in Secrets)
        {
            var expected = Encoding.ASCII.GetBytes($"v1={Signature(secret, seconds, body)}");
            // All are looked at, whatever the first says, in a time that tells nothing.
            foreach (var part in parts.Skip(1)) good |= CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(part), expected);
        }
        return good;
    }

    private static string Signature(string secret, long seconds, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(Encoding.ASCII.GetBytes($"{seconds}."));
        hmac.AppendData(body);
        return Convert.ToHexStringLower(hmac.GetHashAndReset());
    }
}
