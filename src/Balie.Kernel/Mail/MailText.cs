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
    private const int BytesPerBase64Line = Base64Line / 4 * 3;

    /// <summary>Writes it as it goes, so that a mail with files is never in memory twice.</summary>
    public static void Write(OutgoingMail outgoing, string from, TextWriter text)
    {
        var mail = outgoing.Mail;
        text.NewLine = "\r\n";
        text.WriteLine($"From: {from}");
        text.WriteLine($"To: {mail.Recipient}");
        if (mail.ReplyTo is { } replyTo) text.WriteLine($"Reply-To: {replyTo}");
        text.WriteLine($"Subject: {Header(mail.Subject)}");
        text.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"Date: {outgoing.CreatedAt.UtcDateTime:ddd, dd MMM yyyy HH':'mm':'ss '+0000'}"));
        text.WriteLine($"Message-ID: {MessageId(outgoing, from)}");
        text.WriteLine("Auto-Submitted: auto-generated");
        text.WriteLine("MIME-Version: 1.0");
        if (mail.Files.Count == 0)
        {
            Content(text, outgoing);
            return;
        }
        var mixed = $"files-{outgoing.MailId:n}";
        text.WriteLine($"Content-Type: multipart/mixed; boundary=\"{mixed}\"");
        text.WriteLine();
        text.WriteLine($"--{mixed}");
        Content(text, outgoing);
        foreach (var file in mail.Files)
        {
            text.WriteLine($"--{mixed}");
            File(text, file);
        }
        text.WriteLine($"--{mixed}--");
    }

    public static string MessageId(OutgoingMail outgoing, string from) => $"<{outgoing.MailId:n}@{new MailAddress(from).Host}>";

    private static void Content(TextWriter text, OutgoingMail outgoing)
    {
        if (outgoing.Mail.Html.Length == 0)
        {
            Part(text, "text/plain", outgoing.Mail.Body);
            return;
        }
        // The last alternative is the one a reader likes best.
        var faces = $"faces-{outgoing.MailId:n}";
        text.WriteLine($"Content-Type: multipart/alternative; boundary=\"{faces}\"");
        text.WriteLine();
        text.WriteLine($"--{faces}");
        Part(text, "text/plain", outgoing.Mail.Body);
        text.WriteLine($"--{faces}");
        Part(text, "text/html", outgoing.Mail.Html);
        text.WriteLine($"--{faces}--");
    }

    private static void Part(TextWriter text, string type, string content)
    {
        var lines = content.ReplaceLineEndings("\n").Split('\n');
        var readable = lines.All(line => line.Length <= LongestReadableLine);
        text.WriteLine($"Content-Type: {type}; charset=utf-8");
        text.WriteLine($"Content-Transfer-Encoding: {(readable ? "8bit" : "base64")}");
        text.WriteLine();
        if (!readable) Base64(text, Encoding.UTF8.GetBytes(content));
        else foreach (var line in lines) text.WriteLine(line);
    }

    private static void File(TextWriter text, MailFile file)
    {
        text.WriteLine($"Content-Type: {file.ContentType}");
        text.WriteLine("Content-Transfer-Encoding: base64");
        text.WriteLine($"Content-Disposition: attachment; {FileName(file.Name)}");
        text.WriteLine();
        Base64(text, file.Content.Span);
    }

    // RFC 2231, which readers understand beside the plain form.
    private static string FileName(string name) =>
        name.All(char.IsAscii) ? $"filename=\"{name}\"" : $"filename*=UTF-8''{Uri.EscapeDataString(name)}";

    private static void Base64(TextWriter text, ReadOnlySpan<byte> content)
    {
        Span<char> line = stackalloc char[Base64Line];
        for (var rest = content; rest.Length > 0; rest = rest[Math.Min(rest.Length, BytesPerBase64Line)..])
        {
            Convert.TryToBase64Chars(rest[..Math.Min(rest.Length, BytesPerBase64Line)], line, out var length);
            text.WriteLine(line[..length]);
        }
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
