-- The schema identity after all migrations. Written by Balie.Tests with BALIE_UPDATE_SNAPSHOTS=1, never by hand.

create table identity.api_keys (
    org_id uuid not null,
    key_id uuid not null,
    name text not null,
    hint text not null,
    key_hash bytea not null,
    scopes text[] not null,
    created_by text not null,
    created_at timestamp with time zone not null,
    expires_at timestamp with time zone,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    constraint api_keys_pkey PRIMARY KEY (org_id, key_id),
    constraint api_keys_org_id_fkey FOREIGN KEY (org_id) REFERENCES identity.organisations(org_id),
    constraint api_keys_created_by_check CHECK (((length(created_by) >= 1) AND (length(created_by) <= 100))),
    constraint api_keys_hint_check CHECK (((length(hint) >= 1) AND (length(hint) <= 20))),
    constraint api_keys_key_hash_check CHECK ((length(key_hash) = 32)),
    constraint api_keys_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
    constraint api_keys_scopes_check CHECK (((cardinality(scopes) >= 1) AND (cardinality(scopes) <= 100)))
);
alter table identity.api_keys enable row level security;
alter table identity.api_keys force row level security;
CREATE INDEX api_keys_by_hash ON identity.api_keys USING btree (key_hash);
create policy everything on identity.api_keys for all to balie_system using (true);
create policy tenant on identity.api_keys for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on identity.api_keys to balie_app;
grant select on identity.api_keys to balie_reader;
grant select, insert, update, delete on identity.api_keys to balie_system;

create table identity.attempts (
    attempt_id uuid not null,
    kind text not null,
    subject bytea not null,
    address text not null,
    made_at timestamp with time zone not null,
    constraint attempts_pkey PRIMARY KEY (attempt_id),
    constraint attempts_address_check CHECK ((length(address) <= 60)),
    constraint attempts_kind_check CHECK ((kind = ANY (ARRAY['login'::text, 'code'::text, 'mail'::text, 'member'::text]))),
    constraint attempts_subject_check CHECK ((length(subject) = 32))
);
CREATE INDEX attempts_by_address ON identity.attempts USING btree (kind, address, made_at);
CREATE INDEX attempts_by_age ON identity.attempts USING btree (made_at);
CREATE INDEX attempts_by_subject ON identity.attempts USING btree (kind, subject, made_at);
grant select, insert, update, delete on identity.attempts to balie_system;

create table identity.audit (
    org_id uuid not null,
    audit_id uuid not null,
    made_at timestamp with time zone not null,
    actor text not null,
    action text not null,
    subject uuid,
    address text not null,
    facts jsonb not null,
    constraint audit_pkey PRIMARY KEY (org_id, audit_id),
    constraint audit_action_check CHECK (((length(action) >= 3) AND (length(action) <= 60))),
    constraint audit_actor_check CHECK (((length(actor) >= 1) AND (length(actor) <= 100))),
    constraint audit_address_check CHECK ((length(address) <= 60))
);
alter table identity.audit enable row level security;
alter table identity.audit force row level security;
CREATE INDEX audit_by_subject ON identity.audit USING btree (org_id, subject, made_at);
create policy everything on identity.audit for all to balie_system using (true);
create policy tenant on identity.audit for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert on identity.audit to balie_app;
grant select on identity.audit to balie_reader;
grant select, insert on identity.audit to balie_system;

create table identity.codes (
    code_id uuid not null,
    user_id uuid not null,
    purpose text not null,
    code_hash bytea not null,
    name text,
    locale text,
    password_hash text,
    tries smallint not null default 0,
    created_at timestamp with time zone not null,
    expires_at timestamp with time zone not null,
    used_at timestamp with time zone,
    constraint codes_pkey PRIMARY KEY (code_id),
    constraint codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES identity.users(user_id) ON DELETE CASCADE,
    constraint codes_check CHECK (((purpose = 'verify'::text) = (password_hash IS NOT NULL))),
    constraint codes_check1 CHECK (((purpose = 'verify'::text) = (name IS NOT NULL))),
    constraint codes_check2 CHECK (((purpose = 'verify'::text) = (locale IS NOT NULL))),
    constraint codes_code_hash_check CHECK ((length(code_hash) = 32)),
    constraint codes_locale_check CHECK ((locale ~ '^[a-z]{2}(-[A-Z]{2})?$'::text)),
    constraint codes_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
    constraint codes_password_hash_check CHECK ((length(password_hash) <= 400)),
    constraint codes_purpose_check CHECK ((purpose = ANY (ARRAY['verify'::text, 'reset'::text]))),
    constraint codes_tries_check CHECK (((tries >= 0) AND (tries <= 5)))
);
CREATE INDEX codes_by_age ON identity.codes USING btree (expires_at);
CREATE INDEX codes_of_user ON identity.codes USING btree (user_id, purpose, created_at);
grant select, insert, update, delete on identity.codes to balie_system;

create table identity.hosts (
    org_id uuid not null,
    host text not null,
    constraint hosts_pkey PRIMARY KEY (org_id, host),
    constraint hosts_unique UNIQUE (host),
    constraint hosts_org_id_fkey FOREIGN KEY (org_id) REFERENCES identity.organisations(org_id),
    constraint hosts_host_check CHECK (((host = lower(host)) AND ((length(host) >= 1) AND (length(host) <= 253))))
);
alter table identity.hosts enable row level security;
alter table identity.hosts force row level security;
create policy everything on identity.hosts for all to balie_system using (true);
create policy tenant on identity.hosts for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on identity.hosts to balie_app;
grant select on identity.hosts to balie_reader;
grant select, insert, update, delete on identity.hosts to balie_system;

create table identity.members (
    org_id uuid not null,
    user_id uuid not null,
    role text not null,
    added_at timestamp with time zone not null,
    constraint members_pkey PRIMARY KEY (org_id, user_id),
    constraint members_org_id_fkey FOREIGN KEY (org_id) REFERENCES identity.organisations(org_id),
    constraint members_user_id_fkey FOREIGN KEY (user_id) REFERENCES identity.users(user_id),
    constraint members_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'events'::text, 'shop'::text, 'finance'::text, 'door'::text, 'support'::text, 'author'::text, 'reviewer'::text])))
);
alter table identity.members enable row level security;
alter table identity.members force row level security;
CREATE INDEX members_of_user ON identity.members USING btree (user_id);
create policy everything on identity.members for all to balie_system using (true);
create policy tenant on identity.members for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on identity.members to balie_app;
grant select on identity.members to balie_reader;
grant select, insert, update, delete on identity.members to balie_system;

create table identity.organisations (
    org_id uuid not null,
    slug text not null,
    name text not null,
    is_default boolean not null default false,
    tier text not null default 'standard'::text,
    locale text not null,
    country character(2) not null,
    version integer not null default 1,
    created_at timestamp with time zone not null,
    constraint organisations_pkey PRIMARY KEY (org_id),
    constraint organisations_slug_unique UNIQUE (slug),
    constraint organisations_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
    constraint organisations_locale_check CHECK ((locale ~ '^[a-z]{2}(-[A-Z]{2})?$'::text)),
    constraint organisations_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
    constraint organisations_slug_check CHECK ((slug ~ '^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$'::text)),
    constraint organisations_tier_check CHECK ((tier = ANY (ARRAY['standard'::text, 'plus'::text, 'premium'::text]))),
    constraint organisations_version_check CHECK ((version > 0))
);
alter table identity.organisations enable row level security;
alter table identity.organisations force row level security;
CREATE UNIQUE INDEX organisations_one_default ON identity.organisations USING btree (is_default) WHERE is_default;
create policy everything on identity.organisations for all to balie_system using (true);
create policy tenant on identity.organisations for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on identity.organisations to balie_app;
grant select on identity.organisations to balie_reader;
grant select, insert, update, delete on identity.organisations to balie_system;

create table identity.recovery_codes (
    user_id uuid not null,
    code_hash bytea not null,
    used_at timestamp with time zone,
    constraint recovery_codes_pkey PRIMARY KEY (user_id, code_hash),
    constraint recovery_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES identity.users(user_id) ON DELETE CASCADE,
    constraint recovery_codes_code_hash_check CHECK ((length(code_hash) = 32))
);
grant select, insert, update, delete on identity.recovery_codes to balie_system;

create table identity.refresh_tokens (
    token_hash bytea not null,
    session_id uuid not null,
    created_at timestamp with time zone not null,
    expires_at timestamp with time zone not null,
    used_at timestamp with time zone,
    used_by bytea,
    constraint refresh_tokens_pkey PRIMARY KEY (token_hash),
    constraint refresh_tokens_session_id_fkey FOREIGN KEY (session_id) REFERENCES identity.sessions(session_id) ON DELETE CASCADE,
    constraint refresh_tokens_check CHECK (((used_at IS NULL) = (used_by IS NULL))),
    constraint refresh_tokens_token_hash_check CHECK ((length(token_hash) = 32)),
    constraint refresh_tokens_used_by_check CHECK ((length(used_by) = 32))
);
CREATE INDEX refresh_tokens_of_session ON identity.refresh_tokens USING btree (session_id);
grant select, insert, update, delete on identity.refresh_tokens to balie_system;

create table identity.sessions (
    session_id uuid not null,
    user_id uuid not null,
    rotation_key bytea not null,
    client text not null,
    address text not null,
    created_at timestamp with time zone not null,
    last_used_at timestamp with time zone not null,
    expires_at timestamp with time zone not null,
    ended_at timestamp with time zone,
    ended_because text,
    constraint sessions_pkey PRIMARY KEY (session_id),
    constraint sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES identity.users(user_id) ON DELETE CASCADE,
    constraint sessions_address_check CHECK ((length(address) <= 60)),
    constraint sessions_check CHECK (((ended_at IS NULL) = (ended_because IS NULL))),
    constraint sessions_client_check CHECK ((length(client) <= 200)),
    constraint sessions_ended_because_check CHECK ((ended_because = ANY (ARRAY['logout'::text, 'revoked'::text, 'reuse'::text, 'password'::text, 'reset'::text, 'disabled'::text]))),
    constraint sessions_rotation_key_check CHECK ((length(rotation_key) = 32))
);
CREATE INDEX sessions_by_end ON identity.sessions USING btree (expires_at);
CREATE INDEX sessions_of_user ON identity.sessions USING btree (user_id, created_at, session_id);
grant select, insert, update, delete on identity.sessions to balie_system;

create table identity.signing_keys (
    key_id text not null,
    pkcs8 bytea not null,
    created_at timestamp with time zone not null,
    signs_from timestamp with time zone not null,
    constraint signing_keys_pkey PRIMARY KEY (key_id),
    constraint signing_keys_key_id_check CHECK (((length(key_id) >= 20) AND (length(key_id) <= 60)))
);
grant select, insert, update, delete on identity.signing_keys to balie_system;

create table identity.users (
    user_id uuid not null,
    email text not null,
    email_key text not null,
    name text not null,
    locale text not null,
    password_hash text,
    verified_at timestamp with time zone,
    disabled_at timestamp with time zone,
    totp_secret bytea,
    totp_since timestamp with time zone,
    totp_last_step bigint not null default 0,
    created_at timestamp with time zone not null,
    constraint users_pkey PRIMARY KEY (user_id),
    constraint users_email_unique UNIQUE (email_key),
    constraint users_check CHECK (((verified_at IS NULL) = (password_hash IS NULL))),
    constraint users_check1 CHECK (((totp_since IS NULL) OR (totp_secret IS NOT NULL))),
    constraint users_email_check CHECK (((length(email) >= 3) AND (length(email) <= 254))),
    constraint users_email_key_check CHECK (((length(email_key) >= 3) AND (length(email_key) <= 300))),
    constraint users_locale_check CHECK ((locale ~ '^[a-z]{2}(-[A-Z]{2})?$'::text)),
    constraint users_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
    constraint users_password_hash_check CHECK ((length(password_hash) <= 400)),
    constraint users_totp_secret_check CHECK (((length(totp_secret) >= 16) AND (length(totp_secret) <= 64)))
);
CREATE INDEX users_unverified ON identity.users USING btree (created_at) WHERE (verified_at IS NULL);
grant select, insert, update, delete on identity.users to balie_system;
