-- What providers told us, verified and kept before anything is done about it: one row per event, bytes as they came.
create table payments.webhooks (
    org_id        uuid not null,
    webhook_id    uuid not null,
    account_id    uuid not null,
    provider      text not null,
    dedupe_key    text check (length(dedupe_key) between 1 and 300),
    kind          text not null check (length(kind) between 1 and 100),
    provider_ref  text check (length(provider_ref) between 1 and 200),
    attempt_id    uuid,
    claimed       jsonb,
    occurred_at   timestamptz,
    headers       jsonb not null,
    body          bytea not null,
    event         text not null check (length(event) <= 100000),
    state         text not null check (state in ('waiting', 'done', 'parked')),
    received_at   timestamptz not null,
    tries         integer not null default 0,
    next_try_at   timestamptz,
    processed_at  timestamptz,
    problem       text not null default '' check (length(problem) <= 500),
    primary key (org_id, webhook_id),
    foreign key (org_id, account_id) references payments.accounts,
    constraint webhooks_once unique (org_id, account_id, dedupe_key),
    check ((state = 'waiting') = (next_try_at is not null)),
    check ((state = 'done') = (processed_at is not null))
);
create index webhooks_due on payments.webhooks (next_try_at) where next_try_at is not null;
create index webhooks_by_time on payments.webhooks (org_id, received_at, webhook_id);
create index webhooks_waiting on payments.webhooks (org_id, account_id, provider_ref) where state = 'waiting';
call kernel.protect('payments.webhooks');
