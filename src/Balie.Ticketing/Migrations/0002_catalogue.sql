-- What can be booked: venues and their seats, events, and the slots, zones and ticket types of an event.
-- How many places there are stands in Inventory's pools alone; a capacity here is a template for slots still to come.

-- Lower case without accents, so that "cafe" finds "Café". Immutable, so that a generated column may use it.
create function ticketing.fold(words text) returns text
    language sql immutable parallel safe strict
    return translate(lower(words), 'àáâãäåèéêëìíîïòóôõöøùúûüýÿçñ', 'aaaaaaeeeeiiiioooooouuuuyycn');

create table ticketing.venues (
    org_id       uuid not null,
    venue_id     uuid not null,
    name         text not null check (length(name) between 1 and 200),
    street       text not null default '' check (length(street) <= 200),
    postal_code  text not null default '' check (length(postal_code) <= 20),
    city         text not null default '' check (length(city) <= 100),
    country      text not null check (country ~ '^[A-Z]{2}$'),
    zone         text not null check (length(zone) between 1 and 64),
    version      integer not null default 1 check (version >= 1),
    created_at   timestamptz not null,
    updated_at   timestamptz not null,
    deleted_at   timestamptz,
    search       tsvector not null generated always as (to_tsvector('simple', ticketing.fold(name || ' ' || city))) stored,
    primary key (org_id, venue_id)
);
create index venues_by_age on ticketing.venues (org_id, created_at, venue_id) where deleted_at is null;
call kernel.protect('ticketing.venues');

create table ticketing.seating_plans (
    org_id           uuid not null,
    seating_plan_id  uuid not null,
    venue_id         uuid not null,
    name             text not null check (length(name) between 1 and 200),
    version          integer not null default 1 check (version >= 1),
    created_at       timestamptz not null,
    primary key (org_id, seating_plan_id),
    constraint seating_plans_of_venue unique (org_id, venue_id, seating_plan_id),
    constraint seating_plans_name_unique unique (org_id, venue_id, name),
    foreign key (org_id, venue_id) references ticketing.venues
);
call kernel.protect('ticketing.seating_plans');

-- A seat's number is its unit in the pool of every slot that uses the plan, so a plan with slots never changes.
create table ticketing.seats (
    org_id           uuid not null,
    seating_plan_id  uuid not null,
    seat             integer not null check (seat >= 1),
    section          text not null check (length(section) between 1 and 50),
    row              text not null check (length(row) between 1 and 10),
    number           text not null check (length(number) between 1 and 10),
    label            text not null check (length(label) between 1 and 80),
    -- Neighbours differ by one; an aisle leaves a number out.
    position         integer not null check (position >= 1),
    kind             text not null default 'standard' check (kind in ('standard', 'wheelchair', 'companion')),
    primary key (org_id, seating_plan_id, seat),
    constraint seats_number_unique unique (org_id, seating_plan_id, section, row, number),
    constraint seats_position_unique unique (org_id, seating_plan_id, section, row, position),
    foreign key (org_id, seating_plan_id) references ticketing.seating_plans
);
call kernel.protect('ticketing.seats');

create table ticketing.events (
    org_id           uuid not null,
    event_id         uuid not null,
    venue_id         uuid,
    seating_plan_id  uuid,
    zone             text not null check (length(zone) between 1 and 64),
    title            text not null check (length(title) between 1 and 200),
    summary          text not null default '' check (length(summary) <= 500),
    description      text not null default '' check (length(description) <= 20000),
    language         text not null check (language ~ '^[a-z]{2}$'),
    currency         char(3) not null check (currency ~ '^[A-Z]{3}$'),
    person_limit     integer check (person_limit between 1 and 1000),
    status           text not null default 'draft'
                     check (status in ('draft', 'published', 'on_sale', 'paused', 'postponed', 'completed', 'cancelled')),
    version          integer not null default 1 check (version >= 1),
    sequence         integer not null default 0 check (sequence >= 0),
    published_at     timestamptz,
    sale_opened_at   timestamptz,
    created_at       timestamptz not null,
    updated_at       timestamptz not null,
    deleted_at       timestamptz,
    search           tsvector not null generated always as (
                         setweight(to_tsvector('simple', ticketing.fold(title)), 'A')
                         || to_tsvector('dutch', title || ' ' || summary || ' ' || description)
                         || to_tsvector('simple', ticketing.fold(summary || ' ' || description))) stored,
    primary key (org_id, event_id),
    foreign key (org_id, venue_id) references ticketing.venues,
    foreign key (org_id, venue_id, seating_plan_id) references ticketing.seating_plans (org_id, venue_id, seating_plan_id),
    check (seating_plan_id is null or venue_id is not null),
    check (status = 'draft' or published_at is not null),
    check (status <> 'on_sale' or sale_opened_at is not null)
);
create index events_by_status on ticketing.events (org_id, status, event_id) where deleted_at is null;
create index events_by_venue on ticketing.events (org_id, venue_id) where deleted_at is null;
call kernel.protect('ticketing.events');

-- Several ticket types may share a zone; each slot has a pool of its own for it. On a seated event it covers whole sections.
create table ticketing.zones (
    org_id    uuid not null,
    zone_id   uuid not null,
    event_id  uuid not null,
    name      text not null check (length(name) between 1 and 100),
    capacity  integer not null check (capacity between 0 and 1000000),
    sections  text[] check (cardinality(sections) between 1 and 100),
    primary key (org_id, zone_id),
    constraint zones_of_event unique (org_id, event_id, zone_id),
    constraint zones_name_unique unique (org_id, event_id, name),
    foreign key (org_id, event_id) references ticketing.events
);
call kernel.protect('ticketing.zones');

create table ticketing.ticket_types (
    org_id          uuid not null,
    ticket_type_id  uuid not null,
    event_id        uuid not null,
    zone_id         uuid,
    name            text not null check (length(name) between 1 and 100),
    description     text not null default '' check (length(description) <= 500),
    price_minor     bigint not null check (price_minor between 0 and 100000000),
    currency        char(3) not null check (currency ~ '^[A-Z]{3}$'),
    cap             integer check (cap between 0 and 1000000),
    on_sale_from    timestamptz,
    on_sale_until   timestamptz,
    min_per_order   integer not null default 1 check (min_per_order between 1 and 1000),
    max_per_order   integer not null default 10 check (max_per_order between 1 and 1000),
    position        integer not null check (position >= 1),
    withdrawn_at    timestamptz,
    primary key (org_id, ticket_type_id),
    constraint ticket_types_of_event unique (org_id, event_id, ticket_type_id),
    foreign key (org_id, event_id) references ticketing.events,
    foreign key (org_id, event_id, zone_id) references ticketing.zones (org_id, event_id, zone_id),
    check (min_per_order <= max_per_order),
    check (on_sale_from < on_sale_until)
);
create unique index ticket_types_name_unique on ticketing.ticket_types (org_id, event_id, name) where withdrawn_at is null;
call kernel.protect('ticketing.ticket_types');

-- The local time is what the organiser wrote; the moments follow from it and the zone (docs/decisions/0008-local-time.md).
-- A slot's pool in Inventory has the slot's own id.
create table ticketing.slots (
    org_id               uuid not null,
    slot_id              uuid not null,
    event_id             uuid not null,
    starts_local         timestamp not null,
    ends_local           timestamp not null,
    zone                 text not null check (length(zone) between 1 and 64),
    starts_at            timestamptz not null,
    ends_at              timestamptz not null,
    status               text not null default 'scheduled' check (status in ('scheduled', 'cancelled')),
    -- Where it stood before it was moved for the first time; null while it never was.
    first_starts_at      timestamptz,
    version              integer not null default 1 check (version >= 1),
    primary key (org_id, slot_id),
    constraint slots_of_event unique (org_id, event_id, slot_id),
    foreign key (org_id, event_id) references ticketing.events,
    check (starts_local < ends_local),
    check (starts_at < ends_at),
    -- Compared when a statement ends, so that slots may change places. Two cancelled ones may have the same time.
    constraint slots_start_unique
        exclude using btree (org_id with =, event_id with =, starts_local with =) where (status = 'scheduled') deferrable
);
create index slots_by_start on ticketing.slots (org_id, event_id, starts_at, slot_id);
call kernel.protect('ticketing.slots');

-- Which pools a booking must claim: its slot's, its zone's if the type has one, and the type's own if it has a cap.
create table ticketing.slot_pools (
    org_id          uuid not null,
    slot_id         uuid not null,
    pool_id         uuid not null,
    kind            text not null check (kind in ('slot', 'zone', 'type')),
    zone_id         uuid,
    ticket_type_id  uuid,
    primary key (org_id, slot_id, pool_id),
    constraint slot_pools_pool_unique unique (org_id, pool_id),
    constraint slot_pools_kind_unique unique nulls not distinct (org_id, slot_id, zone_id, ticket_type_id),
    foreign key (org_id, slot_id) references ticketing.slots,
    foreign key (org_id, zone_id) references ticketing.zones,
    foreign key (org_id, ticket_type_id) references ticketing.ticket_types,
    check ((kind = 'slot') = (pool_id = slot_id)),
    check ((kind = 'zone') = (zone_id is not null)),
    check ((kind = 'type') = (ticket_type_id is not null))
);
call kernel.protect('ticketing.slot_pools');

-- Who did what to an event, its slots, zones and ticket types, and why. Rows are only ever added.
create table ticketing.history (
    org_id       uuid not null,
    history_id   uuid not null,
    event_id     uuid not null,
    entity       text not null check (entity in ('event', 'slot', 'zone', 'ticket_type')),
    entity_id    uuid not null,
    at           timestamptz not null,
    actor        text not null check (length(actor) between 1 and 200),
    action       text not null check (length(action) between 1 and 50),
    from_status  text,
    to_status    text,
    reason       text not null default '' check (length(reason) <= 500),
    detail       json,
    primary key (org_id, history_id),
    foreign key (org_id, event_id) references ticketing.events
);
create index history_by_event on ticketing.history (org_id, event_id, at, history_id);
call kernel.protect('ticketing.history');
revoke update, delete on ticketing.history from balie_app, balie_system;
