using Balie.Identity.Organisations;
using Balie.Identity.Passwords;
using Microsoft.AspNetCore.Http;
using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.SignIn;

/// <summary>
/// Begins an account: a code goes to the address, and nothing is true until it comes back. An address that has an account already gets
/// the same answer in the same time, and its owner a mail that says so. Needs no Idempotency-Key: the address is one.
/// </summary>
internal static class Register
{
    private const int MailsToOneAddressee = 3;

    public sealed record Asked(string Email, string Password, string Name, string? Locale = null);

    public sealed record Applicant(string Email, string Name, string Locale);

    /// <param name="CodeSentTo">Always told, whether or not there was an account before: who cannot read that mailbox learns
    /// nothing.</param>
    public sealed record Registered(Applicant User, string CodeSentTo, long CodeExpiresIn, string Next);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/auth/register", Handle).Public().WithMetadata(new AnswersWith(StatusCodes.Status201Created));

    public static async Task<Outcome<Registered>> Handle(
        Asked asked, Client client, Caller caller, SystemDb db, Attempts attempts, Hashing hashing,
        OrganisationDirectory organisations, CancellationToken ct)
    {
        var (email, name) = (asked.Email.Trim(), asked.Name.Trim());
        if (EmailAddress.Key(email) is not { } emailKey) return EmailInvalid;
        if (Facts.RefuseName(name) is { } unnamed) return unnamed;
        var locale = asked.Locale ?? (await organisations.See(caller.OrgId, ct))?.Locale ?? "en";
        if (Facts.RefuseLocale(locale) is { } unspoken) return unspoken;
        if (PasswordRules.Refuse(asked.Password, email, name) is { } weak) return weak;
        if (hashing.IsFull) return Busy;
        if (await attempts.Begin(Attempts.Mail, EmailAddress.Subject(emailKey), client, ct) is { Refusal: { } tooMany }) return tooMany;

        var hashed = await hashing.Hash(asked.Password, ct);
        if (hashed.Value is not { } passwordHash) return hashed.Refusal ?? Busy;
        await db.Everywhere.Transact(tx => Propose(tx, email, emailKey, new Codes.Proposal(name, locale, passwordHash), ct), ct);
        return new Registered(
            new Applicant(email, name, locale), email, (long)Codes.Life.TotalSeconds,
            "We have mailed a code of six digits. Send it with the address to /api/v1/auth/verify.");
    }

    private static async Task Propose(Tx tx, string email, string emailKey, Codes.Proposal proposal, CancellationToken ct)
    {
        await tx.Run(InsertUser, new { userId = tx.NewId(), email, emailKey, proposal.Name, proposal.Locale, tx.Now }, ct);
        // It was inserted just now or stood there before: it exists.
        var user = (await tx.One<UserRow>(SelectUser, new { emailKey }, ct))!;
        // Asking again and again must not fill somebody's mailbox.
        if (await Attempts.Lately(tx, Attempts.Mail, EmailAddress.Subject(emailKey), ct) > MailsToOneAddressee) return;

        if (user.VerifiedAt is not null) await tx.Send(SignInMails.AlreadyRegistered(user.Email, user.Locale, user.Name), ct);
        else await tx.Send(SignInMails.Verification(
            email, proposal.Locale, proposal.Name, await Codes.Make(tx, user.UserId, Codes.Verify, proposal, ct)), ct);
    }

    private sealed record UserRow(Guid UserId, string Email, string Name, string Locale, DateTimeOffset? VerifiedAt);

    private const string InsertUser = """
        insert into identity.users (user_id, email, email_key, name, locale, created_at)
        values (@userId, @email, @emailKey, @name, @locale, @now)
        on conflict on constraint users_email_unique do nothing
        """;

    private const string SelectUser = """
        select user_id, email, name, locale, verified_at
        from identity.users
        where email_key = @emailKey
        for update
        """;
}
