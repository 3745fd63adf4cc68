using System.Net.Http.Headers;
using System.Net.Mail;

namespace Balie.Kernel;

/// <summary>
/// A mail to one person. All our mail answers something that the person did or bought, so none carries <c>List-Unsubscribe</c>.
/// </summary>
/// <param name="Recipient">A bare address, such as <c>jo@example.org</c>.</param>
/// <param name="Body">The text, for every reader.</param>
public sealed record Mail(string Recipient, string Subject, string Body)
{
    /// <summary>The same for readers that show pages; empty for none. <see cref="MailPage"/> writes both.</summary>
    public string Html { get; init; } = "";

    /// <summary>Who reads an answer; null for whoever sent it.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>For mail that goes out at once: what waits in the queue has none.</summary>
    public IReadOnlyList<MailFile> Files { get; init; } = [];
}

/// <summary>A file that travels with a mail.</summary>
public sealed record MailFile(string Name, string ContentType, ReadOnlyMemory<byte> Content);

/// <summary>Queues mail in the transaction of its cause, so nobody hears of what was rolled back.</summary>
public static class Mails
{
    /// <summary>All files of one mail together; most mail servers take no more.</summary>
    public const int LargestFilesBytes = 10 * 1024 * 1024;

    /// <summary>The signal that mail was queued; the sender looks by itself as well, so losing one costs seconds.</summary>
    internal const string Channel = "kernel_mail";

    private const int LongestFileName = 100;

    /// <exception cref="ArgumentException">It has files, an address is none, or something would break out of its header.</exception>
    public static async Task Send(this Tx tx, Mail mail, CancellationToken ct)
    {
        if (mail.Files.Count > 0) throw new ArgumentException("A mail with files is sent at once, not queued.", nameof(mail));
        Checked(mail);
        await tx.Run(Queue, new { mailId = tx.NewId(), mail.Recipient, mail.Subject, mail.Body, mail.Html, mail.ReplyTo, tx.Now }, ct);
        tx.Signal(Channel);
    }

    /// <summary>True for one bare address that may stand in a header as it is.</summary>
    public static bool IsAddress(string text) =>
        text.Length <= 254 && !HasControls(text) && MailAddress.TryCreate(text, out var address) && address.Address == text
            && address.Host.Length > 0;

    /// <summary>The same mail, when nothing in it breaks out of its place.</summary>
    internal static Mail Checked(Mail mail)
    {
        if (!IsAddress(mail.Recipient)) throw new ArgumentException("The recipient is not a mail address.", nameof(mail));
        if (mail.Subject.Length == 0 || HasControls(mail.Subject)) throw new ArgumentException("A subject is one line.", nameof(mail));
        if (mail.ReplyTo is { } reply && !IsAddress(reply)) throw new ArgumentException("Answers go to a mail address.", nameof(mail));
        if (!mail.Files.All(IsFile)) throw new ArgumentException("A file has a plain name and a content type.", nameof(mail));
        if (mail.Files.Sum(file => (long)file.Content.Length) > LargestFilesBytes)
            throw new ArgumentException($"The files of a mail have at most {LargestFilesBytes} bytes together.", nameof(mail));
        return mail;
    }

    private static bool IsFile(MailFile file) =>
        file.Name.Length is > 0 and <= LongestFileName && !HasControls(file.Name) && file.Name.IndexOfAny(['/', '\\', '"']) < 0
            && !HasControls(file.ContentType) && MediaTypeHeaderValue.TryParse(file.ContentType, out _);

    private static bool HasControls(string text) => text.Any(char.IsControl);

    private const string Queue = """
        insert into kernel.mails (org_id, mail_id, recipient, subject, body, html, reply_to, due_at, created_at)
        values (@orgId, @mailId, @recipient, @subject, @body, @html, @replyTo, @now, @now)
        """;
}
