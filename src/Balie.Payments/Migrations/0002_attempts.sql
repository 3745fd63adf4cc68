-- An organisation's contracts with payment providers. Their settings hold keys, so they are sealed as a whole (AES-GCM).
create table payments.accounts (
    org_id      uuid not null,
    account_id  uuid not null,
    provider    text not null check (provider ~ '^[a-z]{2,20}$'),
    name        text not null check (length(name) between 1 and 100),
    is_live     boolean not null,
    is_enabled  boolean not null,
    position    integer not null check (position >= 0),
    settings    bytea not null check (length(settings) between 33 and 20000),
    version     integer not null default 1,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    deleted_at  timestamptz,
    primary key (org_id, account_id),
    constraint accounts_sandbox_is_for_trying check (provider <> 'sandbox' or not is_live)
);
create unique index accounts_one_sandbox on payments.accounts (org_id) where provider = 'sandbox' and deleted_at is null;
-- A webhook's address names the account alone.
create index accounts_by_id on payments.accounts (account_id);
call kernel.protect('payments.accounts');
revoke delete on payments.accounts from balie_app, balie_system;

-- How a buyer may pay, in the order in which it is shown.
create table payments.methods (
    org_id      uuid not null,
    account_id  uuid not null,
    method      text not null check (method ~ '^[a-z0-9_]{1,40}$'),
    label       text not null check (length(label) between 1 and 60),
    position    integer not null check (position >= 0),
    is_enabled  boolean not null,
    primary key (org_id, account_id, method),
    foreign key (org_id, account_id) references payments.accounts
);
call kernel.protect('payments.methods');

-- One payment at a provider, or the intention to make one: account and reference are known once the buyer opens the page. Some providers
-- have a name for their page (provider_ref) and later another for the payment itself (payment_ref).
create table payments.attempts (
    org_id              uuid not null,
    attempt_id          uuid not null,
    order_id            uuid not null,
    order_reference     text not null check (order_reference ~ '^[A-Za-z0-9]{1,40}$'),
    description         text not null check (length(description) between 1 and 200),
    locale              text not null check (length(locale) between 2 and 10),
    amount_minor        bigint not null check (amount_minor > 0),
    currency            char(3) not null,
    capture_later       boolean not null,
    state               text not null check (state in (
        'created', 'pending', 'failed', 'cancelled', 'expired', 'authorised', 'voided', 'authorisation_expired', 'captured',
        'charged_back')),
    account_id          uuid,
    provider            text not null default '',
    provider_ref        text check (length(provider_ref) between 1 and 200),
    payment_ref         text check (length(payment_ref) between 1 and 200),
    redirect_url        text check (length(redirect_url) between 1 and 4000),
    method              text check (length(method) <= 60),
    failure_code        text check (length(failure_code) <= 200),
    authorised_minor    bigint not null default 0 check (authorised_minor >= 0),
    captured_minor      bigint not null default 0 check (captured_minor >= 0),
    refunded_minor      bigint not null default 0 check (refunded_minor >= 0),
    charged_back_minor  bigint not null default 0 check (charged_back_minor >= 0),
    expires_at          timestamptz not null,
    started_at          timestamptz,
    starting_until      timestamptz,
    stopped_at          timestamptz,
    polls               integer not null default 0,
    next_poll_at        timestamptz,
    steps               integer not null default 0,
    created_at          timestamptz not null,
    updated_at          timestamptz not null,
    primary key (org_id, attempt_id),
    foreign key (org_id, account_id) references payments.accounts,
    constraint attempts_ref_unique unique (org_id, account_id, provider_ref),
    constraint attempts_payment_ref_unique unique (org_id, account_id, payment_ref),
    check (provider_ref is null or account_id is not null)
);
create index attempts_by_order on payments.attempts (org_id, order_id, attempt_id);
-- The address of the payment page names the attempt alone.
create index attempts_by_id on payments.attempts (attempt_id);
create index attempts_to_poll on payments.attempts (next_poll_at) where next_poll_at is not null;
create index attempts_charged_back on payments.attempts (org_id, updated_at, attempt_id) where charged_back_minor > 0;
call kernel.protect('payments.attempts');
revoke delete on payments.attempts from balie_app, balie_system;

-- What happened to an attempt, who said so, and the provider's own words. Rows are only ever added.
create table payments.attempt_log (
    org_id      uuid not null,
    attempt_id  uuid not null,
    step        integer not null check (step >= 1),
    at          timestamptz not null,
    actor       text not null check (length(actor) between 1 and 200),
    what        text not null check (what in ('state', 'money', 'ignored', 'note')),
    from_state  text,
    to_state    text,
    reason      text not null default '' check (length(reason) <= 500),
    answer      text not null default '' check (length(answer) <= 100000),
    primary key (org_id, attempt_id, step),
    foreign key (org_id, attempt_id) references payments.attempts,
    check ((what = 'state') = (to_state is not null))
);
call kernel.protect('payments.attempt_log');
revoke update, delete on payments.attempt_log from balie_app, balie_system;

-- What a provider is told after a payment was made: refund, capture, void. Written with the decision, carried out after its commit.
create table payments.instructions (
    org_id          uuid not null,
    instruction_id  uuid not null,
    attempt_id      uuid not null,
    order_id        uuid not null,
    kind            text not null check (kind in ('refund', 'capture', 'void')),
    refund_id       uuid,
    part            smallint not null default 1 check (part >= 1),
    amount_minor    bigint not null check (amount_minor > 0),
    currency        char(3) not null,
    reason          text not null default '' check (length(reason) <= 500),
    state           text not null check (state in ('requested', 'submitted', 'succeeded', 'failed', 'cancelled', 'reversed')),
    provider_ref    text check (length(provider_ref) between 1 and 200),
    tries           integer not null default 0,
    next_try_at     timestamptz,
    problem         text not null default '' check (length(problem) <= 500),
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    primary key (org_id, instruction_id),
    foreign key (org_id, attempt_id) references payments.attempts,
    constraint instructions_refund_once unique (org_id, refund_id, part),
    check (kind = 'refund' or refund_id is null),
    check ((state in ('requested', 'submitted')) = (next_try_at is not null))
);
create index instructions_by_attempt on payments.instructions (org_id, attempt_id);
create index instructions_due on payments.instructions (next_try_at) where next_try_at is not null;
call kernel.protect('payments.instructions');
revoke delete on payments.instructions from balie_app, balie_system;
