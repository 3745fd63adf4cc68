create table identity.organisations (
    org_id      uuid primary key,
    slug        text not null constraint organisations_slug_unique unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$'),
    name        text not null check (length(name) between 1 and 100),
    is_default  boolean not null default false,
    tier        text not null default 'standard' check (tier in ('standard', 'plus', 'premium')),
    locale      text not null check (locale ~ '^[a-z]{2}(-[A-Z]{2})?$'),
    country     char(2) not null check (country ~ '^[A-Z]{2}$'),
    version     integer not null default 1 check (version > 0),
    created_at  timestamptz not null
);
create unique index organisations_one_default on identity.organisations (is_default) where is_default;
call kernel.protect('identity.organisations');

-- Host names are given by the operator alone: whoever could claim one would answer for it.
create table identity.hosts (
    org_id  uuid not null references identity.organisations,
    host    text not null constraint hosts_unique unique check (host = lower(host) and length(host) between 1 and 253),
    primary key (org_id, host)
);
call kernel.protect('identity.hosts');

create table identity.members (
    org_id    uuid not null references identity.organisations,
    user_id   uuid not null references identity.users,
    role      text not null check (role in ('owner', 'admin', 'events', 'shop', 'finance', 'door', 'support', 'author', 'reviewer')),
    added_at  timestamptz not null,
    primary key (org_id, user_id)
);
create index members_of_user on identity.members (user_id);
call kernel.protect('identity.members');

create table identity.api_keys (
    org_id        uuid not null references identity.organisations,
    key_id        uuid not null,
    name          text not null check (length(name) between 1 and 100),
    hint          text not null check (length(hint) between 1 and 20),
    key_hash      bytea not null check (length(key_hash) = 32),
    scopes        text[] not null check (cardinality(scopes) between 1 and 100),
    created_by    text not null check (length(created_by) between 1 and 100),
    created_at    timestamptz not null,
    expires_at    timestamptz,
    last_used_at  timestamptz,
    revoked_at    timestamptz,
    primary key (org_id, key_id)
);
-- The only way in that does not know the organisation yet; the hash is of 256 random bits, so it needs no unique key across organisations.
create index api_keys_by_hash on identity.api_keys (key_hash);
call kernel.protect('identity.api_keys');

-- What happened to accounts, members and keys: added to, never changed, by nobody's role.
create table identity.audit (
    org_id    uuid not null,
    audit_id  uuid not null,
    made_at   timestamptz not null,
    actor     text not null check (length(actor) between 1 and 100),
    action    text not null check (length(action) between 3 and 60),
    subject   uuid,
    address   text not null check (length(address) <= 60),
    facts     jsonb not null,
    primary key (org_id, audit_id)
);
create index audit_by_subject on identity.audit (org_id, subject, made_at);
call kernel.protect('identity.audit');
revoke update, delete on identity.audit from balie_app, balie_system;
