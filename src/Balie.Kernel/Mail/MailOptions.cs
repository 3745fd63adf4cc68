namespace Balie.Kernel;

/// <summary>Section <c>Balie:Mail</c>. Without an SMTP host, mail becomes files in <see cref="Folder"/>.</summary>
public sealed class MailOptions
{
    /// <summary>Where <c>*.eml</c> files go; the host sets it to <c>mail</c> in the data folder.</summary>
    public string Folder { get; set; } = Path.Combine("data", "mail");

    /// <summary>The sender's address in every mail; <see cref="SmtpOptions.From"/> comes first when it is set.</summary>
    public string From { get; set; } = "balie@localhost";

    public SmtpOptions Smtp { get; set; } = new();

    internal string Sender => Smtp.From is { Length: > 0 } from ? from : From;
}

/// <summary>Section <c>Balie:Mail:Smtp</c>.</summary>
public sealed class SmtpOptions
{
    public string? Host { get; set; }
    public int Port { get; set; } = 587;
    public string? User { get; set; }
    public string? Password { get; set; }
    public string? From { get; set; }

    /// <summary>STARTTLS; switch it off only for a relay on this machine.</summary>
    public bool Tls { get; set; } = true;
}
