using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.SignIn;

/// <summary>
/// Mails a code with which a new password can be chosen. The answer and its time are the same for addresses without an account.
/// </summary>
internal static class ForgetPassword
{
    private const int MailsToOneAddressee = 3;

    // Longer than the work takes, so that its absence does not show.
    private static readonly TimeSpan AnswerAfter = TimeSpan.FromMilliseconds(150);

    public sealed record Asked(string Email);

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/auth/forgot", Handle).Public();

    public static async Task<Outcome<Done>> Handle(
        Asked asked, Client client, SystemDb db, Attempts attempts, TimeProvider clock, CancellationToken ct)
    {
        if (EmailAddress.Key(asked.Email) is not { } emailKey) return EmailInvalid;
        var subject = EmailAddress.Subject(emailKey);
        if (await attempts.Begin(Attempts.Mail, subject, client, ct) is { Refusal: { } tooMany }) return tooMany;

        var answerTime = Task.Delay(AnswerAfter, clock, ct);
        await db.Everywhere.Transact(async tx =>
        {
            if (await tx.One<UserRow>(Select, new { emailKey }, ct) is not { } user) return;
            if (await Attempts.Lately(tx, Attempts.Mail, subject, ct) > MailsToOneAddressee) return;
            await tx.Send(
                SignInMails.Reset(user.Email, user.Locale, user.Name, await Codes.Make(tx, user.UserId, Codes.Reset, null, ct)), ct);
        }, ct);
        await answerTime;
        return new Done("If there is an account with this address, a code of six digits is on its way to it.");
    }

    private sealed record UserRow(Guid UserId, string Email, string Name, string Locale);

    private const string Select = """
        select user_id, email, name, locale
        from identity.users
        where email_key = @emailKey and disabled_at is null
        for update
        """;
}
