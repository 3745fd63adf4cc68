using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;
using Microsoft.Extensions.Options;

namespace Balie.Kernel;

/// <summary>A mail on its way out; its id stays the same over every try, so a receiver can tell a repetition.</summary>
/// <exception cref="ArgumentException">An address is none, something would break out of its header, or files are too large.</exception>
public sealed record OutgoingMail(Guid MailId, DateTimeOffset CreatedAt, Mail Mail)
{
    public Mail Mail { get; init => field = Mails.Checked(value); } = Mails.Checked(Mail);
}

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
        ct.ThrowIfCancellationRequested();
        var folder = options.Value.Folder;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);

        // The same mail gets the same name, and a name appears only when its file is whole.
        var path = Path.Combine(folder, string.Create(
            CultureInfo.InvariantCulture, $"{outgoing.CreatedAt.UtcDateTime:yyyyMMdd'T'HHmmss}-{outgoing.MailId:n}.eml"));
        var unfinished = path + ".part";
        var creation = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) creation.UnixCreateMode = OwnerOnly;
        await using (var text = new StreamWriter(unfinished, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), creation))
            MailText.Write(outgoing, options.Value.Sender, text);
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
        AddParts(message, outgoing.Mail);
        message.Headers.Add("Message-ID", MailText.MessageId(outgoing, options.Value.Sender));
        message.Headers.Add("Auto-Submitted", "auto-generated");
        // The client's own timeout does not hold for its asynchronous send.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        await client.SendMailAsync(message, patience.Token);
    }
    // The message disposes of its views and files, and these of their streams.
    private static void AddParts(MailMessage message, Mail mail)
    {
        if (mail.ReplyTo is { } replyTo) message.ReplyToList.Add(replyTo);
        if (mail.Html.Length > 0)
            message.AlternateViews.Add(AlternateView.CreateAlternateViewFromString(mail.Html, Encoding.UTF8, MediaTypeNames.Text.Html));
        foreach (var file in mail.Files)
        {
            var attachment = new Attachment(new MemoryStream(file.Content.ToArray()), new ContentType(file.ContentType))
            {
                Name = file.Name,
                NameEncoding = Encoding.UTF8,
                TransferEncoding = TransferEncoding.Base64,
            };
            attachment.ContentDisposition?.FileName = file.Name;
            message.Attachments.Add(attachment);
        }
    }
}
