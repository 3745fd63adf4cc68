-- Accounts are the installation's, not an organisation's: a person has one and may be a member of several. Only the system's role reads
-- them. See docs/decisions/0007-accounts-of-the-installation.md.

create table identity.users (
    user_id         uuid primary key,
    email           text not null check (length(email) between 3 and 254),
    email_key       text not null constraint users_email_unique unique check (length(email_key) between 3 and 300),
    name            text not null check (length(name) between 1 and 100),
    locale          text not null check (locale ~ '^[a-z]{2}(-[A-Z]{2})?$'),
    password_hash   text check (length(password_hash) <= 400),
    verified_at     timestamptz,
    disabled_at     timestamptz,
    totp_secret     bytea check (length(totp_secret) between 16 and 64),
    totp_since      timestamptz,
    totp_last_step  bigint not null default 0,
    created_at      timestamptz not null,
    -- Whoever proved the address has a password; who did not, has only what their registration proposes.
    check ((verified_at is null) = (password_hash is null)),
    check (totp_since is null or totp_secret is not null)
);
create index users_unverified on identity.users (created_at) where verified_at is null;

-- A code in a mail. That of a registration carries the name and password it confirms, so a stranger who registers somebody's address
-- cannot leave a password of theirs behind.
create table identity.codes (
    code_id        uuid primary key,
    user_id        uuid not null references identity.users on delete cascade,
    purpose        text not null check (purpose in ('verify', 'reset')),
    code_hash      bytea not null check (length(code_hash) = 32),
    name           text check (length(name) between 1 and 100),
    locale         text check (locale ~ '^[a-z]{2}(-[A-Z]{2})?$'),
    password_hash  text check (length(password_hash) <= 400),
    tries          smallint not null default 0 check (tries between 0 and 5),
    created_at     timestamptz not null,
    expires_at     timestamptz not null,
    used_at        timestamptz,
    check ((purpose = 'verify') = (password_hash is not null)),
    check ((purpose = 'verify') = (name is not null)),
    check ((purpose = 'verify') = (locale is not null))
);
create index codes_of_user on identity.codes (user_id, purpose, created_at);
create index codes_by_age on identity.codes (expires_at);

create table identity.sessions (
    session_id     uuid primary key,
    user_id        uuid not null references identity.users on delete cascade,
    rotation_key   bytea not null check (length(rotation_key) = 32),
    client         text not null check (length(client) <= 200),
    address        text not null check (length(address) <= 60),
    created_at     timestamptz not null,
    last_used_at   timestamptz not null,
    expires_at     timestamptz not null,
    ended_at       timestamptz,
    ended_because  text check (ended_because in ('logout', 'revoked', 'reuse', 'password', 'reset', 'disabled')),
    check ((ended_at is null) = (ended_because is null))
);
create index sessions_of_user on identity.sessions (user_id, created_at, session_id);
create index sessions_by_end on identity.sessions (expires_at);

create table identity.refresh_tokens (
    token_hash  bytea primary key check (length(token_hash) = 32),
    session_id  uuid not null references identity.sessions on delete cascade,
    created_at  timestamptz not null,
    expires_at  timestamptz not null,
    used_at     timestamptz,
    used_by     bytea check (length(used_by) = 32),
    check ((used_at is null) = (used_by is null))
);
create index refresh_tokens_of_session on identity.refresh_tokens (session_id);

create table identity.recovery_codes (
    user_id    uuid not null references identity.users on delete cascade,
    code_hash  bytea not null check (length(code_hash) = 32),
    used_at    timestamptz,
    primary key (user_id, code_hash)
);

-- Counted over all processes. The subject is a hash, so the table names nobody.
create table identity.attempts (
    attempt_id  uuid primary key,
    kind        text not null check (kind in ('login', 'code', 'mail', 'member')),
    subject     bytea not null check (length(subject) = 32),
    address     text not null check (length(address) <= 60),
    made_at     timestamptz not null
);
create index attempts_by_subject on identity.attempts (kind, subject, made_at);
create index attempts_by_address on identity.attempts (kind, address, made_at);
create index attempts_by_age on identity.attempts (made_at);

create table identity.signing_keys (
    key_id      text primary key check (length(key_id) between 20 and 60),
    pkcs8       bytea not null,
    created_at  timestamptz not null,
    signs_from  timestamptz not null
);

grant select, insert, update, delete on
    identity.users, identity.codes, identity.sessions, identity.refresh_tokens, identity.recovery_codes, identity.attempts,
    identity.signing_keys
to balie_system;
