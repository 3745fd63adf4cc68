-- Written thousands of times a second in batches, so these tables have no foreign keys: the statement that inserts checks the event's
-- version, which covers everything below it, and balie verify looks for strays.
create table ticketing.bookings (
    org_id        uuid not null,
    booking_id    uuid not null,
    reference     text not null check (length(reference) between 6 and 20),
    event_id      uuid not null,
    slot_id       uuid not null,
    user_id       uuid,
    holder_name   text not null default '' check (length(holder_name) <= 200),
    holder_email  text not null default '' check (length(holder_email) <= 254),
    status        text not null check (status in ('pending', 'confirmed', 'expired', 'cancelled')),
    expires_at    timestamptz,
    total_minor   bigint not null check (total_minor >= 0),
    currency      char(3) not null,
    sequence      integer not null default 0,
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    primary key (org_id, booking_id),
    constraint bookings_reference_unique unique (org_id, reference),
    check ((status = 'pending') = (expires_at is not null)),
    check (user_id is not null or holder_email <> '')
);
create index bookings_by_slot on ticketing.bookings (org_id, event_id, slot_id, booking_id);
create index bookings_by_user on ticketing.bookings (org_id, user_id, booking_id) where user_id is not null;
create index bookings_pending on ticketing.bookings (expires_at) where status = 'pending';
call kernel.protect('ticketing.bookings');
revoke delete on ticketing.bookings from balie_app, balie_system;

create table ticketing.booking_items (
    org_id          uuid not null,
    booking_id      uuid not null,
    line            smallint not null check (line >= 1),
    ticket_type_id  uuid not null,
    name            text not null,
    quantity        integer not null check (quantity between 1 and 1000),
    price_minor     bigint not null check (price_minor >= 0),
    seats           integer[] check (cardinality(seats) = quantity),
    seat_labels     text[] check (cardinality(seat_labels) = quantity),
    primary key (org_id, booking_id, line)
);
call kernel.protect('ticketing.booking_items');
revoke update, delete on ticketing.booking_items from balie_app, balie_system;

-- Every state a booking was ever in. Rows are only ever added.
create table ticketing.booking_history (
    org_id       uuid not null,
    booking_id   uuid not null,
    step         smallint not null check (step >= 1),
    at           timestamptz not null,
    actor        text not null check (length(actor) between 1 and 200),
    from_status  text,
    to_status    text not null,
    reason       text not null default '' check (length(reason) <= 500),
    primary key (org_id, booking_id, step)
);
call kernel.protect('ticketing.booking_history');
revoke update, delete on ticketing.booking_history from balie_app, balie_system;
