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

    public IReadOnlyList<MailFile> Files { get; init; } = [];

    /// <summary>Why it is sent, such as <c>tickets:{bookingId}</c>: an organisation sends one mail per reason. Null sends always.</summary>
    public string? DedupeKey { get; init; }
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

    /// <returns>False when a mail with the same <see cref="Mail.DedupeKey"/> was queued before.</returns>
    /// <exception cref="ArgumentException">An address is none, something would break out of its header, or files are too large.</exception>
    public static async Task<bool> Send(this Tx tx, Mail mail, CancellationToken ct)
    {
        Checked(mail);
        var mailId = tx.NewId();
        var queued = await tx.Run(
            Queue, new { mailId, mail.Recipient, mail.Subject, mail.Body, mail.Html, mail.ReplyTo, mail.DedupeKey, tx.Now }, ct) == 1;
        if (!queued) return false;
        if (mail.Files.Count > 0)
        {
            await tx.Run(AddFiles, new
            {
                mailId,
                names = mail.Files.Select(file => file.Name).ToArray(),
                contentTypes = mail.Files.Select(file => file.ContentType).ToArray(),
                contents = mail.Files.Select(file => file.Content.ToArray()).ToArray(),
            }, ct);
        }
        tx.Signal(Channel);
        return true;
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

    // No conflict target: naming one would need the right to read, which people's role does not have here.
    private const string Queue = """
        insert into kernel.mails (org_id, mail_id, recipient, subject, body, html, reply_to, dedupe_key, due_at, created_at)
        values (@orgId, @mailId, @recipient, @subject, @body, @html, @replyTo, @dedupeKey, @now, @now)
        on conflict do nothing
        """;

    private const string AddFiles = """
        insert into kernel.mail_files (org_id, mail_id, position, name, content_type, content)
        select @orgId, @mailId, position - 1, name, content_type, content
        from unnest(@names::text[], @contentTypes::text[], @contents::bytea[]) with ordinality
            as file (name, content_type, content, position)
        """;
}
