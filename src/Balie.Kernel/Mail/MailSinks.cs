using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Text;
using Microsoft.Extensions.Options;

namespace Balie.Kernel;

/// <summary>A mail on its way out; its id stays the same over every try, so a receiver can tell a repetition.</summary>
public sealed record OutgoingMail(Guid MailId, DateTimeOffset CreatedAt, Mail Mail);

/// <summary>Where mail goes.</summary>
public interface IMailSink
{
    /// <summary>Returns once the mail is handed over; whatever is thrown means "try again later".</summary>
    Task Send(OutgoingMail outgoing, CancellationToken ct);
}

/// <summary>One readable RFC 5322 file per mail, for a first look and for tests. Only this program's user may read them.</summary>
internal sealed class FolderSink(IOptions<MailOptions> options) : IMailSink
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public async Task Send(OutgoingMail outgoing, CancellationToken ct)
    {
        var folder = options.Value.Folder;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);

        // The same mail gets the same name, and a name appears only when its file is whole.
        var path = Path.Combine(folder, string.Create(
            CultureInfo.InvariantCulture, $"{outgoing.CreatedAt.UtcDateTime:yyyyMMdd'T'HHmmss}-{outgoing.MailId:n}.eml"));
        var unfinished = path + ".part";
        var creation = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) creation.UnixCreateMode = OwnerOnly;
        await using (var file = new FileStream(unfinished, creation))
            await file.WriteAsync(Encoding.UTF8.GetBytes(MailText.Write(outgoing, options.Value.Sender)), ct);
        File.Move(unfinished, path, overwrite: true);
    }
}

/// <summary>Hands mail to an SMTP server.</summary>
internal sealed class SmtpSink(IOptions<MailOptions> options) : IMailSink
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public async Task Send(OutgoingMail outgoing, CancellationToken ct)
    {
        var smtp = options.Value.Smtp;
        using var client = new SmtpClient(smtp.Host, smtp.Port) { EnableSsl = smtp.Tls };
        if (smtp.User is { Length: > 0 } user) client.Credentials = new NetworkCredential(user, smtp.Password);
        using var message = new MailMessage(options.Value.Sender, outgoing.Mail.Recipient)
        {
            Subject = outgoing.Mail.Subject,
            SubjectEncoding = Encoding.UTF8,
            Body = outgoing.Mail.Body,
            BodyEncoding = Encoding.UTF8,
        };
        message.Headers.Add("Message-ID", MailText.MessageId(outgoing, options.Value.Sender));
        message.Headers.Add("Auto-Submitted", "auto-generated");
        // The client's own timeout does not hold for its asynchronous send.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        await client.SendMailAsync(message, patience.Token);
    }
}

/// <summary>
/// The text of a mail as RFC 5322 has it: CRLF, UTF-8 in the body, encoded words (RFC 2047) only where a header needs them.
/// </summary>
internal static class MailText
{
    // A line with an encoded word has at most 76 characters: 39 bytes are 52 in base64, =?utf-8?B?…?= adds 12 and "Subject: " 9.
    private const int BytesPerEncodedWord = 39;

    public static string Write(OutgoingMail outgoing, string from)
    {
        var text = new StringBuilder()
            .Append("From: ").Append(from).Append("\r\n")
            .Append("To: ").Append(outgoing.Mail.Recipient).Append("\r\n")
            .Append("Subject: ").Append(Header(outgoing.Mail.Subject)).Append("\r\n")
            .Append("Date: ").Append(outgoing.CreatedAt.UtcDateTime.ToString(
                "ddd, dd MMM yyyy HH':'mm':'ss '+0000'", CultureInfo.InvariantCulture)).Append("\r\n")
            .Append("Message-ID: ").Append(MessageId(outgoing, from)).Append("\r\n")
            .Append("Auto-Submitted: auto-generated\r\n")
            .Append("MIME-Version: 1.0\r\n")
            .Append("Content-Type: text/plain; charset=utf-8\r\n")
            .Append("Content-Transfer-Encoding: 8bit\r\n\r\n");
        foreach (var line in outgoing.Mail.Body.ReplaceLineEndings("\n").Split('\n')) text.Append(line).Append("\r\n");
        return text.ToString();
    }

    public static string MessageId(OutgoingMail outgoing, string from) => $"<{outgoing.MailId:n}@{new MailAddress(from).Host}>";

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
