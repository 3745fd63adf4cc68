-- The schema orders after all migrations. Written by Balie.Tests with BALIE_UPDATE_SNAPSHOTS=1, never by hand.

create domain orders.basis_points as integer CHECK (((VALUE >= 0) AND (VALUE <= 10000)));
create domain orders.invoice_number as bigint CHECK ((VALUE >= 1));
create domain orders.invoice_series as text CHECK ((VALUE = ANY (ARRAY['invoice'::text, 'credit_note'::text])));
create domain orders.invoice_shown as text CHECK (((length(VALUE) >= 1) AND (length(VALUE) <= 40)));
create domain orders.line_type as text CHECK ((VALUE = ANY (ARRAY['item'::text, 'fee'::text, 'discount'::text])));
create domain orders.offer_kind as text CHECK (((length(VALUE) >= 1) AND (length(VALUE) <= 50)));
create domain orders.order_status as text CHECK ((VALUE = ANY (ARRAY['awaiting_payment'::text, 'confirmed'::text, 'completed'::text, 'expired'::text, 'cancelled'::text])));
create domain orders.refund_kind as text CHECK ((VALUE = ANY (ARRAY['decided'::text, 'called_off'::text, 'surplus'::text, 'too_late'::text, 'by_hand'::text])));
create domain orders.refund_status as text CHECK ((VALUE = ANY (ARRAY['proposed'::text, 'declined'::text, 'requested'::text, 'submitted'::text, 'succeeded'::text, 'failed'::text, 'cancelled'::text, 'reversed'::text])));
create domain orders.refund_terms as text CHECK ((VALUE = ANY (ARRAY['policy'::text, 'full'::text, 'sum'::text])));
create domain orders.run_outcome as text CHECK ((VALUE = ANY (ARRAY[''::text, 'refunded'::text, 'cancelled'::text, 'nothing'::text])));
create domain orders.run_state as text CHECK ((VALUE = ANY (ARRAY['waiting'::text, 'done'::text, 'failed'::text])));
create domain orders.trigger_source as text CHECK ((VALUE = ANY (ARRAY['shopper'::text, 'staff'::text, 'payment'::text, 'clock'::text])));

create table orders.cart_lines (
    org_id uuid not null,
    line_id uuid not null,
    cart_id uuid not null,
    kind orders.offer_kind not null,
    wish jsonb not null,
    amount_minor kernel.amount not null,
    currency character(3) not null,
    extended_at timestamp with time zone,
    order_id uuid,
    created_at timestamp with time zone not null,
    constraint cart_lines_pkey PRIMARY KEY (org_id, line_id)
);
alter table orders.cart_lines enable row level security;
alter table orders.cart_lines force row level security;
CREATE INDEX cart_lines_by_age ON orders.cart_lines USING btree (created_at);
CREATE INDEX cart_lines_open ON orders.cart_lines USING btree (org_id, cart_id) WHERE (order_id IS NULL);
create policy everything on orders.cart_lines for all to balie_system using (true);
create policy tenant on orders.cart_lines for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on orders.cart_lines to balie_app;
grant select on orders.cart_lines to balie_reader;
grant select, insert, update, delete on orders.cart_lines to balie_system;

create table orders.carts (
    org_id uuid not null,
    cart_id uuid not null,
    user_id uuid,
    merged_into uuid,
    created_at timestamp with time zone not null,
    constraint carts_pkey PRIMARY KEY (org_id, cart_id),
    constraint carts_check CHECK (((user_id IS NULL) OR ((user_id = cart_id) AND (merged_into IS NULL))))
);
alter table orders.carts enable row level security;
alter table orders.carts force row level security;
CREATE INDEX carts_by_age ON orders.carts USING btree (created_at) WHERE (user_id IS NULL);
CREATE INDEX carts_merged ON orders.carts USING btree (org_id, merged_into) WHERE (merged_into IS NOT NULL);
create policy everything on orders.carts for all to balie_system using (true);
create policy tenant on orders.carts for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on orders.carts to balie_app;
grant select on orders.carts to balie_reader;
grant select, insert, update, delete on orders.carts to balie_system;

create table orders.counters (
    org_id uuid not null,
    series text not null,
    last bigint not null,
    constraint counters_pkey PRIMARY KEY (org_id, series),
    constraint counters_last_check CHECK ((last >= 1)),
    constraint counters_series_check CHECK ((series = ANY (ARRAY['invoice'::text, 'credit_note'::text])))
);
alter table orders.counters enable row level security;
alter table orders.counters force row level security;
create policy everything on orders.counters for all to balie_system using (true);
create policy tenant on orders.counters for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update on orders.counters to balie_app;
grant select on orders.counters to balie_reader;
grant select, insert, update on orders.counters to balie_system;

create table orders.invoice_settings (
    org_id uuid not null,
    version integer not null,
    changed_at timestamp with time zone not null,
    actor text not null,
    sheet jsonb not null,
    constraint invoice_settings_pkey PRIMARY KEY (org_id, version),
    constraint invoice_settings_actor_check CHECK (((length(actor) >= 1) AND (length(actor) <= 200))),
    constraint invoice_settings_version_check CHECK ((version >= 1))
);
alter table orders.invoice_settings enable row level security;
alter table orders.invoice_settings force row level security;
create policy everything on orders.invoice_settings for all to balie_system using (true);
create policy tenant on orders.invoice_settings for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert on orders.invoice_settings to balie_app;
grant select on orders.invoice_settings to balie_reader;
grant select, insert on orders.invoice_settings to balie_system;

create table orders.invoices (
    org_id uuid not null,
    series orders.invoice_series not null,
    number orders.invoice_number not null,
    order_id uuid not null,
    refund_id uuid,
    corrects bigint,
    issued_at timestamp with time zone not null,
    buyer_name text not null,
    buyer_email text not null,
    lines jsonb not null,
    vat jsonb not null,
    total_minor bigint not null,
    currency character(3) not null,
    shown orders.invoice_shown not null,
    reference text not null,
    locale kernel.locale not null,
    seller jsonb not null,
    constraint invoices_pkey PRIMARY KEY (org_id, series, number),
    constraint invoices_shown_unique UNIQUE (org_id, shown),
    constraint invoices_org_id_order_id_fkey FOREIGN KEY (org_id, order_id) REFERENCES orders.orders(org_id, order_id),
    constraint invoices_org_id_refund_id_fkey FOREIGN KEY (org_id, refund_id) REFERENCES orders.refunds(org_id, refund_id),
    constraint invoices_check CHECK ((((series)::text = 'credit_note'::text) = ((refund_id IS NOT NULL) AND (corrects IS NOT NULL)))),
    constraint invoices_check1 CHECK ((((series)::text = 'invoice'::text) = (total_minor >= 0)))
);
alter table orders.invoices enable row level security;
alter table orders.invoices force row level security;
CREATE INDEX invoices_by_age ON orders.invoices USING btree (org_id, issued_at, COALESCE(refund_id, order_id));
CREATE INDEX invoices_by_order ON orders.invoices USING btree (org_id, order_id);
CREATE UNIQUE INDEX invoices_one_per_order ON orders.invoices USING btree (org_id, order_id) WHERE ((series)::text = 'invoice'::text);
CREATE UNIQUE INDEX invoices_one_per_refund ON orders.invoices USING btree (org_id, refund_id) WHERE (refund_id IS NOT NULL);
create policy everything on orders.invoices for all to balie_system using (true);
create policy tenant on orders.invoices for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert on orders.invoices to balie_app;
grant select on orders.invoices to balie_reader;
grant select, insert on orders.invoices to balie_system;

create table orders.order_history (
    org_id uuid not null,
    order_id uuid not null,
    step kernel.small_ordinal not null,
    at timestamp with time zone not null,
    actor kernel.actor not null,
    triggered_by orders.trigger_source not null,
    from_status text not null,
    to_status text not null,
    reason kernel.remark not null default ''::text,
    constraint order_history_pkey PRIMARY KEY (org_id, order_id, step),
    constraint order_history_org_id_order_id_fkey FOREIGN KEY (org_id, order_id) REFERENCES orders.orders(org_id, order_id)
);
alter table orders.order_history enable row level security;
alter table orders.order_history force row level security;
create policy everything on orders.order_history for all to balie_system using (true);
create policy tenant on orders.order_history for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert on orders.order_history to balie_app;
grant select on orders.order_history to balie_reader;
grant select, insert on orders.order_history to balie_system;

create table orders.order_holds (
    org_id uuid not null,
    hold_id uuid not null,
    order_id uuid not null,
    kind text not null,
    subject_id uuid not null,
    part_id uuid not null,
    starts_at timestamp with time zone,
    constraint order_holds_pkey PRIMARY KEY (org_id, hold_id),
    constraint order_holds_org_id_order_id_fkey FOREIGN KEY (org_id, order_id) REFERENCES orders.orders(org_id, order_id)
);
alter table orders.order_holds enable row level security;
alter table orders.order_holds force row level security;
CREATE INDEX order_holds_by_order ON orders.order_holds USING btree (org_id, order_id);
CREATE INDEX order_holds_by_subject ON orders.order_holds USING btree (org_id, subject_id, order_id);
create policy everything on orders.order_holds for all to balie_system using (true);
create policy tenant on orders.order_holds for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert on orders.order_holds to balie_app;
grant select on orders.order_holds to balie_reader;
grant select, insert on orders.order_holds to balie_system;

create table orders.order_lines (
    org_id uuid not null,
    line_id uuid not null,
    order_id uuid not null,
    position kernel.small_ordinal not null,
    type orders.line_type not null,
    kind text not null,
    hold_id uuid,
    hold_line integer,
    offer_id uuid,
    voucher_id uuid,
    title text not null,
    detail text not null,
    name text not null,
    quantity kernel.ordinal not null,
    unit_minor bigint not null,
    amount_minor bigint not null,
    vat_basis_points orders.basis_points not null,
    constraint order_lines_pkey PRIMARY KEY (org_id, line_id),
    constraint order_lines_org_id_order_id_position_key UNIQUE (org_id, order_id, "position"),
    constraint order_lines_org_id_order_id_fkey FOREIGN KEY (org_id, order_id) REFERENCES orders.orders(org_id, order_id),
    constraint order_lines_check CHECK ((amount_minor = ((quantity)::integer * unit_minor))),
    constraint order_lines_check1 CHECK (((((type)::text = 'discount'::text) = (amount_minor < 0)) OR (amount_minor = 0))),
    constraint order_lines_check2 CHECK ((((type)::text = 'item'::text) = ((hold_id IS NOT NULL) AND (hold_line IS NOT NULL) AND (offer_id IS NOT NULL)))),
    constraint order_lines_check3 CHECK ((((type)::text = 'discount'::text) = (voucher_id IS NOT NULL)))
);
alter table orders.order_lines enable row level security;
alter table orders.order_lines force row level security;
create policy everything on orders.order_lines for all to balie_system using (true);
create policy tenant on orders.order_lines for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert on orders.order_lines to balie_app;
grant select on orders.order_lines to balie_reader;
grant select, insert on orders.order_lines to balie_system;

create table orders.orders (
    org_id uuid not null,
    order_id uuid not null,
    reference kernel.reference not null,
    status orders.order_status not null,
    on_hold kernel.remark not null default ''::text,
    user_id uuid,
    buyer_name kernel.person_name not null,
    buyer_email text not null,
    locale kernel.locale not null,
    total_minor kernel.amount not null,
    currency character(3) not null,
    settled_minor kernel.amount not null default 0,
    authorised_minor kernel.amount not null default 0,
    captured_minor kernel.amount not null default 0,
    refunded_minor kernel.amount not null default 0,
    charged_back_minor kernel.amount not null default 0,
    capture_later boolean not null,
    expires_at timestamp with time zone,
    confirmed_at timestamp with time zone,
    created_at timestamp with time zone not null,
    updated_at timestamp with time zone not null,
    buyer_email_folded text generated always as (lower(buyer_email)) stored,
    constraint orders_pkey PRIMARY KEY (org_id, order_id),
    constraint orders_reference_unique UNIQUE (org_id, reference),
    constraint orders_buyer_email_check CHECK (((length(buyer_email) >= 3) AND (length(buyer_email) <= 254))),
    constraint orders_check CHECK ((((status)::text = 'awaiting_payment'::text) = (expires_at IS NOT NULL))),
    constraint orders_check1 CHECK ((((status)::text <> ALL (ARRAY['confirmed'::text, 'completed'::text])) OR (confirmed_at IS NOT NULL)))
);
alter table orders.orders enable row level security;
alter table orders.orders force row level security;
CREATE INDEX orders_awaiting ON orders.orders USING btree (expires_at) WHERE ((status)::text = 'awaiting_payment'::text);
CREATE INDEX orders_by_age ON orders.orders USING btree (org_id, created_at, order_id);
CREATE INDEX orders_by_email ON orders.orders USING btree (org_id, buyer_email_folded, created_at);
CREATE INDEX orders_by_user ON orders.orders USING btree (org_id, user_id, order_id) WHERE (user_id IS NOT NULL);
create policy everything on orders.orders for all to balie_system using (true);
create policy tenant on orders.orders for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update on orders.orders to balie_app;
grant select on orders.orders to balie_reader;
grant select, insert, update on orders.orders to balie_system;

create table orders.refund_history (
    org_id uuid not null,
    refund_id uuid not null,
    step kernel.small_ordinal not null,
    at timestamp with time zone not null,
    actor kernel.actor not null,
    from_status text not null,
    to_status text not null,
    reason kernel.remark not null default ''::text,
    constraint refund_history_pkey PRIMARY KEY (org_id, refund_id, step),
    constraint refund_history_org_id_refund_id_fkey FOREIGN KEY (org_id, refund_id) REFERENCES orders.refunds(org_id, refund_id)
);
alter table orders.refund_history enable row level security;
alter table orders.refund_history force row level security;
create policy everything on orders.refund_history for all to balie_system using (true);
create policy tenant on orders.refund_history for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert on orders.refund_history to balie_app;
grant select on orders.refund_history to balie_reader;
grant select, insert on orders.refund_history to balie_system;

create table orders.refund_lines (
    org_id uuid not null,
    refund_id uuid not null,
    line_id uuid not null,
    quantity kernel.count not null,
    amount_minor kernel.amount not null,
    unit_ids uuid[] not null default '{}'::uuid[],
    kept_minor kernel.amount not null default 0,
    constraint refund_lines_pkey PRIMARY KEY (org_id, refund_id, line_id),
    constraint refund_lines_org_id_line_id_fkey FOREIGN KEY (org_id, line_id) REFERENCES orders.order_lines(org_id, line_id),
    constraint refund_lines_org_id_refund_id_fkey FOREIGN KEY (org_id, refund_id) REFERENCES orders.refunds(org_id, refund_id)
);
alter table orders.refund_lines enable row level security;
alter table orders.refund_lines force row level security;
CREATE INDEX refund_lines_by_line ON orders.refund_lines USING btree (org_id, line_id);
create policy everything on orders.refund_lines for all to balie_system using (true);
create policy tenant on orders.refund_lines for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert on orders.refund_lines to balie_app;
grant select on orders.refund_lines to balie_reader;
grant select, insert on orders.refund_lines to balie_system;

create table orders.refund_policies (
    org_id uuid not null,
    subject_id uuid not null,
    version integer not null,
    changed_at timestamp with time zone not null,
    actor text not null,
    rules jsonb not null,
    constraint refund_policies_pkey PRIMARY KEY (org_id, subject_id, version),
    constraint refund_policies_actor_check CHECK (((length(actor) >= 1) AND (length(actor) <= 200))),
    constraint refund_policies_version_check CHECK ((version >= 1))
);
alter table orders.refund_policies enable row level security;
alter table orders.refund_policies force row level security;
create policy everything on orders.refund_policies for all to balie_system using (true);
create policy tenant on orders.refund_policies for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert on orders.refund_policies to balie_app;
grant select on orders.refund_policies to balie_reader;
grant select, insert on orders.refund_policies to balie_system;

create table orders.refund_run_orders (
    org_id uuid not null,
    run_id uuid not null,
    order_id uuid not null,
    state orders.run_state not null,
    outcome orders.run_outcome not null default ''::text,
    amount_minor kernel.amount not null default 0,
    currency character(3) not null,
    problem kernel.remark not null default ''::text,
    updated_at timestamp with time zone not null,
    constraint refund_run_orders_pkey PRIMARY KEY (org_id, run_id, order_id),
    constraint refund_run_orders_org_id_run_id_fkey FOREIGN KEY (org_id, run_id) REFERENCES orders.refund_runs(org_id, run_id)
);
alter table orders.refund_run_orders enable row level security;
alter table orders.refund_run_orders force row level security;
CREATE INDEX refund_run_orders_waiting ON orders.refund_run_orders USING btree (org_id, run_id, order_id) WHERE ((state)::text = 'waiting'::text);
create policy everything on orders.refund_run_orders for all to balie_system using (true);
create policy tenant on orders.refund_run_orders for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update on orders.refund_run_orders to balie_app;
grant select on orders.refund_run_orders to balie_reader;
grant select, insert, update on orders.refund_run_orders to balie_system;

create table orders.refund_runs (
    org_id uuid not null,
    run_id uuid not null,
    subject_id uuid not null,
    part_id uuid not null,
    reason text not null,
    actor text not null,
    started_at timestamp with time zone not null,
    looked_at timestamp with time zone,
    closes_at timestamp with time zone not null,
    constraint refund_runs_pkey PRIMARY KEY (org_id, run_id),
    constraint refund_runs_once UNIQUE (org_id, subject_id, part_id),
    constraint refund_runs_actor_check CHECK (((length(actor) >= 1) AND (length(actor) <= 200))),
    constraint refund_runs_reason_check CHECK ((length(reason) <= 500))
);
alter table orders.refund_runs enable row level security;
alter table orders.refund_runs force row level security;
CREATE INDEX refund_runs_open ON orders.refund_runs USING btree (closes_at);
create policy everything on orders.refund_runs for all to balie_system using (true);
create policy tenant on orders.refund_runs for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update on orders.refund_runs to balie_app;
grant select on orders.refund_runs to balie_reader;
grant select, insert, update on orders.refund_runs to balie_system;

create table orders.refunds (
    org_id uuid not null,
    refund_id uuid not null,
    order_id uuid not null,
    kind orders.refund_kind not null,
    status orders.refund_status not null,
    amount_minor kernel.amount not null,
    settled_minor kernel.amount not null default 0,
    currency character(3) not null,
    reason kernel.remark not null default ''::text,
    failure kernel.remark not null default ''::text,
    requested_by kernel.actor not null,
    requested_at timestamp with time zone not null,
    decided_by kernel.actor,
    decided_at timestamp with time zone,
    updated_at timestamp with time zone not null,
    terms orders.refund_terms not null default 'full'::text,
    restock boolean not null default true,
    kept_minor kernel.amount not null default 0,
    flat_minor bigint not null default 0,
    paid_minor kernel.amount not null default 0,
    run_id uuid,
    replaces uuid,
    constraint refunds_pkey PRIMARY KEY (org_id, refund_id),
    constraint refunds_replaced_once UNIQUE (org_id, replaces),
    constraint refunds_org_id_order_id_fkey FOREIGN KEY (org_id, order_id) REFERENCES orders.orders(org_id, order_id),
    constraint refunds_org_id_replaces_fkey FOREIGN KEY (org_id, replaces) REFERENCES orders.refunds(org_id, refund_id),
    constraint refunds_check CHECK ((((amount_minor)::bigint + (settled_minor)::bigint) > 0)),
    constraint refunds_check1 CHECK (((decided_by IS NULL) = (decided_at IS NULL))),
    constraint refunds_check2 CHECK (((flat_minor >= 0) AND (flat_minor <= (kept_minor)::bigint)))
);
alter table orders.refunds enable row level security;
alter table orders.refunds force row level security;
CREATE INDEX refunds_by_age ON orders.refunds USING btree (org_id, requested_at, refund_id);
CREATE INDEX refunds_by_order ON orders.refunds USING btree (org_id, order_id);
CREATE UNIQUE INDEX refunds_once_per_run ON orders.refunds USING btree (org_id, run_id, order_id) WHERE (run_id IS NOT NULL);
CREATE INDEX refunds_open ON orders.refunds USING btree (org_id, requested_at) WHERE ((status)::text = ANY (ARRAY['proposed'::text, 'failed'::text]));
create policy everything on orders.refunds for all to balie_system using (true);
create policy tenant on orders.refunds for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update on orders.refunds to balie_app;
grant select on orders.refunds to balie_reader;
grant select, insert, update on orders.refunds to balie_system;

create table orders.settlements (
    org_id uuid not null,
    settlement_id uuid not null,
    order_id uuid not null,
    means text not null,
    voucher_id uuid,
    amount_minor bigint not null,
    given_back_minor bigint not null default 0,
    actor text not null,
    reason text not null default ''::text,
    created_at timestamp with time zone not null,
    ended_at timestamp with time zone,
    constraint settlements_pkey PRIMARY KEY (org_id, settlement_id),
    constraint settlements_org_id_order_id_fkey FOREIGN KEY (org_id, order_id) REFERENCES orders.orders(org_id, order_id),
    constraint settlements_org_id_voucher_id_fkey FOREIGN KEY (org_id, voucher_id) REFERENCES orders.vouchers(org_id, voucher_id),
    constraint settlements_actor_check CHECK (((length(actor) >= 1) AND (length(actor) <= 200))),
    constraint settlements_amount_minor_check CHECK ((amount_minor > 0)),
    constraint settlements_check CHECK (((given_back_minor >= 0) AND (given_back_minor <= amount_minor))),
    constraint settlements_check1 CHECK (((means = 'gift_voucher'::text) = (voucher_id IS NOT NULL))),
    constraint settlements_check2 CHECK (((ended_at IS NULL) OR (given_back_minor = 0))),
    constraint settlements_means_check CHECK ((means = ANY (ARRAY['gift_voucher'::text, 'outside'::text]))),
    constraint settlements_reason_check CHECK ((length(reason) <= 500))
);
alter table orders.settlements enable row level security;
alter table orders.settlements force row level security;
CREATE INDEX settlements_by_order ON orders.settlements USING btree (org_id, order_id);
CREATE INDEX settlements_by_voucher ON orders.settlements USING btree (org_id, voucher_id) WHERE (voucher_id IS NOT NULL);
create policy everything on orders.settlements for all to balie_system using (true);
create policy tenant on orders.settlements for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update on orders.settlements to balie_app;
grant select on orders.settlements to balie_reader;
grant select, insert, update on orders.settlements to balie_system;

create table orders.voucher_uses (
    org_id uuid not null,
    use_id uuid not null,
    voucher_id uuid not null,
    cart_id uuid,
    order_id uuid,
    ended_at timestamp with time zone,
    created_at timestamp with time zone not null,
    constraint voucher_uses_pkey PRIMARY KEY (org_id, use_id),
    constraint voucher_uses_check CHECK (((cart_id IS NOT NULL) OR (order_id IS NOT NULL)))
);
alter table orders.voucher_uses enable row level security;
alter table orders.voucher_uses force row level security;
CREATE INDEX voucher_uses_by_age ON orders.voucher_uses USING btree (created_at);
CREATE UNIQUE INDEX voucher_uses_cart ON orders.voucher_uses USING btree (org_id, cart_id, voucher_id) WHERE ((order_id IS NULL) AND (ended_at IS NULL));
CREATE UNIQUE INDEX voucher_uses_order ON orders.voucher_uses USING btree (org_id, order_id, voucher_id) WHERE (order_id IS NOT NULL);
create policy everything on orders.voucher_uses for all to balie_system using (true);
create policy tenant on orders.voucher_uses for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on orders.voucher_uses to balie_app;
grant select on orders.voucher_uses to balie_reader;
grant select, insert, update, delete on orders.voucher_uses to balie_system;

create table orders.vouchers (
    org_id uuid not null,
    voucher_id uuid not null,
    code text not null,
    kind text not null,
    share_basis_points integer,
    amount_minor bigint,
    cap_minor bigint,
    balance_minor bigint,
    currency character(3) not null,
    max_uses integer,
    offer_ids uuid[],
    valid_from timestamp with time zone,
    valid_until timestamp with time zone,
    withdrawn_at timestamp with time zone,
    actor text not null,
    created_at timestamp with time zone not null,
    constraint vouchers_pkey PRIMARY KEY (org_id, voucher_id),
    constraint vouchers_code_unique UNIQUE (org_id, code),
    constraint vouchers_actor_check CHECK (((length(actor) >= 1) AND (length(actor) <= 200))),
    constraint vouchers_amount_minor_check CHECK ((amount_minor > 0)),
    constraint vouchers_cap_minor_check CHECK ((cap_minor > 0)),
    constraint vouchers_check CHECK (((balance_minor >= 0) AND (balance_minor <= amount_minor))),
    constraint vouchers_check1 CHECK (((kind = 'percentage'::text) = (share_basis_points IS NOT NULL))),
    constraint vouchers_check2 CHECK (((kind = ANY (ARRAY['amount'::text, 'gift'::text])) = (amount_minor IS NOT NULL))),
    constraint vouchers_check3 CHECK (((cap_minor IS NULL) OR (kind = 'percentage'::text))),
    constraint vouchers_check4 CHECK (((kind = 'gift'::text) = (balance_minor IS NOT NULL))),
    constraint vouchers_check5 CHECK (((kind <> 'unlock'::text) OR (cardinality(offer_ids) > 0))),
    constraint vouchers_check6 CHECK ((valid_until > valid_from)),
    constraint vouchers_code_check CHECK (((code = upper(code)) AND ((length(code) >= 4) AND (length(code) <= 40)))),
    constraint vouchers_kind_check CHECK ((kind = ANY (ARRAY['percentage'::text, 'amount'::text, 'unlock'::text, 'gift'::text]))),
    constraint vouchers_max_uses_check CHECK (((max_uses >= 1) AND (max_uses <= 1000000))),
    constraint vouchers_share_basis_points_check CHECK (((share_basis_points >= 1) AND (share_basis_points <= 10000)))
);
alter table orders.vouchers enable row level security;
alter table orders.vouchers force row level security;
create policy everything on orders.vouchers for all to balie_system using (true);
create policy tenant on orders.vouchers for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update on orders.vouchers to balie_app;
grant select on orders.vouchers to balie_reader;
grant select, insert, update on orders.vouchers to balie_system;
