-- Money that goes back. A decided one, or one because a seller cannot deliver, reverses sales and has a credit note; a surplus, or money
-- that came too late, was never a sale. amount_minor goes back through the provider, settled_minor to vouchers or by hand.
create table orders.refunds (
    org_id         uuid not null,
    refund_id      uuid not null,
    order_id       uuid not null,
    kind           text not null check (kind in ('decided', 'called_off', 'surplus', 'too_late')),
    status         text not null check (status in ('proposed', 'declined', 'requested', 'submitted', 'succeeded', 'failed', 'reversed')),
    amount_minor   bigint not null check (amount_minor >= 0),
    settled_minor  bigint not null default 0 check (settled_minor >= 0),
    currency       char(3) not null,
    reason         text not null default '' check (length(reason) <= 500),
    failure        text not null default '' check (length(failure) <= 500),
    requested_by   text not null check (length(requested_by) between 1 and 200),
    requested_at   timestamptz not null,
    decided_by     text check (length(decided_by) between 1 and 200),
    decided_at     timestamptz,
    updated_at     timestamptz not null,
    primary key (org_id, refund_id),
    foreign key (org_id, order_id) references orders.orders,
    check (amount_minor + settled_minor > 0),
    check ((decided_by is null) = (decided_at is null))
);
create index refunds_by_order on orders.refunds (org_id, order_id);
create index refunds_open on orders.refunds (org_id, requested_at) where status in ('proposed', 'failed');
call kernel.protect('orders.refunds');
revoke delete on orders.refunds from balie_app, balie_system;

-- What of the order's lines a refund gives back. Units are those that were named; the amount is what the line loses, VAT included.
create table orders.refund_lines (
    org_id        uuid not null,
    refund_id     uuid not null,
    line_id       uuid not null,
    quantity      integer not null check (quantity >= 0),
    amount_minor  bigint not null,
    unit_ids      uuid[] not null default '{}',
    primary key (org_id, refund_id, line_id),
    foreign key (org_id, refund_id) references orders.refunds,
    foreign key (org_id, line_id) references orders.order_lines
);
create index refund_lines_by_line on orders.refund_lines (org_id, line_id);
call kernel.protect('orders.refund_lines');
revoke update, delete on orders.refund_lines from balie_app, balie_system;

-- The last number of each series. Taken under this row's lock, at the end of the transaction that uses it: no number is ever missing.
create table orders.counters (
    org_id  uuid not null,
    series  text not null check (series in ('invoice', 'credit_note')),
    last    bigint not null check (last >= 1),
    primary key (org_id, series)
);
call kernel.protect('orders.counters');
revoke delete on orders.counters from balie_app, balie_system;

-- Documents as they were issued, complete in themselves, never changed. A credit note has negative amounts and names what it corrects.
create table orders.invoices (
    org_id       uuid not null,
    series       text not null check (series in ('invoice', 'credit_note')),
    number       bigint not null check (number >= 1),
    order_id     uuid not null,
    refund_id    uuid,
    corrects     bigint,
    issued_at    timestamptz not null,
    buyer_name   text not null,
    buyer_email  text not null,
    lines        jsonb not null,
    vat          jsonb not null,
    total_minor  bigint not null,
    currency     char(3) not null,
    primary key (org_id, series, number),
    foreign key (org_id, order_id) references orders.orders,
    foreign key (org_id, refund_id) references orders.refunds,
    check ((series = 'credit_note') = (refund_id is not null and corrects is not null)),
    check ((series = 'invoice') = (total_minor >= 0))
);
create unique index invoices_one_per_order on orders.invoices (org_id, order_id) where series = 'invoice';
create unique index invoices_one_per_refund on orders.invoices (org_id, refund_id) where refund_id is not null;
create index invoices_by_order on orders.invoices (org_id, order_id);
call kernel.protect('orders.invoices');
revoke update, delete on orders.invoices from balie_app, balie_system;
