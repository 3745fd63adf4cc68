-- How far each module has read the outbox, and which process reads for it until when. A lease is judged by the database's clock.
create table kernel.outbox_cursors (
    module        text not null primary key check (length(module) between 1 and 100),
    xid           xid8 not null default '0',
    position      bigint not null default 0 check (position >= 0),
    holder        uuid,
    leased_until  timestamptz not null
);
grant select, insert, update, delete on kernel.outbox_cursors to balie_system;
grant select on kernel.outbox_cursors to balie_reader;

-- Who hears what since where, so that balie verify can tell a message that was lost from one that nobody wanted yet.
create table kernel.outbox_subscriptions (
    module          text not null references kernel.outbox_cursors (module) on delete cascade,
    consumer        text not null check (length(consumer) between 1 and 200),
    kind            text not null check (length(kind) between 3 and 100),
    since_xid       xid8 not null,
    since_position  bigint not null,
    primary key (module, consumer, kind)
);
grant select, insert, update, delete on kernel.outbox_subscriptions to balie_system;
grant select on kernel.outbox_subscriptions to balie_reader;

-- What a consumer could not handle: waiting for its next try, or, without one, a dead letter. It keeps the message itself, because the
-- outbox forgets after a day.
create table kernel.undelivered (
    org_id        uuid not null,
    consumer      text not null check (length(consumer) between 1 and 200),
    message_id    uuid not null,
    kind          text not null check (length(kind) between 3 and 100),
    body          json not null,
    published_at  timestamptz not null,
    tries         integer not null check (tries >= 0),
    failed_at     timestamptz not null,
    reason        text not null check (length(reason) <= 2000),
    next_try_at   timestamptz,
    primary key (org_id, consumer, message_id)
);
create index undelivered_by_next_try on kernel.undelivered (next_try_at) where next_try_at is not null;
call kernel.protect('kernel.undelivered');

create index inbox_by_age on kernel.inbox (handled_at);

comment on table kernel.migrations is 'For everyone: what is installed holds nothing of any organisation.';
comment on index kernel.outbox_pkey is 'For everyone: both columns are the database''s own numbers, nobody chooses them.';
