using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Options;

namespace Balie.Kernel.Tests.Mailing;

public sealed class MailSinkTests
{
    private static readonly OutgoingMail Outgoing = new(
        new Guid("01900000-0000-7000-8000-000000000001"), new DateTimeOffset(2026, 7, 1, 18, 0, 0, TimeSpan.Zero),
        new Mail("jo@example.org", "Één kaartje, vélo’s en een heel lang onderwerp om te zien dat het gevouwen wordt",
            "Dag,\nuw code is 123456.\n"));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static string Written(OutgoingMail outgoing)
    {
        using var text = new StringWriter();
        MailText.Write(outgoing, "balie@example.org", text);
        return text.ToString();
    }

    [Fact]
    public void A_mail_is_written_as_the_standards_have_it()
    {
        var text = Written(Outgoing);
        var headers = text[..text.IndexOf("\r\n\r\n", StringComparison.Ordinal)];

        Assert.All(headers.Split("\r\n"), line => Assert.True(line.Length <= 78 && line.All(char.IsAscii), line));
        Assert.DoesNotContain('\n', text.Replace("\r\n", "", StringComparison.Ordinal));
        Assert.Contains("\r\nDate: Wed, 01 Jul 2026 18:00:00 +0000\r\n", text, StringComparison.Ordinal);
        Assert.Contains("\r\nMessage-ID: <01900000000070008000000000000001@example.org>\r\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nDag,\r\nuw code is 123456.\r\n\r\n", text, StringComparison.Ordinal);
        Assert.Equal(Outgoing.Mail.Subject, Decoded(headers));
    }

    [Fact]
    public async Task A_file_is_whole_private_and_one_per_mail()
    {
        var folder = Path.Combine(Path.GetTempPath(), "balie-tests", Guid.NewGuid().ToString("n"));
        var sink = new FolderSink(Options.Create(new MailOptions { Folder = folder }));

        await sink.Send(Outgoing, Ct);
        await sink.Send(Outgoing, Ct);

        var file = Assert.Single(Directory.GetFiles(folder));
        Assert.Equal("20260701T180000-01900000000070008000000000000001.eml", Path.GetFileName(file));
        Assert.Contains("uw code is 123456.", await File.ReadAllTextAsync(file, Ct), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task With_a_server_configured_mail_goes_over_SMTP()
    {
        using var server = new FakeSmtp();
        var sink = new SmtpSink(Options.Create(new MailOptions
        {
            Smtp = new SmtpOptions { Host = "127.0.0.1", Port = server.Port, Tls = false, From = "desk@example.org" },
        }));

        var received = server.ReceiveOne(Ct);
        await sink.Send(Outgoing, Ct);

        var (envelope, message) = await received;
        Assert.Equal(["MAIL FROM:<desk@example.org>", "RCPT TO:<jo@example.org>"], envelope);
        Assert.Contains("<01900000000070008000000000000001@example.org>", message, StringComparison.Ordinal);
        Assert.Contains("Auto-Submitted: auto-generated", message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_stranger_reads_every_part_of_what_is_written()
    {
        var pdf = Enumerable.Range(0, 5_000).Select(number => (byte)(number % 256)).ToArray();
        var text = Written(Outgoing with { Mail = WithParts(pdf) });

        HoldsEverything(await StrangersMail.Parse(text, Ct), pdf);
        Assert.All(text.Split("\r\n"), line => Assert.True(Encoding.UTF8.GetByteCount(line) <= 998));
    }

    [Fact]
    public async Task Over_SMTP_the_same_parts_travel()
    {
        using var server = new FakeSmtp();
        var sink = new SmtpSink(Options.Create(new MailOptions
        {
            Smtp = new SmtpOptions { Host = "127.0.0.1", Port = server.Port, Tls = false, From = "desk@example.org" },
        }));
        var pdf = Enumerable.Range(0, 5_000).Select(number => (byte)(number % 256)).ToArray();

        var received = server.ReceiveOne(Ct);
        await sink.Send(Outgoing with { Mail = WithParts(pdf) }, Ct);

        HoldsEverything(await StrangersMail.Parse((await received).Message, Ct), pdf);
    }

    private static void HoldsEverything(StrangersMail.Read mail, byte[] pdf)
    {
        Assert.Equal("Kaarten", mail.Subject);
        Assert.Equal("desk@example.org", mail.ReplyTo);
        Assert.Equal("Dag Zoë", mail.Text.TrimEnd());
        Assert.Equal($"<p>{new string('é', 2_000)}</p>", mail.Html?.TrimEnd());
        Assert.Equal([("kaarten.pdf", "application/pdf"), ("één.ics", "text/calendar")], mail.Files.Select(file => (file.Name, file.Type)));
        Assert.Equal(pdf, mail.Files[0].Content);
    }

    private static Mail WithParts(byte[] pdf) => new("jo@example.org", "Kaarten", "Dag Zoë")
    {
        Html = $"<p>{new string('é', 2_000)}</p>",
        ReplyTo = "desk@example.org",
        Files =
        [
            new MailFile("kaarten.pdf", "application/pdf", pdf),
            new MailFile("één.ics", "text/calendar; charset=utf-8", "BEGIN:VCALENDAR"u8.ToArray()),
        ],
    };

    private static string Decoded(string headers)
    {
        var subject = headers[(
            headers.IndexOf("Subject: ", StringComparison.Ordinal) + 9)..headers.IndexOf("\r\nDate:", StringComparison.Ordinal)];
        var words = subject.Split("\r\n ").Select(word => Convert.FromBase64String(word["=?utf-8?B?".Length..^2]));
        return Encoding.UTF8.GetString([.. words.SelectMany(bytes => bytes)]);
    }

    /// <summary>Speaks as much SMTP (RFC 5321) as one mail takes.</summary>
    private sealed class FakeSmtp : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public FakeSmtp() => _listener.Start();

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public async Task<(string[] Envelope, string Message)> ReceiveOne(CancellationToken ct)
        {
            using var client = await _listener.AcceptTcpClientAsync(ct);
            using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
            await using var writer = new StreamWriter(client.GetStream(), new UTF8Encoding(false)) { NewLine = "\r\n", AutoFlush = true };
            var (envelope, message) = (new List<string>(), new StringBuilder());
            await writer.WriteLineAsync("220 fake ready");
            while (await reader.ReadLineAsync(ct) is { } line)
            {
                if (line.StartsWith("MAIL", StringComparison.Ordinal) || line.StartsWith("RCPT", StringComparison.Ordinal))
                    envelope.Add(line);
                if (line != "DATA")
                {
                    await writer.WriteLineAsync("250 fine");
                    continue;
                }
                await writer.WriteLineAsync("354 go on");
                while (await reader.ReadLineAsync(ct) is { } text && text != ".") message.AppendLine(text);
                await writer.WriteLineAsync("250 taken");
                break;
            }
            return ([.. envelope], message.ToString());
        }

        public void Dispose() => _listener.Stop();
    }
}
