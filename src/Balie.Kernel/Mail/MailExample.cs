namespace Balie.Kernel;

/// <summary>A mail that a module writes and sends by itself, with made-up facts: registered, so that staff can look at it.</summary>
/// <param name="Name">As the list of mails calls it; never renamed.</param>
/// <param name="Summary">When it is sent, and to whom.</param>
/// <param name="Write">In a language.</param>
public sealed record MailExample(string Name, string Summary, Func<string, Mail> Write);
