-- The schema payments after all migrations. Written by Balie.Tests with BALIE_UPDATE_SNAPSHOTS=1, never by hand.

CREATE FUNCTION payments.refuse_unbalanced()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$;

create domain payments.attempt_state as text CHECK ((VALUE = ANY (ARRAY['created'::text, 'pending'::text, 'failed'::text, 'cancelled'::text, 'expired'::text, 'authorised'::text, 'voided'::text, 'authorisation_expired'::text, 'captured'::text, 'charged_back'::text])));
create domain payments.dedupe_key as text CHECK (((length(VALUE) >= 1) AND (length(VALUE) <= 300)));
create domain payments.description as text CHECK (((length(VALUE) >= 1) AND (length(VALUE) <= 200)));
create domain payments.entry_kind as text CHECK ((VALUE ~ '^[a-z_]{2,40}$'::text));
create domain payments.entry_reference as text CHECK ((length(VALUE) <= 100));
create domain payments.event_kind as text CHECK (((length(VALUE) >= 1) AND (length(VALUE) <= 100)));
create domain payments.failure_code as text CHECK ((length(VALUE) <= 200));
create domain payments.instruction_kind as text CHECK ((VALUE = ANY (ARRAY['refund'::text, 'capture'::text, 'void'::text])));
create domain payments.instruction_state as text CHECK ((VALUE = ANY (ARRAY['requested'::text, 'submitted'::text, 'succeeded'::text, 'failed'::text, 'cancelled'::text, 'reversed'::text])));
create domain payments.ledger_account as text CHECK ((VALUE ~ '^[a-z_]{2,40}(:[a-z0-9_]{1,40})?$'::text));
create domain payments.ledger_amount as bigint CHECK ((VALUE <> 0));
create domain payments.locale as text CHECK (((length(VALUE) >= 2) AND (length(VALUE) <= 10)));
create domain payments.log_entry as text CHECK ((VALUE = ANY (ARRAY['state'::text, 'money'::text, 'ignored'::text, 'note'::text])));
create domain payments.method_name as text CHECK ((length(VALUE) <= 60));
create domain payments.order_reference as text CHECK ((VALUE ~ '^[A-Za-z0-9]{1,40}$'::text));
create domain payments.provider_ref as text CHECK (((length(VALUE) >= 1) AND (length(VALUE) <= 200)));
create domain payments.provider_words as text CHECK ((length(VALUE) <= 100000));
create domain payments.redirect_url as text CHECK (((length(VALUE) >= 1) AND (length(VALUE) <= 4000)));
create domain payments.sandbox_answer as text CHECK ((length(VALUE) <= 200));
create domain payments.sandbox_key as text CHECK (((length(VALUE) >= 1) AND (length(VALUE) <= 100)));
create domain payments.sandbox_payment_ref as text CHECK ((VALUE ~ '^sp_[a-z0-9]{24}$'::text));
create domain payments.sandbox_payment_status as text CHECK ((VALUE = ANY (ARRAY['open'::text, 'pending'::text, 'authorised'::text, 'paid'::text, 'failed'::text, 'cancelled'::text, 'expired'::text, 'voided'::text, 'charged_back'::text])));
create domain payments.sandbox_refund_ref as text CHECK ((VALUE ~ '^sr_[a-z0-9]{24}$'::text));
create domain payments.sandbox_refund_status as text CHECK ((VALUE = ANY (ARRAY['pending'::text, 'refunded'::text, 'failed'::text])));
create domain payments.webhook_state as text CHECK ((VALUE = ANY (ARRAY['waiting'::text, 'done'::text, 'parked'::text])));

create table payments.accounts (
    org_id uuid not null,
    account_id uuid not null,
    provider text not null,
    name text not null,
    is_live boolean not null,
    is_enabled boolean not null,
    position integer not null,
    settings bytea not null,
    version integer not null default 1,
    created_at timestamp with time zone not null,
    updated_at timestamp with time zone not null,
    deleted_at timestamp with time zone,
    constraint accounts_pkey PRIMARY KEY (org_id, account_id),
    constraint accounts_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
    constraint accounts_position_check CHECK (("position" >= 0)),
    constraint accounts_provider_check CHECK ((provider ~ '^[a-z]{2,20}$'::text)),
    constraint accounts_sandbox_is_for_trying CHECK (((provider <> 'sandbox'::text) OR (NOT is_live))),
    constraint accounts_settings_check CHECK (((length(settings) >= 33) AND (length(settings) <= 20000)))
);
alter table payments.accounts enable row level security;
alter table payments.accounts force row level security;
CREATE INDEX accounts_by_id ON payments.accounts USING btree (account_id);
CREATE UNIQUE INDEX accounts_one_sandbox ON payments.accounts USING btree (org_id) WHERE ((provider = 'sandbox'::text) AND (deleted_at IS NULL));
create policy everything on payments.accounts for all to balie_system using (true);
create policy tenant on payments.accounts for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update on payments.accounts to balie_app;
grant select on payments.accounts to balie_reader;
grant select, insert, update on payments.accounts to balie_system;

create table payments.attempt_log (
    org_id uuid not null,
    attempt_id uuid not null,
    step kernel.ordinal not null,
    at timestamp with time zone not null,
    actor kernel.actor not null,
    what payments.log_entry not null,
    from_state text,
    to_state text,
    reason kernel.remark not null default ''::text,
    answer payments.provider_words not null default ''::text,
    constraint attempt_log_pkey PRIMARY KEY (org_id, attempt_id, step),
    constraint attempt_log_org_id_attempt_id_fkey FOREIGN KEY (org_id, attempt_id) REFERENCES payments.attempts(org_id, attempt_id),
    constraint attempt_log_check CHECK ((((what)::text = 'state'::text) = (to_state IS NOT NULL)))
);
alter table payments.attempt_log enable row level security;
alter table payments.attempt_log force row level security;
create policy everything on payments.attempt_log for all to balie_system using (true);
create policy tenant on payments.attempt_log for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert on payments.attempt_log to balie_app;
grant select on payments.attempt_log to balie_reader;
grant select, insert on payments.attempt_log to balie_system;

create table payments.attempts (
    org_id uuid not null,
    attempt_id uuid not null,
    order_id uuid not null,
    order_reference payments.order_reference not null,
    description payments.description not null,
    locale payments.locale not null,
    amount_minor kernel.positive_amount not null,
    currency character(3) not null,
    capture_later boolean not null,
    state payments.attempt_state not null,
    account_id uuid,
    provider text not null default ''::text,
    provider_ref payments.provider_ref,
    payment_ref payments.provider_ref,
    redirect_url payments.redirect_url,
    method payments.method_name,
    failure_code payments.failure_code,
    authorised_minor kernel.amount not null default 0,
    captured_minor kernel.amount not null default 0,
    refunded_minor kernel.amount not null default 0,
    charged_back_minor kernel.amount not null default 0,
    expires_at timestamp with time zone not null,
    started_at timestamp with time zone,
    starting_until timestamp with time zone,
    stopped_at timestamp with time zone,
    polls integer not null default 0,
    next_poll_at timestamp with time zone,
    steps integer not null default 0,
    created_at timestamp with time zone not null,
    updated_at timestamp with time zone not null,
    constraint attempts_pkey PRIMARY KEY (org_id, attempt_id),
    constraint attempts_payment_ref_unique UNIQUE (org_id, account_id, payment_ref),
    constraint attempts_ref_unique UNIQUE (org_id, account_id, provider_ref),
    constraint attempts_org_id_account_id_fkey FOREIGN KEY (org_id, account_id) REFERENCES payments.accounts(org_id, account_id),
    constraint attempts_check CHECK (((provider_ref IS NULL) OR (account_id IS NOT NULL)))
);
alter table payments.attempts enable row level security;
alter table payments.attempts force row level security;
CREATE INDEX attempts_by_id ON payments.attempts USING btree (attempt_id);
CREATE INDEX attempts_by_order ON payments.attempts USING btree (org_id, order_id, attempt_id);
CREATE INDEX attempts_charged_back ON payments.attempts USING btree (org_id, updated_at, attempt_id) WHERE ((charged_back_minor)::bigint > 0);
CREATE INDEX attempts_to_poll ON payments.attempts USING btree (next_poll_at) WHERE (next_poll_at IS NOT NULL);
create policy everything on payments.attempts for all to balie_system using (true);
create policy tenant on payments.attempts for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update on payments.attempts to balie_app;
grant select on payments.attempts to balie_reader;
grant select, insert, update on payments.attempts to balie_system;

create table payments.instructions (
    org_id uuid not null,
    instruction_id uuid not null,
    attempt_id uuid not null,
    order_id uuid not null,
    kind payments.instruction_kind not null,
    refund_id uuid,
    part kernel.small_ordinal not null default 1,
    amount_minor kernel.positive_amount not null,
    currency character(3) not null,
    reason kernel.remark not null default ''::text,
    state payments.instruction_state not null,
    provider_ref payments.provider_ref,
    tries integer not null default 0,
    next_try_at timestamp with time zone,
    problem kernel.remark not null default ''::text,
    created_at timestamp with time zone not null,
    updated_at timestamp with time zone not null,
    constraint instructions_pkey PRIMARY KEY (org_id, instruction_id),
    constraint instructions_refund_once UNIQUE (org_id, refund_id, part),
    constraint instructions_org_id_attempt_id_fkey FOREIGN KEY (org_id, attempt_id) REFERENCES payments.attempts(org_id, attempt_id),
    constraint instructions_check CHECK ((((kind)::text = 'refund'::text) OR (refund_id IS NULL))),
    constraint instructions_check1 CHECK ((((state)::text = ANY (ARRAY['requested'::text, 'submitted'::text])) = (next_try_at IS NOT NULL)))
);
alter table payments.instructions enable row level security;
alter table payments.instructions force row level security;
CREATE INDEX instructions_by_attempt ON payments.instructions USING btree (org_id, attempt_id);
CREATE INDEX instructions_due ON payments.instructions USING btree (next_try_at) WHERE (next_try_at IS NOT NULL);
create policy everything on payments.instructions for all to balie_system using (true);
create policy tenant on payments.instructions for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update on payments.instructions to balie_app;
grant select on payments.instructions to balie_reader;
grant select, insert, update on payments.instructions to balie_system;

create table payments.ledger_entries (
    org_id uuid not null,
    entry_id uuid not null,
    kind payments.entry_kind not null,
    document_id uuid not null,
    order_id uuid,
    reference payments.entry_reference not null,
    at timestamp with time zone not null,
    constraint ledger_entries_pkey PRIMARY KEY (org_id, entry_id),
    constraint ledger_entries_once UNIQUE (org_id, kind, document_id)
);
alter table payments.ledger_entries enable row level security;
alter table payments.ledger_entries force row level security;
CREATE INDEX ledger_entries_by_order ON payments.ledger_entries USING btree (org_id, order_id) WHERE (order_id IS NOT NULL);
CREATE INDEX ledger_entries_by_time ON payments.ledger_entries USING btree (org_id, at, entry_id);
create policy everything on payments.ledger_entries for all to balie_system using (true);
create policy tenant on payments.ledger_entries for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert on payments.ledger_entries to balie_app;
grant select on payments.ledger_entries to balie_reader;
grant select, insert on payments.ledger_entries to balie_system;

create table payments.ledger_lines (
    org_id uuid not null,
    entry_id uuid not null,
    line kernel.small_ordinal not null,
    account payments.ledger_account not null,
    amount_minor payments.ledger_amount not null,
    currency character(3) not null,
    constraint ledger_lines_pkey PRIMARY KEY (org_id, entry_id, line),
    constraint ledger_lines_org_id_entry_id_fkey FOREIGN KEY (org_id, entry_id) REFERENCES payments.ledger_entries(org_id, entry_id)
);
alter table payments.ledger_lines enable row level security;
alter table payments.ledger_lines force row level security;
CREATE CONSTRAINT TRIGGER ledger_lines_balance AFTER INSERT ON payments.ledger_lines DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments.refuse_unbalanced();
create policy everything on payments.ledger_lines for all to balie_system using (true);
create policy tenant on payments.ledger_lines for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert on payments.ledger_lines to balie_app;
grant select on payments.ledger_lines to balie_reader;
grant select, insert on payments.ledger_lines to balie_system;

create table payments.methods (
    org_id uuid not null,
    account_id uuid not null,
    method text not null,
    label text not null,
    position integer not null,
    is_enabled boolean not null,
    constraint methods_pkey PRIMARY KEY (org_id, account_id, method),
    constraint methods_org_id_account_id_fkey FOREIGN KEY (org_id, account_id) REFERENCES payments.accounts(org_id, account_id),
    constraint methods_label_check CHECK (((length(label) >= 1) AND (length(label) <= 60))),
    constraint methods_method_check CHECK ((method ~ '^[a-z0-9_]{1,40}$'::text)),
    constraint methods_position_check CHECK (("position" >= 0))
);
alter table payments.methods enable row level security;
alter table payments.methods force row level security;
create policy everything on payments.methods for all to balie_system using (true);
create policy tenant on payments.methods for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on payments.methods to balie_app;
grant select on payments.methods to balie_reader;
grant select, insert, update, delete on payments.methods to balie_system;

create table payments.payouts (
    org_id uuid not null,
    payout_id uuid not null,
    provider text not null,
    amount_minor bigint not null,
    fee_minor bigint not null,
    currency character(3) not null,
    paid_on date not null,
    reference text not null,
    actor text not null,
    created_at timestamp with time zone not null,
    constraint payouts_pkey PRIMARY KEY (org_id, payout_id),
    constraint payouts_reference_unique UNIQUE (org_id, provider, reference),
    constraint payouts_actor_check CHECK (((length(actor) >= 1) AND (length(actor) <= 200))),
    constraint payouts_amount_minor_check CHECK ((amount_minor > 0)),
    constraint payouts_fee_minor_check CHECK ((fee_minor >= 0)),
    constraint payouts_provider_check CHECK ((provider ~ '^[a-z]{2,20}$'::text)),
    constraint payouts_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 100)))
);
alter table payments.payouts enable row level security;
alter table payments.payouts force row level security;
create policy everything on payments.payouts for all to balie_system using (true);
create policy tenant on payments.payouts for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert on payments.payouts to balie_app;
grant select on payments.payouts to balie_reader;
grant select, insert on payments.payouts to balie_system;

create table payments.sandbox_answers (
    org_id uuid not null,
    account_id uuid not null,
    key payments.sandbox_key not null,
    reference text not null,
    created_at timestamp with time zone not null,
    constraint sandbox_answers_pkey PRIMARY KEY (org_id, account_id, key)
);
alter table payments.sandbox_answers enable row level security;
alter table payments.sandbox_answers force row level security;
create policy everything on payments.sandbox_answers for all to balie_system using (true);
create policy tenant on payments.sandbox_answers for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on payments.sandbox_answers to balie_app;
grant select on payments.sandbox_answers to balie_reader;
grant select, insert, update, delete on payments.sandbox_answers to balie_system;

create table payments.sandbox_deliveries (
    org_id uuid not null,
    delivery_id uuid not null,
    account_id uuid not null,
    body text not null,
    due_at timestamp with time zone,
    tries integer not null default 0,
    delivered_at timestamp with time zone,
    answer payments.sandbox_answer not null default ''::text,
    created_at timestamp with time zone not null,
    constraint sandbox_deliveries_pkey PRIMARY KEY (org_id, delivery_id),
    constraint sandbox_deliveries_org_id_account_id_fkey FOREIGN KEY (org_id, account_id) REFERENCES payments.accounts(org_id, account_id)
);
alter table payments.sandbox_deliveries enable row level security;
alter table payments.sandbox_deliveries force row level security;
CREATE INDEX sandbox_deliveries_due ON payments.sandbox_deliveries USING btree (due_at) WHERE (due_at IS NOT NULL);
create policy everything on payments.sandbox_deliveries for all to balie_system using (true);
create policy tenant on payments.sandbox_deliveries for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on payments.sandbox_deliveries to balie_app;
grant select on payments.sandbox_deliveries to balie_reader;
grant select, insert, update, delete on payments.sandbox_deliveries to balie_system;

create table payments.sandbox_payments (
    org_id uuid not null,
    payment_ref payments.sandbox_payment_ref not null,
    account_id uuid not null,
    attempt_id uuid not null,
    order_reference text not null,
    description text not null,
    locale text not null,
    amount_minor kernel.positive_amount not null,
    currency character(3) not null,
    capture_later boolean not null,
    status payments.sandbox_payment_status not null,
    method text,
    captured_minor bigint not null default 0,
    charged_back_minor bigint not null default 0,
    settles_at timestamp with time zone,
    return_url text not null,
    cancel_url text not null,
    expires_at timestamp with time zone not null,
    created_at timestamp with time zone not null,
    constraint sandbox_payments_pkey PRIMARY KEY (org_id, payment_ref),
    constraint sandbox_payments_org_id_account_id_fkey FOREIGN KEY (org_id, account_id) REFERENCES payments.accounts(org_id, account_id),
    constraint sandbox_payments_check CHECK (((captured_minor >= 0) AND (captured_minor <= (amount_minor)::bigint))),
    constraint sandbox_payments_check1 CHECK (((charged_back_minor >= 0) AND (charged_back_minor <= captured_minor)))
);
alter table payments.sandbox_payments enable row level security;
alter table payments.sandbox_payments force row level security;
CREATE INDEX sandbox_payments_by_ref ON payments.sandbox_payments USING btree (payment_ref);
create policy everything on payments.sandbox_payments for all to balie_system using (true);
create policy tenant on payments.sandbox_payments for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on payments.sandbox_payments to balie_app;
grant select on payments.sandbox_payments to balie_reader;
grant select, insert, update, delete on payments.sandbox_payments to balie_system;

create table payments.sandbox_refunds (
    org_id uuid not null,
    refund_ref payments.sandbox_refund_ref not null,
    payment_ref text not null,
    refund_id uuid not null,
    amount_minor kernel.positive_amount not null,
    status payments.sandbox_refund_status not null,
    settles_at timestamp with time zone,
    created_at timestamp with time zone not null,
    constraint sandbox_refunds_pkey PRIMARY KEY (org_id, refund_ref),
    constraint sandbox_refunds_org_id_payment_ref_fkey FOREIGN KEY (org_id, payment_ref) REFERENCES payments.sandbox_payments(org_id, payment_ref)
);
alter table payments.sandbox_refunds enable row level security;
alter table payments.sandbox_refunds force row level security;
CREATE INDEX sandbox_refunds_by_payment ON payments.sandbox_refunds USING btree (org_id, payment_ref);
create policy everything on payments.sandbox_refunds for all to balie_system using (true);
create policy tenant on payments.sandbox_refunds for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on payments.sandbox_refunds to balie_app;
grant select on payments.sandbox_refunds to balie_reader;
grant select, insert, update, delete on payments.sandbox_refunds to balie_system;

create table payments.webhooks (
    org_id uuid not null,
    webhook_id uuid not null,
    account_id uuid not null,
    provider text not null,
    dedupe_key payments.dedupe_key,
    kind payments.event_kind not null,
    provider_ref payments.provider_ref,
    attempt_id uuid,
    claimed jsonb,
    occurred_at timestamp with time zone,
    headers jsonb not null,
    body bytea not null,
    event payments.provider_words not null,
    state payments.webhook_state not null,
    received_at timestamp with time zone not null,
    tries integer not null default 0,
    next_try_at timestamp with time zone,
    processed_at timestamp with time zone,
    problem kernel.remark not null default ''::text,
    constraint webhooks_pkey PRIMARY KEY (org_id, webhook_id),
    constraint webhooks_once UNIQUE (org_id, account_id, dedupe_key),
    constraint webhooks_org_id_account_id_fkey FOREIGN KEY (org_id, account_id) REFERENCES payments.accounts(org_id, account_id),
    constraint webhooks_check CHECK ((((state)::text = 'waiting'::text) = (next_try_at IS NOT NULL))),
    constraint webhooks_check1 CHECK ((((state)::text = 'done'::text) = (processed_at IS NOT NULL)))
);
alter table payments.webhooks enable row level security;
alter table payments.webhooks force row level security;
CREATE INDEX webhooks_by_time ON payments.webhooks USING btree (org_id, received_at, webhook_id);
CREATE INDEX webhooks_due ON payments.webhooks USING btree (next_try_at) WHERE (next_try_at IS NOT NULL);
CREATE INDEX webhooks_waiting ON payments.webhooks USING btree (org_id, account_id, provider_ref) WHERE ((state)::text = 'waiting'::text);
create policy everything on payments.webhooks for all to balie_system using (true);
create policy tenant on payments.webhooks for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on payments.webhooks to balie_app;
grant select on payments.webhooks to balie_reader;
grant select, insert, update, delete on payments.webhooks to balie_system;
