-- How much of what was paid goes back to whoever gives it back, and until when: for an organisation, or for one of its events. The nil id
-- stands for the whole organisation. Every change is a new version; the newest applies.
create table orders.refund_policies (
    org_id      uuid not null,
    subject_id  uuid not null,
    version     integer not null check (version >= 1),
    changed_at  timestamptz not null,
    actor       text not null check (length(actor) between 1 and 200),
    rules       jsonb not null,
    primary key (org_id, subject_id, version)
);
call kernel.protect('orders.refund_policies');
revoke update, delete on orders.refund_policies from balie_app, balie_system;

-- Kept is what the rules let the seller keep of what was given back; flat is the part of it that is charged once per order. Paid is what
-- providers have paid out: a refund of several payments has several parts. One that failed and was tried again is cancelled, and its
-- successor has no lines: the sale was reversed already. One made by hand at a provider reverses no sale.
alter table orders.refunds
    add column terms       text not null default 'full' check (terms in ('policy', 'full', 'sum')),
    add column restock     boolean not null default true,
    add column kept_minor  bigint not null default 0 check (kept_minor >= 0),
    add column flat_minor  bigint not null default 0 check (flat_minor between 0 and kept_minor),
    add column paid_minor  bigint not null default 0 check (paid_minor >= 0),
    add column run_id      uuid,
    add column replaces    uuid,
    drop constraint refunds_kind_check,
    add constraint refunds_kind_check check (kind in ('decided', 'called_off', 'surplus', 'too_late', 'by_hand')),
    drop constraint refunds_status_check,
    add constraint refunds_status_check check (
        status in ('proposed', 'declined', 'requested', 'submitted', 'succeeded', 'failed', 'cancelled', 'reversed')),
    add constraint refunds_replaced_once unique (org_id, replaces),
    add foreign key (org_id, replaces) references orders.refunds;
create index refunds_by_age on orders.refunds (org_id, requested_at, refund_id);
create unique index refunds_once_per_run on orders.refunds (org_id, run_id, order_id) where run_id is not null;

alter table orders.refund_lines
    add column kept_minor bigint not null default 0 check (kept_minor >= 0),
    add check (amount_minor >= 0);

-- Every state a refund was ever in. Rows are only ever added.
create table orders.refund_history (
    org_id       uuid not null,
    refund_id    uuid not null,
    step         smallint not null check (step >= 1),
    at           timestamptz not null,
    actor        text not null check (length(actor) between 1 and 200),
    from_status  text not null,
    to_status    text not null,
    reason       text not null default '' check (length(reason) <= 500),
    primary key (org_id, refund_id, step),
    foreign key (org_id, refund_id) references orders.refunds
);
call kernel.protect('orders.refund_history');
revoke update, delete on orders.refund_history from balie_app, balie_system;

-- Everybody's money back, because something does not take place: the subject, or with a part one date of it (the nil id is all of it). A
-- run stays open for a while after its last order, because one may be confirmed late.
create table orders.refund_runs (
    org_id      uuid not null,
    run_id      uuid not null,
    subject_id  uuid not null,
    part_id     uuid not null,
    reason      text not null check (length(reason) <= 500),
    actor       text not null check (length(actor) between 1 and 200),
    started_at  timestamptz not null,
    looked_at   timestamptz,
    closes_at   timestamptz not null,
    primary key (org_id, run_id),
    constraint refund_runs_once unique (org_id, subject_id, part_id)
);
create index refund_runs_open on orders.refund_runs (closes_at);
call kernel.protect('orders.refund_runs');
revoke delete on orders.refund_runs from balie_app, balie_system;

-- Without a key to its order: an insert would wait for whoever has that order locked, and hold up all the others.
create table orders.refund_run_orders (
    org_id        uuid not null,
    run_id        uuid not null,
    order_id      uuid not null,
    state         text not null check (state in ('waiting', 'done', 'failed')),
    outcome       text not null default '' check (outcome in ('', 'refunded', 'cancelled', 'nothing')),
    amount_minor  bigint not null default 0 check (amount_minor >= 0),
    currency      char(3) not null,
    problem       text not null default '' check (length(problem) <= 500),
    updated_at    timestamptz not null,
    primary key (org_id, run_id, order_id),
    foreign key (org_id, run_id) references orders.refund_runs
);
create index refund_run_orders_waiting on orders.refund_run_orders (org_id, run_id, order_id) where state = 'waiting';
call kernel.protect('orders.refund_run_orders');
revoke delete on orders.refund_run_orders from balie_app, balie_system;

-- Who sells, as the law wants it on invoices. Every change is a new version; an invoice keeps a copy of the one it was issued under.
create table orders.invoice_settings (
    org_id      uuid not null,
    version     integer not null check (version >= 1),
    changed_at  timestamptz not null,
    actor       text not null check (length(actor) between 1 and 200),
    sheet       jsonb not null,
    primary key (org_id, version)
);
call kernel.protect('orders.invoice_settings');
revoke update, delete on orders.invoice_settings from balie_app, balie_system;

alter table orders.invoices
    add column shown      text not null check (length(shown) between 1 and 40),
    add column reference  text not null,
    add column locale     text not null check (locale in ('nl', 'en')),
    add column seller     jsonb not null,
    add constraint invoices_shown_unique unique (org_id, shown);
create index invoices_by_age on orders.invoices (org_id, issued_at, (coalesce(refund_id, order_id)));
