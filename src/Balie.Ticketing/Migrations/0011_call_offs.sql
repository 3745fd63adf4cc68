-- An event or slot that was called off, and how far its bookings were cancelled: the job goes on from here after a crash.
create table ticketing.call_offs (
    org_id       uuid not null,
    call_off_id  uuid not null,
    event_id     uuid not null,
    -- Null for all of the event's slots.
    slot_id      uuid,
    reason       text not null check (length(reason) <= 500),
    after_id     uuid not null default '00000000-0000-0000-0000-000000000000',
    cancelled    integer not null default 0 check (cancelled >= 0),
    begun_at     timestamptz not null,
    finished_at  timestamptz,
    primary key (org_id, call_off_id),
    constraint call_offs_unique unique nulls not distinct (org_id, event_id, slot_id),
    foreign key (org_id, event_id) references ticketing.events
);
create index call_offs_open on ticketing.call_offs (begun_at) where finished_at is null;
call kernel.protect('ticketing.call_offs');
revoke delete on ticketing.call_offs from balie_app, balie_system;
