-- The schema ticketing after all migrations. Written by Balie.Tests with BALIE_UPDATE_SNAPSHOTS=1, never by hand.

CREATE FUNCTION ticketing.fold(words text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN translate(lower(words), 'àáâãäåèéêëìíîïòóôõöøùúûüýÿçñ'::text, 'aaaaaaeeeeiiiioooooouuuuyycn'::text);

create domain ticketing.booked_quantity as integer CHECK (((VALUE >= 1) AND (VALUE <= 1000)));
create domain ticketing.booking_status as text CHECK ((VALUE = ANY (ARRAY['pending'::text, 'confirmed'::text, 'expired'::text, 'cancelled'::text])));
create domain ticketing.check_in_reason as text CHECK (((length(VALUE) >= 1) AND (length(VALUE) <= 50)));
create domain ticketing.check_in_result as text CHECK ((VALUE = ANY (ARRAY['admitted'::text, 'refused'::text])));
create domain ticketing.direction as text CHECK ((VALUE = ANY (ARRAY['in'::text, 'out'::text])));
create domain ticketing.step_action as text CHECK (((length(VALUE) >= 1) AND (length(VALUE) <= 50)));
create domain ticketing.ticket_code as text CHECK (((length(VALUE) >= 20) AND (length(VALUE) <= 200)));
create domain ticketing.ticket_number as text CHECK (((length(VALUE) >= 8) AND (length(VALUE) <= 26)));
create domain ticketing.ticket_secret as bytea CHECK ((length(VALUE) = 20));
create domain ticketing.ticket_serial as integer CHECK (((VALUE >= 1) AND (VALUE <= 65535)));
create domain ticketing.ticket_status as text CHECK ((VALUE = ANY (ARRAY['issued'::text, 'checked_in'::text, 'transferred'::text, 'listed'::text, 'voided'::text, 'refunded'::text, 'expired'::text])));

create table ticketing.booking_history (
    org_id uuid not null,
    booking_id uuid not null,
    step kernel.small_ordinal not null,
    at timestamp with time zone not null,
    actor kernel.actor not null,
    from_status text,
    to_status text not null,
    reason kernel.remark not null default ''::text,
    constraint booking_history_pkey PRIMARY KEY (org_id, booking_id, step)
);
alter table ticketing.booking_history enable row level security;
alter table ticketing.booking_history force row level security;
create policy everything on ticketing.booking_history for all to balie_system using (true);
create policy tenant on ticketing.booking_history for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert on ticketing.booking_history to balie_app;
grant select on ticketing.booking_history to balie_reader;
grant select, insert on ticketing.booking_history to balie_system;

create table ticketing.booking_items (
    org_id uuid not null,
    booking_id uuid not null,
    line kernel.small_ordinal not null,
    ticket_type_id uuid not null,
    name text not null,
    quantity ticketing.booked_quantity not null,
    price_minor kernel.amount not null,
    seats integer[],
    seat_labels text[],
    constraint booking_items_pkey PRIMARY KEY (org_id, booking_id, line),
    constraint booking_items_check CHECK ((cardinality(seats) = (quantity)::integer)),
    constraint booking_items_check1 CHECK ((cardinality(seat_labels) = (quantity)::integer))
);
alter table ticketing.booking_items enable row level security;
alter table ticketing.booking_items force row level security;
create policy everything on ticketing.booking_items for all to balie_system using (true);
create policy tenant on ticketing.booking_items for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, delete on ticketing.booking_items to balie_app;
grant select on ticketing.booking_items to balie_reader;
grant select, insert, delete on ticketing.booking_items to balie_system;

create table ticketing.bookings (
    org_id uuid not null,
    booking_id uuid not null,
    reference kernel.reference not null,
    event_id uuid not null,
    slot_id uuid not null,
    user_id uuid,
    holder_name kernel.person_name not null default ''::text,
    holder_email text not null default ''::text,
    status ticketing.booking_status not null,
    expires_at timestamp with time zone,
    total_minor kernel.amount not null,
    currency character(3) not null,
    sequence integer not null default 0,
    created_at timestamp with time zone not null,
    updated_at timestamp with time zone not null,
    is_ordered boolean not null default false,
    holder_email_folded text generated always as (NULLIF(lower(holder_email), ''::text)) stored,
    constraint bookings_pkey PRIMARY KEY (org_id, booking_id),
    constraint bookings_reference_unique UNIQUE (org_id, reference),
    constraint bookings_check CHECK ((((status)::text = 'pending'::text) = (expires_at IS NOT NULL))),
    constraint bookings_holder_email_check CHECK ((length(holder_email) <= 254)),
    constraint bookings_holder_known CHECK (((user_id IS NOT NULL) OR (holder_email <> ''::text) OR (is_ordered AND ((status)::text <> 'confirmed'::text))))
);
alter table ticketing.bookings enable row level security;
alter table ticketing.bookings force row level security;
CREATE INDEX bookings_by_email ON ticketing.bookings USING btree (org_id, holder_email_folded) WHERE (holder_email_folded IS NOT NULL);
CREATE INDEX bookings_by_slot ON ticketing.bookings USING btree (org_id, event_id, slot_id, booking_id);
CREATE INDEX bookings_by_user ON ticketing.bookings USING btree (org_id, user_id, booking_id) WHERE (user_id IS NOT NULL);
CREATE INDEX bookings_pending ON ticketing.bookings USING btree (expires_at) WHERE ((status)::text = 'pending'::text);
create policy everything on ticketing.bookings for all to balie_system using (true);
create policy tenant on ticketing.bookings for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update on ticketing.bookings to balie_app;
grant select on ticketing.bookings to balie_reader;
grant select, insert, update on ticketing.bookings to balie_system;

create table ticketing.call_offs (
    org_id uuid not null,
    call_off_id uuid not null,
    event_id uuid not null,
    slot_id uuid,
    reason text not null,
    after_id uuid not null default '00000000-0000-0000-0000-000000000000'::uuid,
    cancelled integer not null default 0,
    begun_at timestamp with time zone not null,
    finished_at timestamp with time zone,
    constraint call_offs_pkey PRIMARY KEY (org_id, call_off_id),
    constraint call_offs_unique UNIQUE NULLS NOT DISTINCT (org_id, event_id, slot_id),
    constraint call_offs_org_id_event_id_fkey FOREIGN KEY (org_id, event_id) REFERENCES ticketing.events(org_id, event_id),
    constraint call_offs_cancelled_check CHECK ((cancelled >= 0)),
    constraint call_offs_reason_check CHECK ((length(reason) <= 500))
);
alter table ticketing.call_offs enable row level security;
alter table ticketing.call_offs force row level security;
CREATE INDEX call_offs_open ON ticketing.call_offs USING btree (begun_at) WHERE (finished_at IS NULL);
create policy everything on ticketing.call_offs for all to balie_system using (true);
create policy tenant on ticketing.call_offs for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update on ticketing.call_offs to balie_app;
grant select on ticketing.call_offs to balie_reader;
grant select, insert, update on ticketing.call_offs to balie_system;

create table ticketing.check_ins (
    org_id uuid not null,
    check_in_id uuid not null,
    scanner_id uuid not null,
    nonce uuid not null,
    nth kernel.small_ordinal not null,
    device_id uuid,
    actor kernel.actor not null,
    ticket_id uuid,
    event_id uuid,
    slot_id uuid,
    zone_id uuid,
    direction ticketing.direction not null,
    result ticketing.check_in_result not null,
    reason ticketing.check_in_reason,
    forced boolean not null default false,
    note kernel.remark not null default ''::text,
    uploaded boolean not null default false,
    counts boolean not null,
    device_time timestamp with time zone not null,
    at timestamp with time zone not null,
    judgement ticketing.check_in_reason,
    serial integer,
    fingerprint kernel.fingerprint not null,
    answer json not null,
    constraint check_ins_pkey PRIMARY KEY (org_id, check_in_id),
    constraint check_ins_nonce_unique UNIQUE (org_id, scanner_id, nonce, nth),
    constraint check_ins_check CHECK ((((result)::text = 'admitted'::text) OR (reason IS NOT NULL))),
    constraint check_ins_check1 CHECK ((((result)::text = 'refused'::text) OR (ticket_id IS NOT NULL) OR uploaded)),
    constraint check_ins_check2 CHECK (((NOT counts) OR (((result)::text = 'admitted'::text) AND (ticket_id IS NOT NULL)))),
    constraint check_ins_check3 CHECK (((NOT forced) OR (((result)::text = 'admitted'::text) AND ((note)::text <> ''::text))))
);
alter table ticketing.check_ins enable row level security;
alter table ticketing.check_ins force row level security;
CREATE INDEX check_ins_by_event ON ticketing.check_ins USING btree (org_id, event_id, at, check_in_id);
CREATE INDEX check_ins_by_ticket ON ticketing.check_ins USING btree (org_id, ticket_id, device_time) WHERE (ticket_id IS NOT NULL);
create policy everything on ticketing.check_ins for all to balie_system using (true);
create policy tenant on ticketing.check_ins for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert on ticketing.check_ins to balie_app;
grant select on ticketing.check_ins to balie_reader;
grant select, insert on ticketing.check_ins to balie_system;

create table ticketing.devices (
    org_id uuid not null,
    device_id uuid not null,
    name text not null,
    gate text not null default ''::text,
    venue_id uuid,
    event_ids uuid[] not null default '{}'::uuid[],
    zone_ids uuid[] not null default '{}'::uuid[],
    may_force boolean not null default false,
    key_hash bytea not null,
    hint text not null,
    created_by text not null,
    created_at timestamp with time zone not null,
    revoked_by text,
    revoked_at timestamp with time zone,
    constraint devices_pkey PRIMARY KEY (org_id, device_id),
    constraint devices_key_unique UNIQUE (org_id, key_hash),
    constraint devices_org_id_venue_id_fkey FOREIGN KEY (org_id, venue_id) REFERENCES ticketing.venues(org_id, venue_id),
    constraint devices_check CHECK (((venue_id IS NULL) = ((cardinality(event_ids) >= 1) AND (cardinality(event_ids) <= 100)))),
    constraint devices_check1 CHECK (((revoked_at IS NULL) = (revoked_by IS NULL))),
    constraint devices_created_by_check CHECK (((length(created_by) >= 1) AND (length(created_by) <= 200))),
    constraint devices_gate_check CHECK ((length(gate) <= 100)),
    constraint devices_hint_check CHECK ((length(hint) <= 30)),
    constraint devices_key_hash_check CHECK ((length(key_hash) = 32)),
    constraint devices_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100)))
);
alter table ticketing.devices enable row level security;
alter table ticketing.devices force row level security;
create policy everything on ticketing.devices for all to balie_system using (true);
create policy tenant on ticketing.devices for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update on ticketing.devices to balie_app;
grant select, insert, update on ticketing.devices to balie_system;

create table ticketing.entries (
    org_id uuid not null,
    ticket_id uuid not null,
    event_id uuid not null,
    slot_id uuid not null,
    zone_id uuid,
    ins kernel.count not null,
    outs kernel.count not null,
    first_in_at timestamp with time zone,
    last_in_at timestamp with time zone,
    last_in_by text not null default ''::text,
    updated_at timestamp with time zone not null,
    constraint entries_pkey PRIMARY KEY (org_id, ticket_id),
    constraint entries_check CHECK ((((ins)::integer > 0) = (last_in_at IS NOT NULL))),
    constraint entries_check1 CHECK ((((ins)::integer > 0) = (first_in_at IS NOT NULL)))
);
alter table ticketing.entries enable row level security;
alter table ticketing.entries force row level security;
CREATE INDEX entries_by_event ON ticketing.entries USING btree (org_id, event_id);
create policy everything on ticketing.entries for all to balie_system using (true);
create policy tenant on ticketing.entries for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update on ticketing.entries to balie_app;
grant select on ticketing.entries to balie_reader;
grant select, insert, update on ticketing.entries to balie_system;

create table ticketing.events (
    org_id uuid not null,
    event_id uuid not null,
    venue_id uuid,
    seating_plan_id uuid,
    zone text not null,
    title text not null,
    summary text not null default ''::text,
    description text not null default ''::text,
    language text not null,
    currency character(3) not null,
    person_limit integer,
    status text not null default 'draft'::text,
    version integer not null default 1,
    sequence integer not null default 0,
    published_at timestamp with time zone,
    sale_opened_at timestamp with time zone,
    created_at timestamp with time zone not null,
    updated_at timestamp with time zone not null,
    deleted_at timestamp with time zone,
    search tsvector not null generated always as (((setweight(to_tsvector('simple'::regconfig, ticketing.fold(title)), 'A'::"char") || to_tsvector('dutch'::regconfig, ((((title || ' '::text) || summary) || ' '::text) || description))) || to_tsvector('simple'::regconfig, ticketing.fold(((summary || ' '::text) || description))))) stored,
    doors_open_minutes integer,
    doors_close_minutes integer,
    reentries integer,
    constraint events_pkey PRIMARY KEY (org_id, event_id),
    constraint events_org_id_venue_id_fkey FOREIGN KEY (org_id, venue_id) REFERENCES ticketing.venues(org_id, venue_id),
    constraint events_org_id_venue_id_seating_plan_id_fkey FOREIGN KEY (org_id, venue_id, seating_plan_id) REFERENCES ticketing.seating_plans(org_id, venue_id, seating_plan_id),
    constraint events_check CHECK (((seating_plan_id IS NULL) OR (venue_id IS NOT NULL))),
    constraint events_check1 CHECK (((status = 'draft'::text) OR (published_at IS NOT NULL))),
    constraint events_check2 CHECK (((status <> 'on_sale'::text) OR (sale_opened_at IS NOT NULL))),
    constraint events_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    constraint events_description_check CHECK ((length(description) <= 20000)),
    constraint events_doors_close_minutes_check CHECK (((doors_close_minutes >= 0) AND (doors_close_minutes <= 43200))),
    constraint events_doors_open_minutes_check CHECK (((doors_open_minutes >= 0) AND (doors_open_minutes <= 43200))),
    constraint events_language_check CHECK ((language ~ '^[a-z]{2}$'::text)),
    constraint events_person_limit_check CHECK (((person_limit >= 1) AND (person_limit <= 1000))),
    constraint events_reentries_check CHECK (((reentries >= 0) AND (reentries <= 1000))),
    constraint events_sequence_check CHECK ((sequence >= 0)),
    constraint events_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'published'::text, 'on_sale'::text, 'paused'::text, 'postponed'::text, 'completed'::text, 'cancelled'::text]))),
    constraint events_summary_check CHECK ((length(summary) <= 500)),
    constraint events_title_check CHECK (((length(title) >= 1) AND (length(title) <= 200))),
    constraint events_version_check CHECK ((version >= 1)),
    constraint events_zone_check CHECK (((length(zone) >= 1) AND (length(zone) <= 64)))
);
alter table ticketing.events enable row level security;
alter table ticketing.events force row level security;
CREATE INDEX events_by_status ON ticketing.events USING btree (org_id, status, event_id) WHERE (deleted_at IS NULL);
CREATE INDEX events_by_venue ON ticketing.events USING btree (org_id, venue_id) WHERE (deleted_at IS NULL);
create policy everything on ticketing.events for all to balie_system using (true);
create policy tenant on ticketing.events for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on ticketing.events to balie_app;
grant select on ticketing.events to balie_reader;
grant select, insert, update, delete on ticketing.events to balie_system;

create table ticketing.history (
    org_id uuid not null,
    history_id uuid not null,
    event_id uuid not null,
    entity text not null,
    entity_id uuid not null,
    at timestamp with time zone not null,
    actor text not null,
    action text not null,
    from_status text,
    to_status text,
    reason text not null default ''::text,
    detail json,
    constraint history_pkey PRIMARY KEY (org_id, history_id),
    constraint history_org_id_event_id_fkey FOREIGN KEY (org_id, event_id) REFERENCES ticketing.events(org_id, event_id),
    constraint history_action_check CHECK (((length(action) >= 1) AND (length(action) <= 50))),
    constraint history_actor_check CHECK (((length(actor) >= 1) AND (length(actor) <= 200))),
    constraint history_entity_check CHECK ((entity = ANY (ARRAY['event'::text, 'slot'::text, 'zone'::text, 'ticket_type'::text]))),
    constraint history_reason_check CHECK ((length(reason) <= 500))
);
alter table ticketing.history enable row level security;
alter table ticketing.history force row level security;
CREATE INDEX history_by_event ON ticketing.history USING btree (org_id, event_id, at, history_id);
create policy everything on ticketing.history for all to balie_system using (true);
create policy tenant on ticketing.history for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert on ticketing.history to balie_app;
grant select on ticketing.history to balie_reader;
grant select, insert on ticketing.history to balie_system;

create table ticketing.seating_plans (
    org_id uuid not null,
    seating_plan_id uuid not null,
    venue_id uuid not null,
    name text not null,
    version integer not null default 1,
    created_at timestamp with time zone not null,
    constraint seating_plans_pkey PRIMARY KEY (org_id, seating_plan_id),
    constraint seating_plans_name_unique UNIQUE (org_id, venue_id, name),
    constraint seating_plans_of_venue UNIQUE (org_id, venue_id, seating_plan_id),
    constraint seating_plans_org_id_venue_id_fkey FOREIGN KEY (org_id, venue_id) REFERENCES ticketing.venues(org_id, venue_id),
    constraint seating_plans_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    constraint seating_plans_version_check CHECK ((version >= 1))
);
alter table ticketing.seating_plans enable row level security;
alter table ticketing.seating_plans force row level security;
create policy everything on ticketing.seating_plans for all to balie_system using (true);
create policy tenant on ticketing.seating_plans for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on ticketing.seating_plans to balie_app;
grant select on ticketing.seating_plans to balie_reader;
grant select, insert, update, delete on ticketing.seating_plans to balie_system;

create table ticketing.seats (
    org_id uuid not null,
    seating_plan_id uuid not null,
    seat integer not null,
    section text not null,
    row text not null,
    number text not null,
    label text not null,
    position integer not null,
    kind text not null default 'standard'::text,
    constraint seats_pkey PRIMARY KEY (org_id, seating_plan_id, seat),
    constraint seats_number_unique UNIQUE (org_id, seating_plan_id, section, "row", number),
    constraint seats_position_unique UNIQUE (org_id, seating_plan_id, section, "row", "position"),
    constraint seats_org_id_seating_plan_id_fkey FOREIGN KEY (org_id, seating_plan_id) REFERENCES ticketing.seating_plans(org_id, seating_plan_id),
    constraint seats_kind_check CHECK ((kind = ANY (ARRAY['standard'::text, 'wheelchair'::text, 'companion'::text]))),
    constraint seats_label_check CHECK (((length(label) >= 1) AND (length(label) <= 80))),
    constraint seats_number_check CHECK (((length(number) >= 1) AND (length(number) <= 10))),
    constraint seats_position_check CHECK (("position" >= 1)),
    constraint seats_row_check CHECK (((length("row") >= 1) AND (length("row") <= 10))),
    constraint seats_seat_check CHECK ((seat >= 1)),
    constraint seats_section_check CHECK (((length(section) >= 1) AND (length(section) <= 50)))
);
alter table ticketing.seats enable row level security;
alter table ticketing.seats force row level security;
create policy everything on ticketing.seats for all to balie_system using (true);
create policy tenant on ticketing.seats for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on ticketing.seats to balie_app;
grant select on ticketing.seats to balie_reader;
grant select, insert, update, delete on ticketing.seats to balie_system;

create table ticketing.slot_pools (
    org_id uuid not null,
    slot_id uuid not null,
    pool_id uuid not null,
    kind text not null,
    zone_id uuid,
    ticket_type_id uuid,
    constraint slot_pools_pkey PRIMARY KEY (org_id, slot_id, pool_id),
    constraint slot_pools_kind_unique UNIQUE NULLS NOT DISTINCT (org_id, slot_id, zone_id, ticket_type_id),
    constraint slot_pools_pool_unique UNIQUE (org_id, pool_id),
    constraint slot_pools_org_id_slot_id_fkey FOREIGN KEY (org_id, slot_id) REFERENCES ticketing.slots(org_id, slot_id),
    constraint slot_pools_org_id_ticket_type_id_fkey FOREIGN KEY (org_id, ticket_type_id) REFERENCES ticketing.ticket_types(org_id, ticket_type_id),
    constraint slot_pools_org_id_zone_id_fkey FOREIGN KEY (org_id, zone_id) REFERENCES ticketing.zones(org_id, zone_id),
    constraint slot_pools_check CHECK (((kind = 'slot'::text) = (pool_id = slot_id))),
    constraint slot_pools_check1 CHECK (((kind = 'zone'::text) = (zone_id IS NOT NULL))),
    constraint slot_pools_check2 CHECK (((kind = 'type'::text) = (ticket_type_id IS NOT NULL))),
    constraint slot_pools_kind_check CHECK ((kind = ANY (ARRAY['slot'::text, 'zone'::text, 'type'::text])))
);
alter table ticketing.slot_pools enable row level security;
alter table ticketing.slot_pools force row level security;
create policy everything on ticketing.slot_pools for all to balie_system using (true);
create policy tenant on ticketing.slot_pools for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on ticketing.slot_pools to balie_app;
grant select on ticketing.slot_pools to balie_reader;
grant select, insert, update, delete on ticketing.slot_pools to balie_system;

create table ticketing.slots (
    org_id uuid not null,
    slot_id uuid not null,
    event_id uuid not null,
    starts_local timestamp without time zone not null,
    ends_local timestamp without time zone not null,
    zone text not null,
    starts_at timestamp with time zone not null,
    ends_at timestamp with time zone not null,
    status text not null default 'scheduled'::text,
    first_starts_at timestamp with time zone,
    version integer not null default 1,
    constraint slots_pkey PRIMARY KEY (org_id, slot_id),
    constraint slots_of_event UNIQUE (org_id, event_id, slot_id),
    constraint slots_org_id_event_id_fkey FOREIGN KEY (org_id, event_id) REFERENCES ticketing.events(org_id, event_id),
    constraint slots_start_unique EXCLUDE USING btree (org_id WITH =, event_id WITH =, starts_local WITH =) WHERE ((status = 'scheduled'::text)) DEFERRABLE,
    constraint slots_check CHECK ((starts_local < ends_local)),
    constraint slots_check1 CHECK ((starts_at < ends_at)),
    constraint slots_status_check CHECK ((status = ANY (ARRAY['scheduled'::text, 'cancelled'::text]))),
    constraint slots_version_check CHECK ((version >= 1)),
    constraint slots_zone_check CHECK (((length(zone) >= 1) AND (length(zone) <= 64)))
);
alter table ticketing.slots enable row level security;
alter table ticketing.slots force row level security;
CREATE INDEX slots_by_start ON ticketing.slots USING btree (org_id, event_id, starts_at, slot_id);
create policy everything on ticketing.slots for all to balie_system using (true);
create policy tenant on ticketing.slots for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on ticketing.slots to balie_app;
grant select on ticketing.slots to balie_reader;
grant select, insert, update, delete on ticketing.slots to balie_system;

create table ticketing.ticket_history (
    org_id uuid not null,
    ticket_id uuid not null,
    step kernel.ordinal not null,
    at timestamp with time zone not null,
    actor kernel.actor not null,
    action ticketing.step_action not null,
    from_status text,
    to_status text not null,
    serial integer not null,
    reason kernel.remark not null default ''::text,
    constraint ticket_history_pkey PRIMARY KEY (org_id, ticket_id, step)
);
alter table ticketing.ticket_history enable row level security;
alter table ticketing.ticket_history force row level security;
create policy everything on ticketing.ticket_history for all to balie_system using (true);
create policy tenant on ticketing.ticket_history for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert on ticketing.ticket_history to balie_app;
grant select on ticketing.ticket_history to balie_reader;
grant select, insert on ticketing.ticket_history to balie_system;

create table ticketing.ticket_keys (
    org_id uuid not null,
    key_number integer not null,
    pkcs8 bytea not null,
    created_at timestamp with time zone not null,
    signs_from timestamp with time zone not null,
    revoked_at timestamp with time zone,
    constraint ticket_keys_pkey PRIMARY KEY (org_id, key_number),
    constraint ticket_keys_key_number_check CHECK (((key_number >= 1) AND (key_number <= 65535)))
);
alter table ticketing.ticket_keys enable row level security;
alter table ticketing.ticket_keys force row level security;
create policy everything on ticketing.ticket_keys for all to balie_system using (true);
create policy tenant on ticketing.ticket_keys for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update on ticketing.ticket_keys to balie_app;
grant select, insert, update on ticketing.ticket_keys to balie_system;

create table ticketing.ticket_transfers (
    org_id uuid not null,
    transfer_id uuid not null,
    ticket_id uuid not null,
    from_name text not null,
    from_email text not null,
    to_email text not null,
    to_name text,
    status text not null,
    offered_at timestamp with time zone not null,
    expires_at timestamp with time zone not null,
    ended_at timestamp with time zone,
    constraint ticket_transfers_pkey PRIMARY KEY (org_id, transfer_id),
    constraint ticket_transfers_org_id_ticket_id_fkey FOREIGN KEY (org_id, ticket_id) REFERENCES ticketing.tickets(org_id, ticket_id),
    constraint ticket_transfers_check CHECK (((status = 'offered'::text) = (ended_at IS NULL))),
    constraint ticket_transfers_check1 CHECK (((status <> 'accepted'::text) OR (to_name IS NOT NULL))),
    constraint ticket_transfers_status_check CHECK ((status = ANY (ARRAY['offered'::text, 'accepted'::text, 'declined'::text, 'withdrawn'::text, 'lapsed'::text]))),
    constraint ticket_transfers_to_email_check CHECK (((length(to_email) >= 3) AND (length(to_email) <= 254)))
);
alter table ticketing.ticket_transfers enable row level security;
alter table ticketing.ticket_transfers force row level security;
CREATE INDEX ticket_transfers_by_ticket ON ticketing.ticket_transfers USING btree (org_id, ticket_id, transfer_id);
CREATE UNIQUE INDEX ticket_transfers_open_unique ON ticketing.ticket_transfers USING btree (org_id, ticket_id) WHERE (status = 'offered'::text);
create policy everything on ticketing.ticket_transfers for all to balie_system using (true);
create policy tenant on ticketing.ticket_transfers for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update on ticketing.ticket_transfers to balie_app;
grant select on ticketing.ticket_transfers to balie_reader;
grant select, insert, update on ticketing.ticket_transfers to balie_system;

create table ticketing.ticket_types (
    org_id uuid not null,
    ticket_type_id uuid not null,
    event_id uuid not null,
    zone_id uuid,
    name text not null,
    description text not null default ''::text,
    price_minor bigint not null,
    currency character(3) not null,
    cap integer,
    on_sale_from timestamp with time zone,
    on_sale_until timestamp with time zone,
    min_per_order integer not null default 1,
    max_per_order integer not null default 10,
    position integer not null,
    withdrawn_at timestamp with time zone,
    hidden boolean not null default false,
    constraint ticket_types_pkey PRIMARY KEY (org_id, ticket_type_id),
    constraint ticket_types_of_event UNIQUE (org_id, event_id, ticket_type_id),
    constraint ticket_types_org_id_event_id_fkey FOREIGN KEY (org_id, event_id) REFERENCES ticketing.events(org_id, event_id),
    constraint ticket_types_org_id_event_id_zone_id_fkey FOREIGN KEY (org_id, event_id, zone_id) REFERENCES ticketing.zones(org_id, event_id, zone_id),
    constraint ticket_types_cap_check CHECK (((cap >= 0) AND (cap <= 1000000))),
    constraint ticket_types_check CHECK ((min_per_order <= max_per_order)),
    constraint ticket_types_check1 CHECK ((on_sale_from < on_sale_until)),
    constraint ticket_types_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    constraint ticket_types_description_check CHECK ((length(description) <= 500)),
    constraint ticket_types_max_per_order_check CHECK (((max_per_order >= 1) AND (max_per_order <= 1000))),
    constraint ticket_types_min_per_order_check CHECK (((min_per_order >= 1) AND (min_per_order <= 1000))),
    constraint ticket_types_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
    constraint ticket_types_position_check CHECK (("position" >= 1)),
    constraint ticket_types_price_minor_check CHECK (((price_minor >= 0) AND (price_minor <= 100000000)))
);
alter table ticketing.ticket_types enable row level security;
alter table ticketing.ticket_types force row level security;
CREATE UNIQUE INDEX ticket_types_name_unique ON ticketing.ticket_types USING btree (org_id, event_id, name) WHERE (withdrawn_at IS NULL);
create policy everything on ticketing.ticket_types for all to balie_system using (true);
create policy tenant on ticketing.ticket_types for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on ticketing.ticket_types to balie_app;
grant select on ticketing.ticket_types to balie_reader;
grant select, insert, update, delete on ticketing.ticket_types to balie_system;

create table ticketing.tickets (
    org_id uuid not null,
    ticket_id uuid not null,
    booking_id uuid not null,
    line kernel.small_ordinal not null,
    position kernel.ordinal not null,
    number ticketing.ticket_number not null,
    event_id uuid not null,
    slot_id uuid not null,
    ticket_type_id uuid not null,
    type_name text not null,
    zone_id uuid,
    seat integer,
    seat_label text,
    price_minor kernel.amount not null,
    currency character(3) not null,
    user_id uuid,
    holder_name kernel.person_name not null default ''::text,
    holder_email text not null default ''::text,
    status ticketing.ticket_status not null,
    serial ticketing.ticket_serial not null default 1,
    code ticketing.ticket_code not null,
    secret ticketing.ticket_secret not null,
    issued_at timestamp with time zone not null,
    updated_at timestamp with time zone not null,
    holder_email_folded text generated always as (NULLIF(lower(holder_email), ''::text)) stored,
    constraint tickets_pkey PRIMARY KEY (org_id, ticket_id),
    constraint tickets_number_unique UNIQUE (org_id, number),
    constraint tickets_position_unique UNIQUE (org_id, booking_id, "position"),
    constraint tickets_check CHECK (((seat IS NULL) = (seat_label IS NULL))),
    constraint tickets_holder_email_check CHECK ((length(holder_email) <= 254))
);
alter table ticketing.tickets enable row level security;
alter table ticketing.tickets force row level security;
CREATE INDEX tickets_by_email ON ticketing.tickets USING btree (org_id, holder_email_folded) WHERE (holder_email_folded IS NOT NULL);
CREATE INDEX tickets_by_slot ON ticketing.tickets USING btree (org_id, slot_id, ticket_id);
CREATE INDEX tickets_by_user ON ticketing.tickets USING btree (org_id, user_id, ticket_id) WHERE (user_id IS NOT NULL);
CREATE UNIQUE INDEX tickets_seat_unique ON ticketing.tickets USING btree (org_id, slot_id, seat) WHERE ((seat IS NOT NULL) AND ((status)::text = ANY (ARRAY['issued'::text, 'checked_in'::text, 'transferred'::text, 'listed'::text])));
create policy everything on ticketing.tickets for all to balie_system using (true);
create policy tenant on ticketing.tickets for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update on ticketing.tickets to balie_app;
grant select, insert, update on ticketing.tickets to balie_system;

create table ticketing.venues (
    org_id uuid not null,
    venue_id uuid not null,
    name text not null,
    street text not null default ''::text,
    postal_code text not null default ''::text,
    city text not null default ''::text,
    country text not null,
    zone text not null,
    version integer not null default 1,
    created_at timestamp with time zone not null,
    updated_at timestamp with time zone not null,
    deleted_at timestamp with time zone,
    search tsvector not null generated always as (to_tsvector('simple'::regconfig, ticketing.fold(((name || ' '::text) || city)))) stored,
    constraint venues_pkey PRIMARY KEY (org_id, venue_id),
    constraint venues_city_check CHECK ((length(city) <= 100)),
    constraint venues_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
    constraint venues_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    constraint venues_postal_code_check CHECK ((length(postal_code) <= 20)),
    constraint venues_street_check CHECK ((length(street) <= 200)),
    constraint venues_version_check CHECK ((version >= 1)),
    constraint venues_zone_check CHECK (((length(zone) >= 1) AND (length(zone) <= 64)))
);
alter table ticketing.venues enable row level security;
alter table ticketing.venues force row level security;
CREATE INDEX venues_by_age ON ticketing.venues USING btree (org_id, created_at, venue_id) WHERE (deleted_at IS NULL);
create policy everything on ticketing.venues for all to balie_system using (true);
create policy tenant on ticketing.venues for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on ticketing.venues to balie_app;
grant select on ticketing.venues to balie_reader;
grant select, insert, update, delete on ticketing.venues to balie_system;

create table ticketing.waiting_entries (
    org_id uuid not null,
    entry_id uuid not null,
    event_id uuid not null,
    slot_id uuid not null,
    ticket_type_id uuid not null,
    quantity integer not null,
    user_id uuid,
    name text not null,
    email text not null,
    status text not null,
    booking_id uuid,
    offered_at timestamp with time zone,
    expires_at timestamp with time zone,
    joined_at timestamp with time zone not null,
    updated_at timestamp with time zone not null,
    constraint waiting_entries_pkey PRIMARY KEY (org_id, entry_id),
    constraint waiting_entries_booking_unique UNIQUE (org_id, booking_id),
    constraint waiting_entries_org_id_event_id_slot_id_fkey FOREIGN KEY (org_id, event_id, slot_id) REFERENCES ticketing.slots(org_id, event_id, slot_id),
    constraint waiting_entries_org_id_event_id_ticket_type_id_fkey FOREIGN KEY (org_id, event_id, ticket_type_id) REFERENCES ticketing.ticket_types(org_id, event_id, ticket_type_id),
    constraint waiting_entries_check CHECK (((status <> 'waiting'::text) OR (booking_id IS NULL))),
    constraint waiting_entries_check1 CHECK (((status <> ALL (ARRAY['offered'::text, 'accepted'::text, 'lapsed'::text])) OR (booking_id IS NOT NULL))),
    constraint waiting_entries_check2 CHECK (((booking_id IS NULL) = (offered_at IS NULL))),
    constraint waiting_entries_check3 CHECK (((booking_id IS NULL) = (expires_at IS NULL))),
    constraint waiting_entries_email_check CHECK (((length(email) >= 3) AND (length(email) <= 254))),
    constraint waiting_entries_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    constraint waiting_entries_quantity_check CHECK (((quantity >= 1) AND (quantity <= 1000))),
    constraint waiting_entries_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'offered'::text, 'accepted'::text, 'lapsed'::text, 'left'::text])))
);
alter table ticketing.waiting_entries enable row level security;
alter table ticketing.waiting_entries force row level security;
CREATE INDEX waiting_entries_by_event ON ticketing.waiting_entries USING btree (org_id, event_id, joined_at, entry_id);
CREATE UNIQUE INDEX waiting_entries_person_unique ON ticketing.waiting_entries USING btree (org_id, slot_id, ticket_type_id, lower(email)) WHERE (status = ANY (ARRAY['waiting'::text, 'offered'::text]));
CREATE INDEX waiting_entries_queue ON ticketing.waiting_entries USING btree (org_id, event_id, joined_at, entry_id) WHERE (status = 'waiting'::text);
create policy everything on ticketing.waiting_entries for all to balie_system using (true);
create policy tenant on ticketing.waiting_entries for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update on ticketing.waiting_entries to balie_app;
grant select on ticketing.waiting_entries to balie_reader;
grant select, insert, update on ticketing.waiting_entries to balie_system;

create table ticketing.zones (
    org_id uuid not null,
    zone_id uuid not null,
    event_id uuid not null,
    name text not null,
    capacity integer not null,
    sections text[],
    constraint zones_pkey PRIMARY KEY (org_id, zone_id),
    constraint zones_name_unique UNIQUE (org_id, event_id, name),
    constraint zones_of_event UNIQUE (org_id, event_id, zone_id),
    constraint zones_org_id_event_id_fkey FOREIGN KEY (org_id, event_id) REFERENCES ticketing.events(org_id, event_id),
    constraint zones_capacity_check CHECK (((capacity >= 0) AND (capacity <= 1000000))),
    constraint zones_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
    constraint zones_sections_check CHECK (((cardinality(sections) >= 1) AND (cardinality(sections) <= 100)))
);
alter table ticketing.zones enable row level security;
alter table ticketing.zones force row level security;
create policy everything on ticketing.zones for all to balie_system using (true);
create policy tenant on ticketing.zones for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on ticketing.zones to balie_app;
grant select on ticketing.zones to balie_reader;
grant select, insert, update, delete on ticketing.zones to balie_system;
