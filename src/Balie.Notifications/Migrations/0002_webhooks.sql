-- Outgoing webhooks (https://www.standardwebhooks.com): who listens, what was said, and how each delivery went.
create table notifications.webhooks (
    org_id           uuid not null,
    webhook_id       uuid not null,
    url              text not null check (length(url) between 8 and 2000),
    description      text not null default '' check (length(description) <= 200),
    event_types      text[] not null check (cardinality(event_types) between 1 and 100),
    status           text not null default 'enabled' check (status in ('enabled', 'disabled')),
    disabled_reason  text check (length(disabled_reason) <= 500),
    -- Since when every attempt has failed; null after one that did not.
    failing_since    timestamptz,
    -- The latest message that concerned it, sent or not: the next one names it, so that a gap shows.
    last_sequence    bigint not null default 0 check (last_sequence >= 0),
    version          integer not null default 1 check (version >= 1),
    created_by       text not null check (length(created_by) between 1 and 200),
    created_at       timestamptz not null,
    updated_at       timestamptz not null,
    primary key (org_id, webhook_id),
    check ((status = 'disabled') = (disabled_reason is not null))
);
call kernel.protect('notifications.webhooks');

-- Signing needs the secrets themselves, so people's role may add and end one and never read it.
create table notifications.webhook_secrets (
    org_id      uuid not null,
    webhook_id  uuid not null,
    secret_id   uuid not null,
    secret      bytea not null check (length(secret) between 24 and 64),
    created_at  timestamptz not null,
    expires_at  timestamptz,
    primary key (org_id, webhook_id, secret_id),
    foreign key (org_id, webhook_id) references notifications.webhooks (org_id, webhook_id) on delete cascade
);
alter table notifications.webhook_secrets enable row level security;
alter table notifications.webhook_secrets force row level security;
create policy tenant on notifications.webhook_secrets to balie_app using (org_id = kernel.current_org());
create policy everything on notifications.webhook_secrets to balie_system using (true);
grant insert, delete, update (expires_at), select (org_id, webhook_id, secret_id, created_at, expires_at)
    on notifications.webhook_secrets to balie_app;
grant select, insert, update, delete on notifications.webhook_secrets to balie_system;

-- One row per organisation that ever had a webhook: the number of its latest message.
create table notifications.webhook_sequences (
    org_id  uuid primary key,
    last    bigint not null check (last >= 1)
);
call kernel.protect('notifications.webhook_sequences');

create table notifications.webhook_messages (
    org_id       uuid not null,
    message_id   uuid not null,
    sequence     bigint not null check (sequence >= 1),
    type         text not null check (length(type) between 3 and 100),
    data         json not null,
    occurred_at  timestamptz not null,
    primary key (org_id, message_id),
    constraint webhook_messages_sequence_unique unique (org_id, sequence)
);
create index webhook_messages_by_time on notifications.webhook_messages (org_id, occurred_at);
create index webhook_messages_by_age on notifications.webhook_messages (occurred_at);
call kernel.protect('notifications.webhook_messages');

create table notifications.webhook_deliveries (
    org_id             uuid not null,
    webhook_id         uuid not null,
    message_id         uuid not null,
    previous_sequence  bigint not null check (previous_sequence >= 0),
    state              text not null default 'waiting' check (state in ('waiting', 'delivered', 'failed')),
    -- All attempts ever, and those since the delivery was last begun: a replay begins anew.
    attempts           integer not null default 0 check (attempts >= 0),
    tries              integer not null default 0 check (tries >= 0),
    due_at             timestamptz not null,
    leased_until       timestamptz,
    created_at         timestamptz not null,
    settled_at         timestamptz,
    primary key (org_id, webhook_id, message_id),
    foreign key (org_id, webhook_id) references notifications.webhooks (org_id, webhook_id) on delete cascade,
    foreign key (org_id, message_id) references notifications.webhook_messages (org_id, message_id) on delete cascade,
    check ((state = 'waiting') = (settled_at is null))
);
create index webhook_deliveries_due on notifications.webhook_deliveries (due_at) where state = 'waiting';
create index webhook_deliveries_leased on notifications.webhook_deliveries (leased_until) where leased_until is not null;
create index webhook_deliveries_by_message on notifications.webhook_deliveries (org_id, message_id);
create index webhook_deliveries_by_time on notifications.webhook_deliveries (org_id, webhook_id, created_at, message_id);
call kernel.protect('notifications.webhook_deliveries');

-- Rows are only ever added: what was tried, and what came back, shortened.
create table notifications.webhook_attempts (
    org_id        uuid not null,
    webhook_id    uuid not null,
    message_id    uuid not null,
    attempt       integer not null check (attempt >= 1),
    attempted_at  timestamptz not null,
    duration_ms   integer not null check (duration_ms >= 0),
    status        integer check (status between 100 and 999),
    error         text check (length(error) <= 500),
    response      text check (length(response) <= 1000),
    primary key (org_id, webhook_id, message_id, attempt),
    foreign key (org_id, webhook_id, message_id)
        references notifications.webhook_deliveries (org_id, webhook_id, message_id) on delete cascade
);
call kernel.protect('notifications.webhook_attempts');
