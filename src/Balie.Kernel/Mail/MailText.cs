using System.Globalization;
using System.Net.Mail;
using System.Text;

namespace Balie.Kernel;

/// <summary>
/// A mail as RFC 5322 and MIME (RFC 2045, 2046) have it: CRLF, encoded words (RFC 2047) only where a header needs them, text and page as
/// alternatives, files behind them in base64.
/// </summary>
internal static class MailText
{
    // A line with an encoded word has at most 76 characters: 39 bytes are 52 in base64, =?utf-8?B?…?= adds 12 and "Subject: " 9.
    private const int BytesPerEncodedWord = 39;

    // RFC 5322 allows 998 bytes; a character has up to four.
    private const int LongestReadableLine = 240;
    private const int Base64Line = 76;

    public static string Write(OutgoingMail outgoing, string from)
    {
        var mail = outgoing.Mail;
        var text = new StringBuilder()
            .Append("From: ").Append(from).Append("\r\n")
            .Append("To: ").Append(mail.Recipient).Append("\r\n");
        if (mail.ReplyTo is { } replyTo) text.Append("Reply-To: ").Append(replyTo).Append("\r\n");
        text.Append("Subject: ").Append(Header(mail.Subject)).Append("\r\n")
            .Append("Date: ").Append(outgoing.CreatedAt.UtcDateTime.ToString(
                "ddd, dd MMM yyyy HH':'mm':'ss '+0000'", CultureInfo.InvariantCulture)).Append("\r\n")
            .Append("Message-ID: ").Append(MessageId(outgoing, from)).Append("\r\n")
            .Append("Auto-Submitted: auto-generated\r\n")
            .Append("MIME-Version: 1.0\r\n");
        if (mail.Files.Count == 0) return Content(text, outgoing).ToString();

        var mixed = $"files-{outgoing.MailId:n}";
        text.Append("Content-Type: multipart/mixed; boundary=\"").Append(mixed).Append("\"\r\n\r\n");
        Content(text.Append("--").Append(mixed).Append("\r\n"), outgoing);
        foreach (var file in mail.Files) File(text.Append("--").Append(mixed).Append("\r\n"), file);
        return text.Append("--").Append(mixed).Append("--\r\n").ToString();
    }

    public static string MessageId(OutgoingMail outgoing, string from) => $"<{outgoing.MailId:n}@{new MailAddress(from).Host}>";

    private static StringBuilder Content(StringBuilder text, OutgoingMail outgoing)
    {
        if (outgoing.Mail.Html.Length == 0) return Part(text, "text/plain", outgoing.Mail.Body);
        // The last alternative is the one a reader likes best.
        var faces = $"faces-{outgoing.MailId:n}";
        text.Append("Content-Type: multipart/alternative; boundary=\"").Append(faces).Append("\"\r\n\r\n--").Append(faces).Append("\r\n");
        Part(text, "text/plain", outgoing.Mail.Body).Append("--").Append(faces).Append("\r\n");
        return Part(text, "text/html", outgoing.Mail.Html).Append("--").Append(faces).Append("--\r\n");
    }

    private static StringBuilder Part(StringBuilder text, string type, string content)
    {
        var lines = content.ReplaceLineEndings("\n").Split('\n');
        var readable = lines.All(line => line.Length <= LongestReadableLine);
        text.Append("Content-Type: ").Append(type).Append("; charset=utf-8\r\n")
            .Append("Content-Transfer-Encoding: ").Append(readable ? "8bit" : "base64").Append("\r\n\r\n");
        if (!readable) return Base64(text, Encoding.UTF8.GetBytes(content));
        foreach (var line in lines) text.Append(line).Append("\r\n");
        return text;
    }

    private static void File(StringBuilder text, MailFile file)
    {
        text.Append("Content-Type: ").Append(file.ContentType).Append("\r\n")
            .Append("Content-Transfer-Encoding: base64\r\n")
            .Append("Content-Disposition: attachment; ").Append(FileName(file.Name)).Append("\r\n\r\n");
        Base64(text, file.Content.Span);
    }

    // RFC 2231, which readers understand beside the plain form.
    private static string FileName(string name) =>
        name.All(char.IsAscii) ? $"filename=\"{name}\"" : $"filename*=UTF-8''{Uri.EscapeDataString(name)}";

    private static StringBuilder Base64(StringBuilder text, ReadOnlySpan<byte> content)
    {
        var encoded = Convert.ToBase64String(content);
        for (var start = 0; start < encoded.Length; start += Base64Line)
            text.Append(encoded, start, Math.Min(Base64Line, encoded.Length - start)).Append("\r\n");
        return text;
    }

    private static string Header(string text)
    {
        if (text.All(char.IsAscii)) return text;
        var words = new List<string>();
        var word = new MemoryStream();
        Span<byte> character = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            var length = rune.EncodeToUtf8(character);
            if (word.Length + length > BytesPerEncodedWord) words.Add(Encoded(word));
            word.Write(character[..length]);
        }
        words.Add(Encoded(word));
        return string.Join("\r\n ", words);
    }

    private static string Encoded(MemoryStream word)
    {
        var encoded = $"=?utf-8?B?{Convert.ToBase64String(word.GetBuffer(), 0, (int)word.Length)}?=";
        word.SetLength(0);
        return encoded;
    }
}
