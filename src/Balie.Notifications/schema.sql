-- The schema notifications after all migrations. Written by Balie.Tests with BALIE_UPDATE_SNAPSHOTS=1, never by hand.

create domain notifications.booking_status as text CHECK ((VALUE = ANY (ARRAY['confirmed'::text, 'cancelled'::text])));
create domain notifications.notice_kind as text CHECK (((length(VALUE) >= 3) AND (length(VALUE) <= 50)));
create domain notifications.notice_reason as text CHECK (((length(VALUE) >= 3) AND (length(VALUE) <= 200)));
create domain notifications.notice_state as text CHECK ((VALUE = ANY (ARRAY['waiting'::text, 'sent'::text, 'skipped'::text, 'failed'::text])));

create table notifications.bookings (
    org_id uuid not null,
    booking_id uuid not null,
    event_id uuid,
    slot_id uuid,
    status notifications.booking_status not null,
    confirmed_at timestamp with time zone,
    starts_at timestamp with time zone,
    updated_at timestamp with time zone not null,
    constraint bookings_pkey PRIMARY KEY (org_id, booking_id),
    constraint bookings_check CHECK ((((status)::text <> 'confirmed'::text) OR ((confirmed_at IS NOT NULL) AND (event_id IS NOT NULL) AND (slot_id IS NOT NULL))))
);
alter table notifications.bookings enable row level security;
alter table notifications.bookings force row level security;
CREATE INDEX bookings_by_event ON notifications.bookings USING btree (org_id, event_id, slot_id) WHERE ((status)::text = 'confirmed'::text);
CREATE INDEX bookings_by_start ON notifications.bookings USING btree (starts_at) WHERE ((status)::text = 'confirmed'::text);
create policy everything on notifications.bookings for all to balie_system using (true);
create policy tenant on notifications.bookings for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on notifications.bookings to balie_app;
grant select on notifications.bookings to balie_reader;
grant select, insert, update, delete on notifications.bookings to balie_system;

create table notifications.notices (
    org_id uuid not null,
    reason notifications.notice_reason not null,
    kind notifications.notice_kind not null,
    subject_id uuid not null,
    about json not null,
    state notifications.notice_state not null default 'waiting'::text,
    tries kernel.count not null default 0,
    due_at timestamp with time zone not null,
    created_at timestamp with time zone not null,
    settled_at timestamp with time zone,
    remark kernel.remark,
    sent_to text[] not null default '{}'::text[],
    constraint notices_pkey PRIMARY KEY (org_id, reason),
    constraint notices_check CHECK ((((state)::text = 'waiting'::text) = (settled_at IS NULL)))
);
alter table notifications.notices enable row level security;
alter table notifications.notices force row level security;
CREATE INDEX notices_due ON notifications.notices USING btree (due_at) WHERE ((state)::text = 'waiting'::text);
CREATE INDEX notices_settled ON notifications.notices USING btree (settled_at) WHERE ((state)::text <> 'waiting'::text);
create policy everything on notifications.notices for all to balie_system using (true);
create policy tenant on notifications.notices for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on notifications.notices to balie_app;
grant select on notifications.notices to balie_reader;
grant select, insert, update, delete on notifications.notices to balie_system;

create table notifications.purchases (
    org_id uuid not null,
    booking_id uuid not null,
    order_id uuid not null,
    locale kernel.locale,
    bought_at timestamp with time zone not null,
    constraint purchases_pkey PRIMARY KEY (org_id, booking_id)
);
alter table notifications.purchases enable row level security;
alter table notifications.purchases force row level security;
CREATE INDEX purchases_by_age ON notifications.purchases USING brin (bought_at);
CREATE INDEX purchases_by_order ON notifications.purchases USING btree (org_id, order_id);
create policy everything on notifications.purchases for all to balie_system using (true);
create policy tenant on notifications.purchases for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on notifications.purchases to balie_app;
grant select on notifications.purchases to balie_reader;
grant select, insert, update, delete on notifications.purchases to balie_system;

create table notifications.webhook_attempts (
    org_id uuid not null,
    webhook_id uuid not null,
    message_id uuid not null,
    attempt integer not null,
    attempted_at timestamp with time zone not null,
    duration_ms integer not null,
    status integer,
    error text,
    response text,
    constraint webhook_attempts_pkey PRIMARY KEY (org_id, webhook_id, message_id, attempt),
    constraint webhook_attempts_org_id_webhook_id_message_id_fkey FOREIGN KEY (org_id, webhook_id, message_id) REFERENCES notifications.webhook_deliveries(org_id, webhook_id, message_id) ON DELETE CASCADE,
    constraint webhook_attempts_attempt_check CHECK ((attempt >= 1)),
    constraint webhook_attempts_duration_ms_check CHECK ((duration_ms >= 0)),
    constraint webhook_attempts_error_check CHECK ((length(error) <= 500)),
    constraint webhook_attempts_response_check CHECK ((length(response) <= 1000)),
    constraint webhook_attempts_status_check CHECK (((status >= 100) AND (status <= 999)))
);
alter table notifications.webhook_attempts enable row level security;
alter table notifications.webhook_attempts force row level security;
create policy everything on notifications.webhook_attempts for all to balie_system using (true);
create policy tenant on notifications.webhook_attempts for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on notifications.webhook_attempts to balie_app;
grant select on notifications.webhook_attempts to balie_reader;
grant select, insert, update, delete on notifications.webhook_attempts to balie_system;

create table notifications.webhook_deliveries (
    org_id uuid not null,
    webhook_id uuid not null,
    message_id uuid not null,
    previous_sequence bigint not null,
    state text not null default 'waiting'::text,
    attempts integer not null default 0,
    tries integer not null default 0,
    due_at timestamp with time zone not null,
    leased_until timestamp with time zone,
    created_at timestamp with time zone not null,
    settled_at timestamp with time zone,
    constraint webhook_deliveries_pkey PRIMARY KEY (org_id, webhook_id, message_id),
    constraint webhook_deliveries_org_id_message_id_fkey FOREIGN KEY (org_id, message_id) REFERENCES notifications.webhook_messages(org_id, message_id) ON DELETE CASCADE,
    constraint webhook_deliveries_org_id_webhook_id_fkey FOREIGN KEY (org_id, webhook_id) REFERENCES notifications.webhooks(org_id, webhook_id) ON DELETE CASCADE,
    constraint webhook_deliveries_attempts_check CHECK ((attempts >= 0)),
    constraint webhook_deliveries_check CHECK (((state = 'waiting'::text) = (settled_at IS NULL))),
    constraint webhook_deliveries_previous_sequence_check CHECK ((previous_sequence >= 0)),
    constraint webhook_deliveries_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'failed'::text]))),
    constraint webhook_deliveries_tries_check CHECK ((tries >= 0))
);
alter table notifications.webhook_deliveries enable row level security;
alter table notifications.webhook_deliveries force row level security;
CREATE INDEX webhook_deliveries_by_message ON notifications.webhook_deliveries USING btree (org_id, message_id);
CREATE INDEX webhook_deliveries_by_time ON notifications.webhook_deliveries USING btree (org_id, webhook_id, created_at, message_id);
CREATE INDEX webhook_deliveries_due ON notifications.webhook_deliveries USING btree (due_at) WHERE (state = 'waiting'::text);
CREATE INDEX webhook_deliveries_leased ON notifications.webhook_deliveries USING btree (leased_until) WHERE (leased_until IS NOT NULL);
create policy everything on notifications.webhook_deliveries for all to balie_system using (true);
create policy tenant on notifications.webhook_deliveries for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on notifications.webhook_deliveries to balie_app;
grant select on notifications.webhook_deliveries to balie_reader;
grant select, insert, update, delete on notifications.webhook_deliveries to balie_system;

create table notifications.webhook_messages (
    org_id uuid not null,
    message_id uuid not null,
    sequence bigint not null,
    type text not null,
    data json not null,
    occurred_at timestamp with time zone not null,
    constraint webhook_messages_pkey PRIMARY KEY (org_id, message_id),
    constraint webhook_messages_sequence_unique UNIQUE (org_id, sequence),
    constraint webhook_messages_sequence_check CHECK ((sequence >= 1)),
    constraint webhook_messages_type_check CHECK (((length(type) >= 3) AND (length(type) <= 100)))
);
alter table notifications.webhook_messages enable row level security;
alter table notifications.webhook_messages force row level security;
CREATE INDEX webhook_messages_by_age ON notifications.webhook_messages USING btree (occurred_at);
CREATE INDEX webhook_messages_by_time ON notifications.webhook_messages USING btree (org_id, occurred_at);
create policy everything on notifications.webhook_messages for all to balie_system using (true);
create policy tenant on notifications.webhook_messages for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on notifications.webhook_messages to balie_app;
grant select on notifications.webhook_messages to balie_reader;
grant select, insert, update, delete on notifications.webhook_messages to balie_system;

create table notifications.webhook_secrets (
    org_id uuid not null,
    webhook_id uuid not null,
    secret_id uuid not null,
    secret bytea not null,
    created_at timestamp with time zone not null,
    expires_at timestamp with time zone,
    constraint webhook_secrets_pkey PRIMARY KEY (org_id, webhook_id, secret_id),
    constraint webhook_secrets_org_id_webhook_id_fkey FOREIGN KEY (org_id, webhook_id) REFERENCES notifications.webhooks(org_id, webhook_id) ON DELETE CASCADE,
    constraint webhook_secrets_secret_check CHECK (((length(secret) >= 24) AND (length(secret) <= 64)))
);
alter table notifications.webhook_secrets enable row level security;
alter table notifications.webhook_secrets force row level security;
create policy everything on notifications.webhook_secrets for all to balie_system using (true);
create policy tenant on notifications.webhook_secrets for all to balie_app using ((org_id = kernel.current_org()));
grant insert, delete on notifications.webhook_secrets to balie_app;
grant select, insert, update, delete on notifications.webhook_secrets to balie_system;

create table notifications.webhook_sequences (
    org_id uuid not null,
    last bigint not null,
    constraint webhook_sequences_pkey PRIMARY KEY (org_id),
    constraint webhook_sequences_last_check CHECK ((last >= 1))
);
alter table notifications.webhook_sequences enable row level security;
alter table notifications.webhook_sequences force row level security;
create policy everything on notifications.webhook_sequences for all to balie_system using (true);
create policy tenant on notifications.webhook_sequences for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on notifications.webhook_sequences to balie_app;
grant select on notifications.webhook_sequences to balie_reader;
grant select, insert, update, delete on notifications.webhook_sequences to balie_system;

create table notifications.webhooks (
    org_id uuid not null,
    webhook_id uuid not null,
    url text not null,
    description text not null default ''::text,
    event_types text[] not null,
    status text not null default 'enabled'::text,
    disabled_reason text,
    failing_since timestamp with time zone,
    last_sequence bigint not null default 0,
    version integer not null default 1,
    created_by text not null,
    created_at timestamp with time zone not null,
    updated_at timestamp with time zone not null,
    constraint webhooks_pkey PRIMARY KEY (org_id, webhook_id),
    constraint webhooks_check CHECK (((status = 'disabled'::text) = (disabled_reason IS NOT NULL))),
    constraint webhooks_created_by_check CHECK (((length(created_by) >= 1) AND (length(created_by) <= 200))),
    constraint webhooks_description_check CHECK ((length(description) <= 200)),
    constraint webhooks_disabled_reason_check CHECK ((length(disabled_reason) <= 500)),
    constraint webhooks_event_types_check CHECK (((cardinality(event_types) >= 1) AND (cardinality(event_types) <= 100))),
    constraint webhooks_last_sequence_check CHECK ((last_sequence >= 0)),
    constraint webhooks_status_check CHECK ((status = ANY (ARRAY['enabled'::text, 'disabled'::text]))),
    constraint webhooks_url_check CHECK (((length(url) >= 8) AND (length(url) <= 2000))),
    constraint webhooks_version_check CHECK ((version >= 1))
);
alter table notifications.webhooks enable row level security;
alter table notifications.webhooks force row level security;
create policy everything on notifications.webhooks for all to balie_system using (true);
create policy tenant on notifications.webhooks for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on notifications.webhooks to balie_app;
grant select on notifications.webhooks to balie_reader;
grant select, insert, update, delete on notifications.webhooks to balie_system;
