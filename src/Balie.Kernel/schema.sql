-- The schema kernel after all migrations. Written by Balie.Tests with BALIE_UPDATE_SNAPSHOTS=1, never by hand.

CREATE FUNCTION kernel.current_org()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid;

CREATE PROCEDURE kernel.protect(IN target regclass)
 LANGUAGE plpgsql
AS $procedure$
begin
    execute format('alter table %s enable row level security', target);
    execute format('alter table %s force row level security', target);
    execute format('create policy tenant on %s to balie_app, balie_reader using (org_id = kernel.current_org())', target);
    execute format('create policy everything on %s to balie_system using (true)', target);
    execute format('grant select, insert, update, delete on %s to balie_app, balie_system', target);
    execute format('grant select on %s to balie_reader', target);
end
$procedure$;

CREATE FUNCTION kernel.refuse(request integer)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
begin
    if request <> all (kernel.refused()) then
        perform set_config('balie.refused', (kernel.refused() || request)::text, true);
    end if;
    return request;
end
$function$;

CREATE FUNCTION kernel.refused()
 RETURNS integer[]
 LANGUAGE sql
 STABLE PARALLEL RESTRICTED
RETURN (COALESCE(NULLIF(current_setting('balie.refused'::text, true), ''::text), '{}'::text))::integer[];

create domain kernel.actor as text CHECK (((length(VALUE) >= 1) AND (length(VALUE) <= 200)));
create domain kernel.amount as bigint CHECK ((VALUE >= 0));
create domain kernel.consumer as text CHECK (((length(VALUE) >= 1) AND (length(VALUE) <= 200)));
create domain kernel.count as integer CHECK ((VALUE >= 0));
create domain kernel.fingerprint as bytea CHECK ((length(VALUE) = 32));
create domain kernel.http_status as smallint CHECK (((VALUE >= 0) AND (VALUE <= 599)));
create domain kernel.locale as text CHECK ((VALUE = ANY (ARRAY['nl'::text, 'en'::text])));
create domain kernel.message_kind as text CHECK (((length(VALUE) >= 3) AND (length(VALUE) <= 100)));
create domain kernel.ordinal as integer CHECK ((VALUE >= 1));
create domain kernel.person_name as text CHECK ((length(VALUE) <= 200));
create domain kernel.positive_amount as bigint CHECK ((VALUE > 0));
create domain kernel.reference as text CHECK (((length(VALUE) >= 6) AND (length(VALUE) <= 20)));
create domain kernel.remark as text CHECK ((length(VALUE) <= 500));
create domain kernel.route as text CHECK (((length(VALUE) >= 1) AND (length(VALUE) <= 200)));
create domain kernel.small_ordinal as smallint CHECK ((VALUE >= 1));

create table kernel.idempotency (
    org_id uuid not null,
    key uuid not null,
    caller uuid not null,
    route kernel.route not null,
    fingerprint kernel.fingerprint not null,
    effect_id uuid not null,
    status kernel.http_status not null,
    body bytea not null,
    created_at timestamp with time zone not null,
    constraint idempotency_pkey PRIMARY KEY (org_id, key, caller, route)
);
alter table kernel.idempotency enable row level security;
alter table kernel.idempotency force row level security;
CREATE INDEX idempotency_by_age ON kernel.idempotency USING brin (created_at);
create policy everything on kernel.idempotency for all to balie_system using (true);
create policy tenant on kernel.idempotency for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on kernel.idempotency to balie_app;
grant select on kernel.idempotency to balie_reader;
grant select, insert, update, delete on kernel.idempotency to balie_system;

create table kernel.inbox (
    org_id uuid not null,
    consumer kernel.consumer not null,
    message_id uuid not null,
    handled_at timestamp with time zone not null,
    constraint inbox_pkey PRIMARY KEY (org_id, consumer, message_id)
);
alter table kernel.inbox enable row level security;
alter table kernel.inbox force row level security;
CREATE INDEX inbox_by_age ON kernel.inbox USING btree (handled_at);
create policy everything on kernel.inbox for all to balie_system using (true);
create policy tenant on kernel.inbox for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on kernel.inbox to balie_app;
grant select on kernel.inbox to balie_reader;
grant select, insert, update, delete on kernel.inbox to balie_system;

create table kernel.jobs (
    name text not null,
    module text not null,
    every interval not null,
    slot_at timestamp with time zone not null,
    due_at timestamp with time zone not null,
    holder uuid,
    leased_until timestamp with time zone,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    succeeded_at timestamp with time zone,
    runs bigint not null default 0,
    failures_in_row integer not null default 0,
    last_error text,
    constraint jobs_pkey PRIMARY KEY (name),
    constraint jobs_check CHECK (((holder IS NULL) = (leased_until IS NULL))),
    constraint jobs_every_check CHECK ((every > '00:00:00'::interval)),
    constraint jobs_last_error_check CHECK ((length(last_error) <= 2000)),
    constraint jobs_module_check CHECK (((length(module) >= 1) AND (length(module) <= 100))),
    constraint jobs_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200)))
);
grant select on kernel.jobs to balie_reader;
grant select, insert, update, delete on kernel.jobs to balie_system;

create table kernel.mails (
    org_id uuid not null,
    mail_id uuid not null,
    recipient text not null,
    subject text not null,
    body text not null,
    state text not null default 'waiting'::text,
    tries integer not null default 0,
    due_at timestamp with time zone not null,
    created_at timestamp with time zone not null,
    settled_at timestamp with time zone,
    error text,
    html text not null default ''::text,
    reply_to text,
    constraint mails_pkey PRIMARY KEY (org_id, mail_id),
    constraint mails_body_check CHECK ((length(body) <= 100000)),
    constraint mails_check CHECK (((state = 'waiting'::text) = (settled_at IS NULL))),
    constraint mails_check1 CHECK (((state = 'waiting'::text) OR (body = ''::text))),
    constraint mails_check2 CHECK (((state = 'waiting'::text) OR (html = ''::text))),
    constraint mails_html_check CHECK ((length(html) <= 300000)),
    constraint mails_recipient_check CHECK (((length(recipient) >= 3) AND (length(recipient) <= 320))),
    constraint mails_reply_to_check CHECK (((length(reply_to) >= 3) AND (length(reply_to) <= 320))),
    constraint mails_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sent'::text, 'failed'::text]))),
    constraint mails_subject_check CHECK (((length(subject) >= 1) AND (length(subject) <= 300))),
    constraint mails_tries_check CHECK ((tries >= 0))
);
alter table kernel.mails enable row level security;
alter table kernel.mails force row level security;
CREATE INDEX mails_due ON kernel.mails USING btree (due_at) WHERE (state = 'waiting'::text);
CREATE INDEX mails_settled ON kernel.mails USING btree (settled_at) WHERE (state <> 'waiting'::text);
create policy everything on kernel.mails for all to balie_system using (true);
create policy tenant on kernel.mails for insert to balie_app with check ((org_id = kernel.current_org()));
grant insert on kernel.mails to balie_app;
grant select, insert, update, delete on kernel.mails to balie_system;

create table kernel.migrations (
    module text not null,
    name text not null,
    sha256 text not null,
    applied_at timestamp with time zone not null default now(),
    constraint migrations_pkey PRIMARY KEY (module, name)
);
grant select on kernel.migrations to balie_app;
grant select on kernel.migrations to balie_reader;
grant select on kernel.migrations to balie_system;

create table kernel.outbox (
    org_id uuid not null,
    xid xid8 not null default pg_current_xact_id(),
    position bigint not null generated always as identity,
    message_id uuid not null,
    kind kernel.message_kind not null,
    body json not null,
    created_at timestamp with time zone not null,
    constraint outbox_pkey PRIMARY KEY (xid, "position")
);
alter table kernel.outbox enable row level security;
alter table kernel.outbox force row level security;
create policy everything on kernel.outbox for all to balie_system using (true);
create policy tenant on kernel.outbox for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on kernel.outbox to balie_app;
grant select on kernel.outbox to balie_reader;
grant select, insert, update, delete on kernel.outbox to balie_system;

create table kernel.outbox_cursors (
    module text not null,
    xid xid8 not null default '0'::xid8,
    position bigint not null default 0,
    holder uuid,
    leased_until timestamp with time zone not null,
    constraint outbox_cursors_pkey PRIMARY KEY (module),
    constraint outbox_cursors_module_check CHECK (((length(module) >= 1) AND (length(module) <= 100))),
    constraint outbox_cursors_position_check CHECK (("position" >= 0))
);
grant select on kernel.outbox_cursors to balie_reader;
grant select, insert, update, delete on kernel.outbox_cursors to balie_system;

create table kernel.outbox_subscriptions (
    module text not null,
    consumer text not null,
    kind text not null,
    since_xid xid8 not null,
    since_position bigint not null,
    constraint outbox_subscriptions_pkey PRIMARY KEY (module, consumer, kind),
    constraint outbox_subscriptions_module_fkey FOREIGN KEY (module) REFERENCES kernel.outbox_cursors(module) ON DELETE CASCADE,
    constraint outbox_subscriptions_consumer_check CHECK (((length(consumer) >= 1) AND (length(consumer) <= 200))),
    constraint outbox_subscriptions_kind_check CHECK (((length(kind) >= 3) AND (length(kind) <= 100)))
);
grant select on kernel.outbox_subscriptions to balie_reader;
grant select, insert, update, delete on kernel.outbox_subscriptions to balie_system;

create table kernel.policies (
    org_id uuid not null,
    version integer not null,
    changed_at timestamp with time zone not null,
    actor text not null,
    own jsonb not null,
    constraint policies_pkey PRIMARY KEY (org_id, version),
    constraint policies_actor_check CHECK (((length(actor) >= 1) AND (length(actor) <= 100))),
    constraint policies_own_check CHECK ((jsonb_typeof(own) = 'object'::text)),
    constraint policies_version_check CHECK ((version > 0))
);
alter table kernel.policies enable row level security;
alter table kernel.policies force row level security;
create policy everything on kernel.policies for all to balie_system using (true);
create policy tenant on kernel.policies for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert on kernel.policies to balie_app;
grant select on kernel.policies to balie_reader;
grant select, insert on kernel.policies to balie_system;

create unlogged table kernel.rate_counters (
    policy text not null,
    caller uuid not null,
    full_at timestamp with time zone not null,
    constraint rate_counters_pkey PRIMARY KEY (policy, caller),
    constraint rate_counters_policy_check CHECK (((length(policy) >= 1) AND (length(policy) <= 100)))
);
grant select, insert, update, delete on kernel.rate_counters to balie_system;

create table kernel.undelivered (
    org_id uuid not null,
    consumer text not null,
    message_id uuid not null,
    kind text not null,
    body json not null,
    published_at timestamp with time zone not null,
    tries integer not null,
    failed_at timestamp with time zone not null,
    reason text not null,
    next_try_at timestamp with time zone,
    constraint undelivered_pkey PRIMARY KEY (org_id, consumer, message_id),
    constraint undelivered_consumer_check CHECK (((length(consumer) >= 1) AND (length(consumer) <= 200))),
    constraint undelivered_kind_check CHECK (((length(kind) >= 3) AND (length(kind) <= 100))),
    constraint undelivered_reason_check CHECK ((length(reason) <= 2000)),
    constraint undelivered_tries_check CHECK ((tries >= 0))
);
alter table kernel.undelivered enable row level security;
alter table kernel.undelivered force row level security;
CREATE INDEX undelivered_by_next_try ON kernel.undelivered USING btree (next_try_at) WHERE (next_try_at IS NOT NULL);
create policy everything on kernel.undelivered for all to balie_system using (true);
create policy tenant on kernel.undelivered for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on kernel.undelivered to balie_app;
grant select on kernel.undelivered to balie_reader;
grant select, insert, update, delete on kernel.undelivered to balie_system;
