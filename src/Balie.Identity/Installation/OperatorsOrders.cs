using System.Security.Cryptography;
using Balie.Contracts.Identity;
using Balie.Identity.Organisations;
using Balie.Identity.Passwords;
using Balie.Identity.Sessions;
using Balie.Identity.SignIn;
using Npgsql;
using static Balie.Identity.IdentityRefusals;

namespace Balie.Identity.Installation;

/// <summary>The operator's orders, each one transaction. The trail calls them <c>operator</c>.</summary>
internal sealed class OperatorsOrders(SystemDb db, Hashing hashing) : IInstallation
{
    private const string Actor = "operator";
    private const string DefaultEmail = "owner@localhost";
    private const string DefaultSlug = "balie";
    private const string FirstLocale = "nl";
    private const string FirstCountry = "NL";
    private const int AdvisoryLock = 22545;

    // No letters that look alike: it is read from a screen once.
    private const string Readable = "abcdefghjkmnpqrstuvwxyz23456789";
    private const int GeneratedLength = 20;

    public async Task<Outcome<Owner>> EnsureOwner(string? email, string? password, string organisationName, CancellationToken ct)
    {
        if (await db.Everywhere.One<OwnerRow>(SelectOwner, null, ct) is { } known) return known.ToOwner();

        var address = email ?? DefaultEmail;
        var generated = password is null ? RandomNumberGenerator.GetString(Readable, GeneratedLength) : null;
        var made = await Account(address, address.Split('@')[0], password ?? generated ?? "", FirstLocale, ct);
        if (made.Value is not { } account) return made.Refusal ?? Busy;
        if (Facts.RefuseName(organisationName) is { } unnamed) return unnamed;

        return await db.Everywhere.Transact<Owner>(async tx =>
        {
            await tx.Run("select pg_advisory_xact_lock(@AdvisoryLock)", new { AdvisoryLock }, ct);
            if (await tx.One<OwnerRow>(SelectOwner, null, ct) is { } twin) return twin.ToOwner();
            if (await Insert(tx, account, ct) is not { } userId) return AccountExists;
            if (await Organisations.CreateOrganisation.Make(
                tx, DefaultSlug, organisationName, FirstLocale, FirstCountry, isDefault: true, userId, Actor, "", ct) is not { } orgId)
                return SlugTaken;
            return new Owner(orgId, userId, account.Email, true, generated);
        }, ct);
    }

    public Task<Guid?> FindOrganisation(string? slug, CancellationToken ct) =>
        db.Everywhere.One<Guid?>(SelectOrganisation, new { slug }, ct);

    public async Task<Outcome<Guid>> CreateUser(string email, string name, string password, string locale, CancellationToken ct)
    {
        var made = await Account(email, name, password, locale, ct);
        if (made.Value is not { } account) return made.Refusal ?? Busy;
        return await db.Everywhere.Transact<Guid>(async tx => await Insert(tx, account, ct) is { } userId ? userId : AccountExists, ct);
    }

    public async Task<Outcome<Done>> SetPassword(string email, string password, CancellationToken ct)
    {
        var made = await Account(email, "Somebody", password, FirstLocale, ct);
        if (made.Value is not { } account) return made.Refusal ?? Busy;
        return await db.Everywhere.Transact<Done>(async tx =>
        {
            if (await tx.One<Guid?>(StorePassword, new { account.EmailKey, account.PasswordHash, tx.Now }, ct) is not { } userId)
                return AccountNotFound;
            await tx.EndAll(userId, null, Endings.Reset, ct);
            await tx.Audit(Actor, "password.reset", userId, "", new { }, ct);
            return new Done("The password is set, and all sessions of this account have ended.");
        }, ct);
    }

    public Task<Outcome<Done>> SetDisabled(string email, bool disabled, CancellationToken ct) =>
        db.Everywhere.Transact<Done>(async tx =>
        {
            var emailKey = EmailAddress.Key(email);
            DateTimeOffset? disabledAt = disabled ? tx.Now : null;
            if (await tx.One<Guid?>(StoreDisabled, new { emailKey, disabledAt }, ct) is not { } userId) return AccountNotFound;
            if (disabled) await tx.EndAll(userId, null, Endings.Disabled, ct);
            await tx.Audit(Actor, disabled ? "user.disabled" : "user.enabled", userId, "", new { }, ct);
            return new Done(disabled ? "The account is switched off." : "The account is switched on.");
        }, ct);

    public async Task<Outcome<Guid>> CreateOrganisation(
        string slug, string name, string ownerEmail, string locale, string country, CancellationToken ct)
    {
        if (Organisations.CreateOrganisation.Refuse(slug, name, locale, country) is { } refusal) return refusal;
        return await db.Everywhere.Transact<Guid>(async tx =>
        {
            if (await FindUser(tx, ownerEmail, ct) is not { } userId) return AccountNotFound;
            return await Organisations.CreateOrganisation.Make(
                tx, slug, name, locale, country, isDefault: false, userId, Actor, "", ct) is { } orgId
                ? orgId
                : SlugTaken;
        }, ct);
    }

    public async Task<Outcome<Done>> SetMember(string slug, string email, string role, CancellationToken ct)
    {
        if (!Roles.Exist(role) || role == Roles.Customer) return RoleUnknown;
        return await db.Everywhere.Transact<Done>(async tx =>
        {
            if (await tx.One<Guid?>(SelectOrganisation, new { slug }, ct) is not { } inOrgId) return OrganisationNotFound;
            if (await FindUser(tx, email, ct) is not { } userId) return AccountNotFound;
            await tx.One<Guid>(LockOrganisation, new { inOrgId }, ct);
            if (role != Roles.Owner && await tx.One<bool>(IsLastOwner, new { inOrgId, userId }, ct)) return LastOwner;
            await tx.Run(StoreMember, new { inOrgId, userId, role, tx.Now }, ct);
            await tx.Audit(Actor, "member.set", userId, "", new { inOrgId, role }, ct);
            tx.PublishFor(inOrgId, new MemberAdded(userId, role));
            await tx.Tell(userId, ct);
            return new Done("The role is given.");
        }, ct);
    }

    public async Task<Outcome<Done>> SetHosts(string slug, IReadOnlyList<string> hosts, CancellationToken ct)
    {
        var wanted = hosts.Select(host => host.Trim().ToLowerInvariant()).Distinct().ToArray();
        if (wanted.Any(host => host.Length > 253 || Uri.CheckHostName(host) == UriHostNameType.Unknown)) return HostInvalid;
        try
        {
            return await db.Everywhere.Transact<Done>(async tx =>
            {
                if (await tx.One<Guid?>(SelectOrganisation, new { slug }, ct) is not { } inOrgId) return OrganisationNotFound;
                await tx.Run(DeleteHosts, new { inOrgId }, ct);
                await tx.Run(InsertHosts, new { inOrgId, hosts = wanted }, ct);
                await tx.Audit(Actor, "organisation.hosts_set", inOrgId, "", new { hosts = wanted }, ct);
                await tx.Run(Signals.Send, new { channel = OrganisationDirectory.Channel, payload = "" }, ct);
                return new Done("The host names are set.");
            }, ct);
        }
        catch (PostgresException taken) when (taken.ConstraintName == "hosts_unique")
        {
            return HostTaken;
        }
    }

    public async Task<Outcome<MadeApiKey>> CreateApiKey(
        string slug, string name, IReadOnlyList<string> scopes, DateTimeOffset? expiresAt, CancellationToken ct)
    {
        if (Facts.RefuseName(name) is { } unnamed) return unnamed;
        if (ApiKeys.Refuse(scopes, Roles.Permissions[Roles.Owner]) is { } refusal) return refusal;
        if (await FindOrganisation(slug, ct) is not { } orgId) return OrganisationNotFound;
        return await db.As(orgId).Transact<MadeApiKey>(async tx =>
        {
            var made = await Organisations.CreateApiKey.Make(tx, name, scopes, expiresAt, Actor, "", ct);
            return new MadeApiKey(made.Id, made.Key);
        }, ct);
    }

    public Task<string> RotateSigningKey(CancellationToken ct) => Tokens.RotateSigningKey.Handle(db, ct);

    private sealed record AccountToBe(string Email, string EmailKey, string Name, string PasswordHash, string Locale);

    private async Task<Outcome<AccountToBe>> Account(string email, string name, string password, string locale, CancellationToken ct)
    {
        if (EmailAddress.Key(email) is not { } emailKey) return EmailInvalid;
        if ((Facts.RefuseName(name) ?? Facts.RefuseLocale(locale) ?? PasswordRules.Refuse(password, email, name)) is { } refusal)
            return refusal;
        var hashed = await hashing.Hash(password, ct);
        return hashed.Value is { } passwordHash
            ? new AccountToBe(email.Trim(), emailKey, name.Trim(), passwordHash, locale)
            : hashed.Refusal ?? Busy;
    }

    private static async Task<Guid?> Insert(Tx tx, AccountToBe account, CancellationToken ct)
    {
        var userId = await tx.One<Guid?>(InsertUser,
            new { newId = tx.NewId(), account.Email, account.EmailKey, account.Name, account.PasswordHash, account.Locale, tx.Now }, ct);
        if (userId is not null) await tx.Audit(Actor, "user.created", userId, "", new { }, ct);
        return userId;
    }

    private static async Task<Guid?> FindUser(Tx tx, string email, CancellationToken ct) =>
        EmailAddress.Key(email) is { } emailKey ? await tx.One<Guid?>(SelectUser, new { emailKey }, ct) : null;

    private sealed record OwnerRow(Guid OrgId, Guid UserId, string Email)
    {
        public Owner ToOwner() => new(OrgId, UserId, Email, false, null);
    }

    private const string SelectOwner = """
        select organisations.org_id, users.user_id, users.email
        from identity.organisations
        join identity.members on members.org_id = organisations.org_id and members.role = 'owner'
        join identity.users on users.user_id = members.user_id
        where organisations.is_default
        order by members.added_at, users.user_id
        limit 1
        """;

    private const string SelectOrganisation =
        "select org_id from identity.organisations where (@slug::text is null and is_default) or slug = @slug";

    private const string SelectUser = "select user_id from identity.users where email_key = @emailKey and verified_at is not null";

    // A registration that nobody confirmed does not stand in the operator's way.
    private const string InsertUser = """
        insert into identity.users (user_id, email, email_key, name, locale, password_hash, verified_at, created_at)
        values (@newId, @email, @emailKey, @name, @locale, @passwordHash, @now, @now)
        on conflict on constraint users_email_unique do update
        set name = excluded.name, locale = excluded.locale, password_hash = excluded.password_hash, verified_at = excluded.verified_at
        where users.verified_at is null
        returning user_id
        """;

    private const string StorePassword = """
        update identity.users
        set password_hash = @passwordHash, verified_at = coalesce(verified_at, @now)
        where email_key = @emailKey
        returning user_id
        """;

    private const string StoreDisabled =
        "update identity.users set disabled_at = @disabledAt where email_key = @emailKey returning user_id";

    private const string LockOrganisation = "select org_id from identity.organisations where org_id = @inOrgId for update";

    private const string IsLastOwner = """
        select exists (select from identity.members where org_id = @inOrgId and user_id = @userId and role = 'owner')
            and not exists (select from identity.members where org_id = @inOrgId and user_id <> @userId and role = 'owner')
        """;

    private const string StoreMember = """
        insert into identity.members (org_id, user_id, role, added_at)
        values (@inOrgId, @userId, @role, @now)
        on conflict (org_id, user_id) do update set role = excluded.role
        """;

    private const string DeleteHosts = "delete from identity.hosts where org_id = @inOrgId";

    private const string InsertHosts = "insert into identity.hosts (org_id, host) select @inOrgId, unnest(@hosts)";
}
