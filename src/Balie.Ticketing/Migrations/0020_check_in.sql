-- How an event is entered; null is the organisation's policy.
alter table ticketing.events
    add column doors_open_minutes integer check (doors_open_minutes between 0 and 43200),
    add column doors_close_minutes integer check (doors_close_minutes between 0 and 43200),
    add column reentries integer check (reentries between 0 and 1000);

-- What stands at a door and lets people in: bound to a venue or to some events, and to zones where a gate leads to those alone.
create table ticketing.devices (
    org_id      uuid not null,
    device_id   uuid not null,
    name        text not null check (length(name) between 1 and 100),
    gate        text not null default '' check (length(gate) <= 100),
    venue_id    uuid,
    event_ids   uuid[] not null default '{}',
    zone_ids    uuid[] not null default '{}',
    may_force   boolean not null default false,
    key_hash    bytea not null check (length(key_hash) = 32),
    hint        text not null check (length(hint) <= 30),
    created_by  text not null check (length(created_by) between 1 and 200),
    created_at  timestamptz not null,
    revoked_by  text,
    revoked_at  timestamptz,
    primary key (org_id, device_id),
    constraint devices_key_unique unique (org_id, key_hash),
    foreign key (org_id, venue_id) references ticketing.venues,
    check ((venue_id is null) = (cardinality(event_ids) between 1 and 100)),
    check ((revoked_at is null) = (revoked_by is null))
);
call kernel.protect('ticketing.devices');
revoke delete on ticketing.devices from balie_app, balie_system;
revoke all on ticketing.devices from balie_reader;
grant select (org_id, device_id, name, gate, venue_id, event_ids, zone_ids, may_force, created_by, created_at, revoked_by, revoked_at)
on ticketing.devices to balie_reader;

-- What happened at the doors: what was let in and out, and what was refused and why. Rows are only ever added. Written hundreds at a time,
-- so without foreign keys: balie verify looks for strays.
create table ticketing.check_ins (
    org_id        uuid not null,
    check_in_id   uuid not null,
    -- Device, person or API key; the same nonce of the same scanner is the same scan. One scan may let in several tickets.
    scanner_id    uuid not null,
    nonce         uuid not null,
    nth           smallint not null check (nth >= 1),
    device_id     uuid,
    actor         text not null check (length(actor) between 1 and 200),
    -- Null for a code that is none of ours.
    ticket_id     uuid,
    event_id      uuid,
    slot_id       uuid,
    zone_id       uuid,
    direction     text not null check (direction in ('in', 'out')),
    result        text not null check (result in ('admitted', 'refused')),
    -- Why it was refused or, if it was forced, what would have refused it.
    reason        text check (length(reason) between 1 and 50),
    forced        boolean not null default false,
    note          text not null default '' check (length(note) <= 500),
    -- Told later by a device that was on its own: it happened, whatever the judgement.
    uploaded      boolean not null default false,
    -- Somebody went in or out with a ticket of ours; not so where a revoked device says it.
    counts        boolean not null,
    device_time   timestamptz not null,
    at            timestamptz not null,
    -- Of an uploaded fact: what the same decision, asked when it was told, was against it.
    judgement     text check (length(judgement) between 1 and 50),
    serial        integer,
    fingerprint   bytea not null check (length(fingerprint) = 32),
    answer        json not null,
    primary key (org_id, check_in_id),
    constraint check_ins_nonce_unique unique (org_id, scanner_id, nonce, nth),
    check (result = 'admitted' or reason is not null),
    check (result = 'refused' or ticket_id is not null or uploaded),
    check (not counts or (result = 'admitted' and ticket_id is not null)),
    check (not forced or (result = 'admitted' and note <> ''))
);
create index check_ins_by_event on ticketing.check_ins (org_id, event_id, at, check_in_id);
create index check_ins_by_ticket on ticketing.check_ins (org_id, ticket_id, device_time) where ticket_id is not null;
call kernel.protect('ticketing.check_ins');
revoke update, delete on ticketing.check_ins from balie_app, balie_system;

-- Where each ticket stands: the sum of its check-ins. Who is inside is ins − outs.
create table ticketing.entries (
    org_id       uuid not null,
    ticket_id    uuid not null,
    event_id     uuid not null,
    slot_id      uuid not null,
    zone_id      uuid,
    ins          integer not null check (ins >= 0),
    outs         integer not null check (outs >= 0),
    first_in_at  timestamptz,
    last_in_at   timestamptz,
    -- Whoever let them in last.
    last_in_by   text not null default '',
    updated_at   timestamptz not null,
    primary key (org_id, ticket_id),
    check ((ins > 0) = (last_in_at is not null)),
    check ((ins > 0) = (first_in_at is not null))
) with (fillfactor = 80);
create index entries_by_event on ticketing.entries (org_id, event_id);
call kernel.protect('ticketing.entries');
revoke delete on ticketing.entries from balie_app, balie_system;
