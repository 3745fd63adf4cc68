-- A person's cart has the person's id; a guest's is named by a hash of the token that opens it. So two tabs that put their first lines in at
-- once make the same cart.
create table orders.carts (
    org_id       uuid not null,
    cart_id      uuid not null,
    user_id      uuid,
    merged_into  uuid,
    created_at   timestamptz not null,
    primary key (org_id, cart_id),
    check (user_id is null or (user_id = cart_id and merged_into is null))
);
create index carts_merged on orders.carts (org_id, merged_into) where merged_into is not null;
create index carts_by_age on orders.carts (created_at) where user_id is null;
call kernel.protect('orders.carts');

-- One line is one hold of the same id. Written with the hold, in the transaction of whoever holds: no foreign keys, one insert. A line
-- whose order is set was checked out, and one that was added meanwhile stays in the cart.
create table orders.cart_lines (
    org_id        uuid not null,
    line_id       uuid not null,
    cart_id       uuid not null,
    kind          text not null check (length(kind) between 1 and 50),
    wish          jsonb not null,
    amount_minor  bigint not null check (amount_minor >= 0),
    currency      char(3) not null,
    extended_at   timestamptz,
    order_id      uuid,
    created_at    timestamptz not null,
    primary key (org_id, line_id)
);
create index cart_lines_open on orders.cart_lines (org_id, cart_id) where order_id is null;
create index cart_lines_by_age on orders.cart_lines (created_at);
call kernel.protect('orders.cart_lines');

-- A limited voucher's uses are units of an Inventory pool of the same id.
create table orders.vouchers (
    org_id              uuid not null,
    voucher_id          uuid not null,
    code                text not null check (code = upper(code) and length(code) between 4 and 40),
    kind                text not null check (kind in ('percentage', 'amount', 'unlock', 'gift')),
    share_basis_points  integer check (share_basis_points between 1 and 10000),
    amount_minor        bigint check (amount_minor > 0),
    cap_minor           bigint check (cap_minor > 0),
    balance_minor       bigint check (balance_minor between 0 and amount_minor),
    currency            char(3) not null,
    max_uses            integer check (max_uses between 1 and 1000000),
    offer_ids           uuid[],
    valid_from          timestamptz,
    valid_until         timestamptz,
    withdrawn_at        timestamptz,
    actor               text not null check (length(actor) between 1 and 200),
    created_at          timestamptz not null,
    primary key (org_id, voucher_id),
    constraint vouchers_code_unique unique (org_id, code),
    check ((kind = 'percentage') = (share_basis_points is not null)),
    check ((kind in ('amount', 'gift')) = (amount_minor is not null)),
    check (cap_minor is null or kind = 'percentage'),
    check ((kind = 'gift') = (balance_minor is not null)),
    check (kind <> 'unlock' or cardinality(offer_ids) > 0),
    check (valid_until > valid_from)
);
call kernel.protect('orders.vouchers');
revoke delete on orders.vouchers from balie_app, balie_system;

-- A use of a voucher, first by a cart and then by its order. Its id is the holder of the claim on the voucher's pool.
create table orders.voucher_uses (
    org_id       uuid not null,
    use_id       uuid not null,
    voucher_id   uuid not null,
    cart_id      uuid,
    order_id     uuid,
    ended_at     timestamptz,
    created_at   timestamptz not null,
    primary key (org_id, use_id),
    check (cart_id is not null or order_id is not null)
);
create unique index voucher_uses_cart on orders.voucher_uses (org_id, cart_id, voucher_id) where order_id is null and ended_at is null;
create unique index voucher_uses_order on orders.voucher_uses (org_id, order_id, voucher_id) where order_id is not null;
create index voucher_uses_by_age on orders.voucher_uses (created_at);
call kernel.protect('orders.voucher_uses');
