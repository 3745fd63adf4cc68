using System.Net.Mail;

namespace Balie.Kernel;

/// <summary>A plain text mail to one person.</summary>
/// <param name="Recipient">A bare address, such as <c>jo@example.org</c>.</param>
public sealed record Mail(string Recipient, string Subject, string Body);

/// <summary>Queues mail in the transaction of its cause, so nobody hears of what was rolled back.</summary>
public static class Mails
{
    /// <summary>The signal that mail was queued; the sender looks by itself as well, so losing one costs seconds.</summary>
    internal const string Channel = "kernel_mail";

    /// <exception cref="ArgumentException">The address is none, or address or subject would break out of its header.</exception>
    public static async Task Send(this Tx tx, Mail mail, CancellationToken ct)
    {
        RefuseInjection(mail);
        await tx.Run(Queue, new { mailId = tx.NewId(), mail.Recipient, mail.Subject, mail.Body, tx.Now }, ct);
        await tx.Run(Signals.Send, new { channel = Channel, payload = "" }, ct);
    }

    /// <summary>True for one bare address that may stand in a header as it is.</summary>
    public static bool IsAddress(string text) =>
        text.Length <= 254 && !HasControls(text) && MailAddress.TryCreate(text, out var address) && address.Address == text
            && address.Host.Length > 0;

    private static void RefuseInjection(Mail mail)
    {
        if (!IsAddress(mail.Recipient)) throw new ArgumentException("The recipient is not a mail address.", nameof(mail));
        if (mail.Subject.Length == 0 || HasControls(mail.Subject)) throw new ArgumentException("A subject is one line.", nameof(mail));
    }

    private static bool HasControls(string text) => text.Any(char.IsControl);

    private const string Queue = """
        insert into kernel.mails (org_id, mail_id, recipient, subject, body, due_at, created_at)
        values (@orgId, @mailId, @recipient, @subject, @body, @now, @now)
        """;
}
