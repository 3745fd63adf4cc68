namespace Balie.Identity;

/// <summary>Every way Identity says no. Codes are public API: add, never rename, never reuse.</summary>
internal static class IdentityRefusals
{
    public static readonly Refusal EmailInvalid =
        Refusal.Invalid("identity.email_invalid", "This is not a mail address. Check it for typing errors.").At("email");
    public static readonly Refusal NameInvalid =
        Refusal.Invalid("identity.name_invalid", "A name has 1 to 100 characters on one line.").At("name");
    public static readonly Refusal LocaleInvalid =
        Refusal.Invalid("identity.locale_invalid", "A locale is a language such as nl, or nl-BE with a country.").At("locale");
    public static readonly Refusal CountryInvalid =
        Refusal.Invalid("identity.country_invalid", "A country is two capital letters, such as NL.").At("country");
    public static readonly Refusal SlugInvalid =
        Refusal.Invalid("identity.slug_invalid",
            "A slug has 2 to 63 small letters, digits and hyphens, with none of the hyphens at an end.").At("slug");

    public static readonly Refusal PasswordTooShort =
        Refusal.Invalid("identity.password_too_short", "Choose a password of at least 12 characters; a sentence is fine.").At("password");
    public static readonly Refusal PasswordTooLong =
        Refusal.Invalid("identity.password_too_long", "Choose a password of at most 128 characters.").At("password");
    public static readonly Refusal PasswordTooCommon =
        Refusal.Invalid("identity.password_too_common",
            "This password is among the first that others would try. Choose another; a few unrelated words are fine.").At("password");

    public static readonly Refusal CredentialsWrong =
        Refusal.Unauthenticated(
            "identity.credentials_wrong", "Address and password do not belong together. Try again, or ask for a new password.");
    public static readonly Refusal EmailNotVerified =
        Refusal.Forbidden("identity.email_not_verified",
            "Confirm your address first: enter the code that we mailed, or register again to get a new one.");
    public static readonly Refusal AccountDisabled =
        Refusal.Forbidden("identity.account_disabled", "This account is switched off. Ask whoever runs this installation.");
    public static readonly Refusal TotpRequired =
        Refusal.Unauthenticated(
            "identity.totp_required", "Send the code of your authenticator app, or one of your recovery codes, as code.");
    public static readonly Refusal TotpWrong =
        Refusal.Unauthenticated("identity.totp_wrong", "This code is not right, or was used already. Wait for the next one and try again.");
    public static readonly Refusal PasswordWrong = Refusal.Forbidden("identity.password_wrong", "This is not your current password.");

    public static readonly Refusal CodeWrong =
        Refusal.Invalid(
            "identity.code_wrong", "This code is not right, or it is not valid any more. Check it, or ask for a new one.").At("code");
    public static readonly Refusal RefreshRefused =
        Refusal.Unauthenticated("identity.refresh_refused", "This session has ended. Sign in again.");

    public static readonly Refusal TooManyAttempts =
        new("identity.too_many_attempts", 429, "Too many attempts",
            "There were too many attempts from here. Wait for the time in Retry-After, then try again.");
    public static readonly Refusal Busy =
        new Refusal("identity.busy", 429, "Too many requests",
            "Too many people are signing in just now. Try again in a few seconds.").After(TimeSpan.FromSeconds(5));

    public static readonly Refusal PersonNeeded =
        Refusal.Forbidden("identity.person_needed", "Only a signed-in person can do this, not an API key.");
    public static readonly Refusal SessionNotFound =
        Refusal.NotFound("identity.session_not_found", "You have no such session. List them to see which are left.");
    public static readonly Refusal TotpAlreadyOn =
        Refusal.Conflict("identity.totp_already_on", "Your account has a second factor already. Remove it before adding another.");
    public static readonly Refusal TotpNotOn = Refusal.Conflict("identity.totp_not_on", "Your account has no second factor. Enrol first.");

    public static readonly Refusal OrganisationNotFound =
        Refusal.NotFound("identity.organisation_not_found",
            "There is no such organisation here. Name the one you mean in the header X-Organisation as well.");
    public static readonly Refusal SlugTaken =
        Refusal.Conflict("identity.slug_taken", "Another organisation has this slug. Choose another.").At("slug");
    public static readonly Refusal OrganisationsClosed =
        Refusal.Forbidden("identity.organisations_closed", "Here only the installation's owner begins organisations. Ask them.");
    public static readonly Refusal TooManyOrganisations =
        Refusal.Conflict("identity.too_many_organisations", "You own as many organisations as one person may. Hand one over first.");

    public static readonly Refusal RoleUnknown =
        Refusal.Invalid("identity.role_unknown",
            $"Choose a role out of {string.Join(", ", Roles.Permissions.Keys.Where(role => role != Roles.Customer).Order())}.").At("role");
    public static readonly Refusal AccountNotFound =
        Refusal.Invalid("identity.account_not_found",
            "Nobody has registered with this address. Ask them to register first, then add them again.").At("email");
    public static readonly Refusal AlreadyMember =
        Refusal.Conflict("identity.already_member", "They are a member already. Change their role instead.");
    public static readonly Refusal MemberNotFound =
        Refusal.NotFound("identity.member_not_found", "There is no such member. List the members to see who is.");
    public static readonly Refusal LastOwner =
        Refusal.Conflict("identity.last_owner", "An organisation needs an owner. Make somebody else owner first.");
    public static readonly Refusal OwnersOnly =
        Refusal.Forbidden("identity.owners_only", "Only an owner can make, change or remove an owner. Ask one of them.");

    public static readonly Refusal ScopesInvalid =
        Refusal.Invalid("identity.scopes_invalid", "Name at least one permission, such as eventsRead, and each only once.").At("scopes");
    public static readonly Refusal ScopesBeyondYours =
        Refusal.Forbidden(
            "identity.scopes_beyond_yours", "A key cannot do more than you may do yourself. Leave out what your role does not allow.");
    public static readonly Refusal ExpiryInvalid = Refusal.Invalid("identity.expiry_invalid", "A key ends in the future.").At("expiresAt");
    public static readonly Refusal ApiKeyNotFound =
        Refusal.NotFound("identity.api_key_not_found", "There is no such key. List the keys to see which there are.");
    public static readonly Refusal AccountExists =
        Refusal.Conflict("identity.account_exists", "There is an account with this address already.").At("email");
    public static readonly Refusal HostInvalid =
        Refusal.Invalid("identity.host_invalid", "A host name has letters, digits, hyphens and dots, without a port.");
    public static readonly Refusal HostTaken = Refusal.Conflict("identity.host_taken", "Another organisation answers at this host name.");
}
