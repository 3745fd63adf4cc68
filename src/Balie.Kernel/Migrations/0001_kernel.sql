-- Schema kernel and the roles already exist: the migrator makes both before the first file.

-- Null, not an error, when no organisation was set: a pooled connection whose transaction ended holds an empty string, a fresh one nothing.
create function kernel.current_org() returns uuid
    language sql stable parallel safe
    return nullif(current_setting('app.org', true), '')::uuid;

-- The one way a table becomes a tenant's: forced row security, its own organisation for people, everything for the system.
create procedure kernel.protect(target regclass)
    language plpgsql
as $$
begin
    execute format('alter table %s enable row level security', target);
    execute format('alter table %s force row level security', target);
    execute format('create policy tenant on %s to balie_app, balie_reader using (org_id = kernel.current_org())', target);
    execute format('create policy everything on %s to balie_system using (true)', target);
    execute format('grant select, insert, update, delete on %s to balie_app, balie_system', target);
    execute format('grant select on %s to balie_reader', target);
end
$$;

create table kernel.outbox (
    org_id      uuid not null,
    xid         xid8 not null default pg_current_xact_id(),
    position    bigint generated always as identity,
    message_id  uuid not null,
    kind        text not null check (length(kind) between 3 and 100),
    body        json not null,
    created_at  timestamptz not null,
    primary key (xid, position)
);
call kernel.protect('kernel.outbox');

create table kernel.inbox (
    org_id      uuid not null,
    consumer    text not null check (length(consumer) between 1 and 200),
    message_id  uuid not null,
    handled_at  timestamptz not null,
    primary key (org_id, consumer, message_id)
);
call kernel.protect('kernel.inbox');

create table kernel.idempotency (
    org_id       uuid not null,
    key          uuid not null,
    caller       uuid not null,
    route        text not null check (length(route) between 1 and 200),
    fingerprint  bytea not null check (length(fingerprint) = 32),
    effect_id    uuid not null,
    status       smallint not null check (status between 0 and 599),
    body         bytea not null,
    created_at   timestamptz not null,
    primary key (org_id, key, caller, route)
);
-- Rows come in the order of their age and go in it, so a few bytes per block are index enough.
create index idempotency_by_age on kernel.idempotency using brin (created_at);
call kernel.protect('kernel.idempotency');
