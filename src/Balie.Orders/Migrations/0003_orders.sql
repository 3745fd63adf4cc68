-- Every change to an order, its payments and its refunds begins by locking this row. The amounts are counters of what happened; what an
-- order looks like by them is worked out, never stored.
create table orders.orders (
    org_id              uuid not null,
    order_id            uuid not null,
    reference           text not null check (length(reference) between 6 and 20),
    status              text not null check (status in ('awaiting_payment', 'confirmed', 'completed', 'expired', 'cancelled')),
    on_hold             text not null default '' check (length(on_hold) <= 500),
    user_id             uuid,
    buyer_name          text not null check (length(buyer_name) <= 200),
    buyer_email         text not null check (length(buyer_email) between 3 and 254),
    locale              text not null check (locale in ('nl', 'en')),
    total_minor         bigint not null check (total_minor >= 0),
    currency            char(3) not null,
    settled_minor       bigint not null default 0 check (settled_minor >= 0),
    authorised_minor    bigint not null default 0 check (authorised_minor >= 0),
    captured_minor      bigint not null default 0 check (captured_minor >= 0),
    refunded_minor      bigint not null default 0 check (refunded_minor >= 0),
    charged_back_minor  bigint not null default 0 check (charged_back_minor >= 0),
    capture_later       boolean not null,
    expires_at          timestamptz,
    confirmed_at        timestamptz,
    created_at          timestamptz not null,
    updated_at          timestamptz not null,
    primary key (org_id, order_id),
    constraint orders_reference_unique unique (org_id, reference),
    check ((status = 'awaiting_payment') = (expires_at is not null)),
    check (status not in ('confirmed', 'completed') or confirmed_at is not null)
);
create index orders_by_user on orders.orders (org_id, user_id, order_id) where user_id is not null;
create index orders_by_email on orders.orders (org_id, lower(buyer_email), created_at);
create index orders_by_age on orders.orders (org_id, created_at, order_id);
create index orders_awaiting on orders.orders (expires_at) where status = 'awaiting_payment';
call kernel.protect('orders.orders');
revoke delete on orders.orders from balie_app, balie_system;

-- Which holds an order is made of; a hold belongs to one order for ever. The subject is what a refund of everybody finds them by.
create table orders.order_holds (
    org_id      uuid not null,
    hold_id     uuid not null,
    order_id    uuid not null,
    kind        text not null,
    subject_id  uuid not null,
    part_id     uuid not null,
    starts_at   timestamptz,
    primary key (org_id, hold_id),
    foreign key (org_id, order_id) references orders.orders
);
create index order_holds_by_order on orders.order_holds (org_id, order_id);
create index order_holds_by_subject on orders.order_holds (org_id, subject_id, order_id);
call kernel.protect('orders.order_holds');
revoke update, delete on orders.order_holds from balie_app, balie_system;

-- Prices are those of the moment of ordering. Lines are never changed: what changes later is a document of its own.
create table orders.order_lines (
    org_id            uuid not null,
    line_id           uuid not null,
    order_id          uuid not null,
    position          smallint not null check (position >= 1),
    type              text not null check (type in ('item', 'fee', 'discount')),
    kind              text not null,
    hold_id           uuid,
    hold_line         integer,
    offer_id          uuid,
    voucher_id        uuid,
    title             text not null,
    detail            text not null,
    name              text not null,
    quantity          integer not null check (quantity >= 1),
    unit_minor        bigint not null,
    amount_minor      bigint not null,
    vat_basis_points  integer not null check (vat_basis_points between 0 and 10000),
    primary key (org_id, line_id),
    unique (org_id, order_id, position),
    foreign key (org_id, order_id) references orders.orders,
    check (amount_minor = quantity * unit_minor),
    check ((type = 'discount') = (amount_minor < 0) or amount_minor = 0),
    check ((type = 'item') = (hold_id is not null and hold_line is not null and offer_id is not null)),
    check ((type = 'discount') = (voucher_id is not null))
);
call kernel.protect('orders.order_lines');
revoke update, delete on orders.order_lines from balie_app, balie_system;

-- Every state an order was ever in, and what staff should know of in between (then both are the same). Rows are only ever added.
create table orders.order_history (
    org_id       uuid not null,
    order_id     uuid not null,
    step         smallint not null check (step >= 1),
    at           timestamptz not null,
    actor        text not null check (length(actor) between 1 and 200),
    triggered_by text not null check (triggered_by in ('shopper', 'staff', 'payment', 'clock')),
    from_status  text not null,
    to_status    text not null,
    reason       text not null default '' check (length(reason) <= 500),
    primary key (org_id, order_id, step),
    foreign key (org_id, order_id) references orders.orders
);
call kernel.protect('orders.order_history');
revoke update, delete on orders.order_history from balie_app, balie_system;

-- What covers an order besides payments at a provider: gift vouchers, and money that staff took themselves. One ends with an order that
-- dies unpaid; what a refund gives back of it later is a counter. The order's settled_minor is the sum of those that did not end.
create table orders.settlements (
    org_id            uuid not null,
    settlement_id     uuid not null,
    order_id          uuid not null,
    means             text not null check (means in ('gift_voucher', 'outside')),
    voucher_id        uuid,
    amount_minor      bigint not null check (amount_minor > 0),
    given_back_minor  bigint not null default 0 check (given_back_minor between 0 and amount_minor),
    actor             text not null check (length(actor) between 1 and 200),
    reason            text not null default '' check (length(reason) <= 500),
    created_at        timestamptz not null,
    ended_at          timestamptz,
    primary key (org_id, settlement_id),
    foreign key (org_id, order_id) references orders.orders,
    foreign key (org_id, voucher_id) references orders.vouchers,
    check ((means = 'gift_voucher') = (voucher_id is not null)),
    check (ended_at is null or given_back_minor = 0)
);
create index settlements_by_order on orders.settlements (org_id, order_id);
create index settlements_by_voucher on orders.settlements (org_id, voucher_id) where voucher_id is not null;
call kernel.protect('orders.settlements');
revoke delete on orders.settlements from balie_app, balie_system;
