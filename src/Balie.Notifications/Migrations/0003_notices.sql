-- What people have to be told, written in the transaction that learnt of it; a mail is made of it afterwards. Its key is its reason,
-- so nobody is told twice.
create table notifications.notices (
    org_id      uuid not null,
    reason      text not null check (length(reason) between 3 and 200),
    kind        text not null check (length(kind) between 3 and 50),
    subject_id  uuid not null,
    about       json not null,
    state       text not null default 'waiting' check (state in ('waiting', 'sent', 'skipped', 'failed')),
    tries       integer not null default 0 check (tries >= 0),
    due_at      timestamptz not null,
    created_at  timestamptz not null,
    settled_at  timestamptz,
    remark      text check (length(remark) <= 500),
    primary key (org_id, reason),
    check ((state = 'waiting') = (settled_at is null))
);
create index notices_due on notifications.notices (due_at) where state = 'waiting';
create index notices_settled on notifications.notices (settled_at) where state <> 'waiting';
call kernel.protect('notifications.notices');

-- Our own copy of what messages told of bookings: whom to tell when an event changes, and when to remind. Facts are always asked anew.
create table notifications.bookings (
    org_id        uuid not null,
    booking_id    uuid not null,
    order_id      uuid,
    event_id      uuid,
    slot_id       uuid,
    status        text not null default 'held' check (status in ('held', 'confirmed', 'cancelled')),
    confirmed_at  timestamptz,
    starts_at     timestamptz,
    updated_at    timestamptz not null,
    primary key (org_id, booking_id),
    check (status <> 'confirmed' or (confirmed_at is not null and event_id is not null and slot_id is not null))
);
create index bookings_by_event on notifications.bookings (org_id, event_id, slot_id) where status = 'confirmed';
create index bookings_by_order on notifications.bookings (org_id, order_id) where order_id is not null;
create index bookings_by_start on notifications.bookings (starts_at) where status = 'confirmed';
call kernel.protect('notifications.bookings');
