-- Double entry: every entry's lines are zero together per currency, checked at the commit. Rows are only ever added.
create table payments.ledger_entries (
    org_id       uuid not null,
    entry_id     uuid not null,
    kind         text not null check (kind ~ '^[a-z_]{2,40}$'),
    document_id  uuid not null,
    order_id     uuid,
    reference    text not null check (length(reference) <= 100),
    at           timestamptz not null,
    primary key (org_id, entry_id),
    constraint ledger_entries_once unique (org_id, kind, document_id)
);
create index ledger_entries_by_time on payments.ledger_entries (org_id, at, entry_id);
create index ledger_entries_by_order on payments.ledger_entries (org_id, order_id) where order_id is not null;
call kernel.protect('payments.ledger_entries');
revoke update, delete on payments.ledger_entries from balie_app, balie_system;

create table payments.ledger_lines (
    org_id        uuid not null,
    entry_id      uuid not null,
    line          smallint not null check (line >= 1),
    account       text not null check (account ~ '^[a-z_]{2,40}(:[a-z0-9_]{1,40})?$'),
    amount_minor  bigint not null check (amount_minor <> 0),
    currency      char(3) not null,
    primary key (org_id, entry_id, line),
    foreign key (org_id, entry_id) references payments.ledger_entries
);
call kernel.protect('payments.ledger_lines');
revoke update, delete on payments.ledger_lines from balie_app, balie_system;

create function payments.refuse_unbalanced() returns trigger
    language plpgsql
as $$
begin
    if exists (
        select from payments.ledger_lines
        where org_id = new.org_id and entry_id = new.entry_id
        group by currency
        having sum(amount_minor) <> 0
    ) then
        raise exception 'ledger entry % does not balance', new.entry_id using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end
$$;
create constraint trigger ledger_lines_balance after insert on payments.ledger_lines
    deferrable initially deferred
    for each row execute function payments.refuse_unbalanced();

-- Money that a provider paid out to the bank, as the bookkeeper found it there.
create table payments.payouts (
    org_id        uuid not null,
    payout_id     uuid not null,
    provider      text not null check (provider ~ '^[a-z]{2,20}$'),
    amount_minor  bigint not null check (amount_minor > 0),
    fee_minor     bigint not null check (fee_minor >= 0),
    currency      char(3) not null,
    paid_on       date not null,
    reference     text not null check (length(reference) between 1 and 100),
    actor         text not null check (length(actor) between 1 and 200),
    created_at    timestamptz not null,
    primary key (org_id, payout_id),
    constraint payouts_reference_unique unique (org_id, provider, reference)
);
call kernel.protect('payments.payouts');
revoke update, delete on payments.payouts from balie_app, balie_system;
