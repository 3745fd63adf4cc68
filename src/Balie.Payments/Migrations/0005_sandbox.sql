-- The provider that is built in, for trying things out. These tables are its own: the rest of the module speaks to it as to any other.
create table payments.sandbox_payments (
    org_id           uuid not null,
    payment_ref      text not null check (payment_ref ~ '^sp_[a-z0-9]{24}$'),
    account_id       uuid not null,
    attempt_id       uuid not null,
    order_reference  text not null,
    description      text not null,
    locale           text not null,
    amount_minor     bigint not null check (amount_minor > 0),
    currency         char(3) not null,
    capture_later    boolean not null,
    status           text not null check (status in (
        'open', 'pending', 'authorised', 'paid', 'failed', 'cancelled', 'expired', 'voided', 'charged_back')),
    method           text,
    captured_minor   bigint not null default 0 check (captured_minor between 0 and amount_minor),
    charged_back_minor bigint not null default 0 check (charged_back_minor between 0 and captured_minor),
    settles_at       timestamptz,
    return_url       text not null,
    cancel_url       text not null,
    expires_at       timestamptz not null,
    created_at       timestamptz not null,
    primary key (org_id, payment_ref),
    foreign key (org_id, account_id) references payments.accounts
);
create index sandbox_payments_by_ref on payments.sandbox_payments (payment_ref);
call kernel.protect('payments.sandbox_payments');

create table payments.sandbox_refunds (
    org_id        uuid not null,
    refund_ref    text not null check (refund_ref ~ '^sr_[a-z0-9]{24}$'),
    payment_ref   text not null,
    refund_id     uuid not null,
    amount_minor  bigint not null check (amount_minor > 0),
    status        text not null check (status in ('pending', 'refunded', 'failed')),
    settles_at    timestamptz,
    created_at    timestamptz not null,
    primary key (org_id, refund_ref),
    foreign key (org_id, payment_ref) references payments.sandbox_payments
);
create index sandbox_refunds_by_payment on payments.sandbox_refunds (org_id, payment_ref);
call kernel.protect('payments.sandbox_refunds');

-- What was answered under an idempotency key.
create table payments.sandbox_answers (
    org_id      uuid not null,
    account_id  uuid not null,
    key         text not null check (length(key) between 1 and 100),
    reference   text not null,
    created_at  timestamptz not null,
    primary key (org_id, account_id, key)
);
call kernel.protect('payments.sandbox_answers');

-- Webhooks that the sandbox is to post, or has.
create table payments.sandbox_deliveries (
    org_id        uuid not null,
    delivery_id   uuid not null,
    account_id    uuid not null,
    body          text not null,
    due_at        timestamptz,
    tries         integer not null default 0,
    delivered_at  timestamptz,
    answer        text not null default '' check (length(answer) <= 200),
    created_at    timestamptz not null,
    primary key (org_id, delivery_id),
    foreign key (org_id, account_id) references payments.accounts
);
create index sandbox_deliveries_due on payments.sandbox_deliveries (due_at) where due_at is not null;
call kernel.protect('payments.sandbox_deliveries');
