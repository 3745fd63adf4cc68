using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Kernel.Tests.Mailing;

/// <summary>A mail server that can be out of order.</summary>
public sealed class MoodySink : IMailSink
{
    private readonly ConcurrentDictionary<string, int> _tries = new();

    public ConcurrentBag<OutgoingMail> Sent { get; } = [];

    public Task Send(OutgoingMail outgoing, CancellationToken ct)
    {
        _tries.AddOrUpdate(outgoing.Mail.Recipient, 1, (_, tries) => tries + 1);
        if (outgoing.Mail.Recipient.StartsWith("never", StringComparison.Ordinal)) throw new InvalidOperationException("Out of order.");
        if (outgoing.Mail.Recipient.StartsWith("later", StringComparison.Ordinal) && _tries[outgoing.Mail.Recipient] < 3)
            throw new IOException("Not now.");
        Sent.Add(outgoing);
        if (outgoing.Mail.Recipient.StartsWith("lost", StringComparison.Ordinal) && _tries[outgoing.Mail.Recipient] == 1)
            throw new IOException("Handed over, and nobody knows.");
        return Task.CompletedTask;
    }

    public int TriesFor(string recipient) => _tries.GetValueOrDefault(recipient);
}

public sealed class MailApp : ModuleApp<ProbeModule>
{
    public MoodySink Sink { get; } = new();

    protected override void Replace(IServiceCollection services) => services.AddSingleton<IMailSink>(Sink);
}

public sealed class MailTests(MailApp app) : IClassFixture<MailApp>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private sealed record State(string Status, int Tries, string Body, string? Error);

    private Task Queue(string recipient, string subject = "Hello") =>
        app.Db.Transact(tx => tx.Send(new Mail(recipient, subject, "the code is 123456"), Ct), Ct);

    private async Task<State> Of(string recipient) =>
        await app.SystemDb.Everywhere.One<State>(
            "select state as status, tries, body, error from kernel.mails where recipient = @recipient", new { recipient }, Ct)
        ?? throw new InvalidOperationException("No such mail.");

    // The sender looks every two seconds by itself; a nudge spares the test the wait.
    private async Task Advance(TimeSpan time)
    {
        app.Clock.Advance(time);
        await app.Db.Run(Signals.Send, new { channel = Mails.Channel, payload = "" }, Ct);
    }

    private async Task<State> Until(string recipient, Func<State, bool> isSo)
    {
        for (var end = DateTime.UtcNow + Patience; DateTime.UtcNow < end; await Task.Delay(20, Ct))
            if (await Of(recipient) is var state && isSo(state)) return state;
        throw new TimeoutException($"The mail is {await Of(recipient)}.");
    }

    [Fact]
    public async Task Mail_goes_out_after_its_transaction_and_its_body_is_blanked()
    {
        await Queue("once@example.org");

        var state = await Until("once@example.org", state => state.Status == "sent");

        Assert.Equal(("", 1), (state.Body, state.Tries));
        Assert.Equal("the code is 123456", app.Sink.Sent.Single(sent => sent.Mail.Recipient == "once@example.org").Mail.Body);
    }

    [Fact]
    public async Task What_is_rolled_back_is_never_sent()
    {
        await app.Db.Transact<bool>(async tx =>
        {
            await tx.Send(new Mail("refused@example.org", "Hello", "Never."), Ct);
            return Refusal.Conflict("probe.refused", "Rolled back.");
        }, Ct);
        await Queue("after@example.org");
        await Until("after@example.org", state => state.Status == "sent");

        Assert.DoesNotContain(app.Sink.Sent, sent => sent.Mail.Recipient == "refused@example.org");
    }

    [Fact]
    public async Task A_server_that_is_out_of_order_is_tried_again_later_with_the_same_message_id()
    {
        await Queue("later@example.org");
        await Until("later@example.org", state => state.Error == "Not now.");
        Assert.Equal(1, app.Sink.TriesFor("later@example.org"));

        await Advance(TimeSpan.FromMinutes(1));
        await Until("later@example.org", state => state.Tries == 2 && state.Error is not null);
        await Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(3, (await Until("later@example.org", state => state.Status == "sent")).Tries);
    }

    [Fact]
    public async Task What_was_handed_over_and_could_not_be_recorded_goes_out_once_more_under_the_same_id()
    {
        await Queue("lost@example.org");
        await Until("lost@example.org", state => state.Error is not null);
        await Advance(TimeSpan.FromMinutes(1));
        await Until("lost@example.org", state => state.Status == "sent");

        var sent = app.Sink.Sent.Where(sent => sent.Mail.Recipient == "lost@example.org").ToArray();
        Assert.Equal(2, sent.Length);
        Assert.Single(sent.Select(mail => mail.MailId).Distinct());
    }

    [Fact]
    public async Task A_mail_that_never_succeeds_is_given_up_and_keeps_nobody_waiting()
    {
        await Queue("never@example.org");
        for (var tries = 1; tries <= 13; tries++)
        {
            await Until("never@example.org", state => state.Tries == tries && state.Error is not null);
            await Advance(TimeSpan.FromHours(5));
        }

        var state = await Until("never@example.org", state => state.Status == "failed");
        Assert.Equal(("", "Out of order."), (state.Body, state.Error));
        await Queue("others@example.org");
        await Until("others@example.org", other => other.Status == "sent");
    }

    [Fact]
    public void Tries_are_spread_over_a_day_with_growing_pauses()
    {
        var pauses = Enumerable.Range(1, 12).Select(MailSender.Pause).ToArray();

        Assert.Equal([30, 60, 120], pauses[..3].Select(pause => pause.TotalSeconds));
        Assert.Equal(pauses.Order(), pauses);
        Assert.InRange(pauses.Aggregate(TimeSpan.Zero, (sum, pause) => sum + pause).TotalHours, 16, 24);
    }

    [Fact]
    public async Task A_mail_arrives_with_both_faces()
    {
        await app.Db.Transact(tx => tx.Send(
            new Mail("whole@example.org", "Hello", "text") { Html = "<p>page</p>", ReplyTo = "desk@example.org" }, Ct), Ct);

        await Until("whole@example.org", state => state.Status == "sent");

        var mail = app.Sink.Sent.Single(sent => sent.Mail.Recipient == "whole@example.org").Mail;
        Assert.Equal(("text", "<p>page</p>", "desk@example.org"), (mail.Body, mail.Html, mail.ReplyTo));
    }

    [Fact]
    public async Task Nothing_with_files_waits_in_the_queue() => await Assert.ThrowsAsync<ArgumentException>(() => Queued(
        new Mail("jo@example.org", "Hello", "text") { Files = [new MailFile("a.pdf", "application/pdf", new byte[1])] }));

    [Fact]
    public void Files_beyond_the_limit_are_refused() => Assert.Throws<ArgumentException>(() => Outgoing(
        new Mail("jo@example.org", "Hello", "text")
        {
            Files =
            [
                new MailFile("a.pdf", "application/pdf", new byte[Mails.LargestFilesBytes]),
                new MailFile("b.txt", "text/plain", new byte[1]),
            ],
        }));

    [Theory]
    [InlineData("a\r\nX-Evil: 1.pdf", "application/pdf")]
    [InlineData("../../etc/passwd", "application/pdf")]
    [InlineData("a\".pdf", "application/pdf")]
    [InlineData("", "application/pdf")]
    [InlineData("a.pdf", "application/pdf\r\nX-Evil: 1")]
    [InlineData("a.pdf", "nothing")]
    public void A_file_that_would_break_out_of_its_header_is_refused(string name, string type) =>
        Assert.Throws<ArgumentException>(() => Outgoing(
            new Mail("jo@example.org", "Hello", "text") { Files = [new MailFile(name, type, new byte[1])] }));

    [Fact]
    public async Task An_answer_goes_to_an_address_only() => await Assert.ThrowsAsync<ArgumentException>(() => Queued(
        new Mail("jo@example.org", "Hello", "text") { ReplyTo = "jo@example.org\r\nBcc: all@example.org" }));

    private Task Queued(Mail mail) => app.Db.Transact(tx => tx.Send(mail, Ct), Ct);

    private OutgoingMail Outgoing(Mail mail) => new(Guid.CreateVersion7(), app.Clock.GetUtcNow(), mail);

    [Theory]
    [InlineData("jo@example.org\r\nBcc: all@example.org", "Hello")]
    [InlineData("jo@example.org\nBcc: all@example.org", "Hello")]
    [InlineData("Jo <jo@example.org>", "Hello")]
    [InlineData("jo@example.org, all@example.org", "Hello")]
    [InlineData("nobody", "Hello")]
    [InlineData("", "Hello")]
    [InlineData("jo@example.org", "Hello\r\nBcc: all@example.org")]
    [InlineData("jo@example.org", "Hello\0")]
    [InlineData("jo@example.org", "")]
    public async Task What_would_break_out_of_its_header_is_refused_before_it_is_queued(string recipient, string subject) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Queue(recipient, subject));
}
