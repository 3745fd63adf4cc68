-- Who waits for places of a slot, in the order in which they came. One entry has one offer at most: a pending booking that holds the
-- places. Whoever lets it lapse may join again, at the end.
create table ticketing.waiting_entries (
    org_id          uuid not null,
    entry_id        uuid not null,
    event_id        uuid not null,
    slot_id         uuid not null,
    ticket_type_id  uuid not null,
    quantity        integer not null check (quantity between 1 and 1000),
    user_id         uuid,
    name            text not null check (length(name) between 1 and 200),
    email           text not null check (length(email) between 3 and 254),
    status          text not null check (status in ('waiting', 'offered', 'accepted', 'lapsed', 'left')),
    booking_id      uuid,
    offered_at      timestamptz,
    expires_at      timestamptz,
    joined_at       timestamptz not null,
    updated_at      timestamptz not null,
    primary key (org_id, entry_id),
    constraint waiting_entries_booking_unique unique (org_id, booking_id),
    foreign key (org_id, event_id, slot_id) references ticketing.slots (org_id, event_id, slot_id),
    foreign key (org_id, event_id, ticket_type_id) references ticketing.ticket_types (org_id, event_id, ticket_type_id),
    check (status <> 'waiting' or booking_id is null),
    check (status not in ('offered', 'accepted', 'lapsed') or booking_id is not null),
    check ((booking_id is null) = (offered_at is null)),
    check ((booking_id is null) = (expires_at is null))
);
create unique index waiting_entries_person_unique on ticketing.waiting_entries (org_id, slot_id, ticket_type_id, lower(email))
    where status in ('waiting', 'offered');
create index waiting_entries_queue on ticketing.waiting_entries (org_id, event_id, joined_at, entry_id) where status = 'waiting';
create index waiting_entries_by_event on ticketing.waiting_entries (org_id, event_id, joined_at, entry_id);
call kernel.protect('ticketing.waiting_entries');
revoke delete on ticketing.waiting_entries from balie_app, balie_system;
