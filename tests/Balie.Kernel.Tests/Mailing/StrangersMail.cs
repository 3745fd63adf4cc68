using System.Text;
using System.Text.Json;

namespace Balie.Kernel.Tests.Mailing;

/// <summary>A mail as the npm package postal-mime, which knows nothing of us, takes it apart.</summary>
internal static class StrangersMail
{
    public sealed record Part(string Name, string Type, byte[] Content);

    public sealed record Read(string Subject, string MessageId, string? ReplyTo, string Text, string? Html, Part[] Files);

    public static async Task<Read> Parse(string mail, CancellationToken ct)
    {
        var question = JsonSerializer.Serialize(new { mail = Convert.ToBase64String(Encoding.UTF8.GetBytes(mail)) });
        var (exitCode, output, errors) = await Stranger.Ask("read-mail.mjs", question, ct);
        Assert.True(exitCode == 0, errors);
        return JsonSerializer.Deserialize<Read>(output, JsonSerializerOptions.Web) ?? throw new JsonException("No mail was read.");
    }
}
