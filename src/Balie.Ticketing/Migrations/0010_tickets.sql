-- Each organisation signs the codes of its own tickets (docs/ticket-codes.md). Several keys are published at a time; the newest whose
-- moment has come signs. A revoked one is trusted no more: what it signed is to be reissued.
create table ticketing.ticket_keys (
    org_id       uuid not null,
    key_number   integer not null check (key_number between 1 and 65535),
    pkcs8        bytea not null,
    created_at   timestamptz not null,
    signs_from   timestamptz not null,
    revoked_at   timestamptz,
    primary key (org_id, key_number)
);
call kernel.protect('ticketing.ticket_keys');
revoke delete on ticketing.ticket_keys from balie_app, balie_system;
revoke all on ticketing.ticket_keys from balie_reader;

-- One per unit of a confirmed booking, issued in batches of hundreds of bookings, so without foreign keys: balie verify looks for strays.
-- Names and prices are what was booked, whatever the catalogue says later.
create table ticketing.tickets (
    org_id          uuid not null,
    ticket_id       uuid not null,
    booking_id      uuid not null,
    line            smallint not null check (line >= 1),
    position        integer not null check (position >= 1),
    number          text not null check (length(number) between 8 and 26),
    event_id        uuid not null,
    slot_id         uuid not null,
    ticket_type_id  uuid not null,
    type_name       text not null,
    zone_id         uuid,
    seat            integer,
    seat_label      text,
    price_minor     bigint not null check (price_minor >= 0),
    currency        char(3) not null,
    user_id         uuid,
    holder_name     text not null default '' check (length(holder_name) <= 200),
    holder_email    text not null default '' check (length(holder_email) <= 254),
    status          text not null
                    check (status in ('issued', 'checked_in', 'transferred', 'listed', 'voided', 'refunded', 'expired')),
    -- Raised whenever the code must die: a code with a lower serial opens nothing.
    serial          integer not null default 1 check (serial between 1 and 65535),
    code            text not null check (length(code) between 20 and 200),
    -- Of this serial: what rotating codes and the links of transfers are made of.
    secret          bytea not null check (length(secret) = 20),
    issued_at       timestamptz not null,
    updated_at      timestamptz not null,
    primary key (org_id, ticket_id),
    constraint tickets_position_unique unique (org_id, booking_id, position),
    constraint tickets_number_unique unique (org_id, number),
    check ((seat is null) = (seat_label is null))
);
create index tickets_by_slot on ticketing.tickets (org_id, slot_id, ticket_id);
create index tickets_by_user on ticketing.tickets (org_id, user_id, ticket_id) where user_id is not null;
create unique index tickets_seat_unique on ticketing.tickets (org_id, slot_id, seat)
    where seat is not null and status in ('issued', 'checked_in', 'transferred', 'listed');
call kernel.protect('ticketing.tickets');
revoke delete on ticketing.tickets from balie_app, balie_system;
-- Whoever may read everything may not open doors with it.
revoke all on ticketing.tickets from balie_reader;
grant select (
    org_id, ticket_id, booking_id, line, position, number, event_id, slot_id, ticket_type_id, type_name, zone_id, seat, seat_label,
    price_minor, currency, user_id, holder_name, holder_email, status, serial, issued_at, updated_at)
on ticketing.tickets to balie_reader;

-- Everything that happened to a ticket. Rows are only ever added.
create table ticketing.ticket_history (
    org_id       uuid not null,
    ticket_id    uuid not null,
    step         integer not null check (step >= 1),
    at           timestamptz not null,
    actor        text not null check (length(actor) between 1 and 200),
    action       text not null check (length(action) between 1 and 50),
    from_status  text,
    to_status    text not null,
    serial       integer not null,
    reason       text not null default '' check (length(reason) <= 500),
    primary key (org_id, ticket_id, step)
);
call kernel.protect('ticketing.ticket_history');
revoke update, delete on ticketing.ticket_history from balie_app, balie_system;

-- A ticket offered to somebody else. The link's secret is made of the ticket's own (docs/ticket-codes.md), so it is stored nowhere.
create table ticketing.ticket_transfers (
    org_id       uuid not null,
    transfer_id  uuid not null,
    ticket_id    uuid not null,
    from_name    text not null,
    from_email   text not null,
    to_email     text not null check (length(to_email) between 3 and 254),
    to_name      text,
    status       text not null check (status in ('offered', 'accepted', 'declined', 'withdrawn', 'lapsed')),
    offered_at   timestamptz not null,
    expires_at   timestamptz not null,
    ended_at     timestamptz,
    primary key (org_id, transfer_id),
    foreign key (org_id, ticket_id) references ticketing.tickets,
    check ((status = 'offered') = (ended_at is null)),
    check (status <> 'accepted' or to_name is not null)
);
create unique index ticket_transfers_open_unique on ticketing.ticket_transfers (org_id, ticket_id) where status = 'offered';
create index ticket_transfers_by_ticket on ticketing.ticket_transfers (org_id, ticket_id, transfer_id);
call kernel.protect('ticketing.ticket_transfers');
revoke delete on ticketing.ticket_transfers from balie_app, balie_system;
