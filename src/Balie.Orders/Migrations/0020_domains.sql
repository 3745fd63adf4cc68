-- See docs/decisions/0021-domains.md.
create domain orders.basis_points as integer check (value between 0 and 10000);
create domain orders.invoice_number as bigint check (value >= 1);
create domain orders.invoice_series as text check (value in ('invoice', 'credit_note'));
create domain orders.invoice_shown as text check (length(value) between 1 and 40);
create domain orders.line_type as text check (value in ('item', 'fee', 'discount'));
create domain orders.offer_kind as text check (length(value) between 1 and 50);
create domain orders.order_status as text check (value in ('awaiting_payment', 'confirmed', 'completed', 'expired', 'cancelled'));
create domain orders.refund_kind as text check (value in ('decided', 'called_off', 'surplus', 'too_late', 'by_hand'));
create domain orders.refund_status as text check (value in (
    'proposed', 'declined', 'requested', 'submitted', 'succeeded', 'failed', 'cancelled', 'reversed'
));
create domain orders.refund_terms as text check (value in ('policy', 'full', 'sum'));
create domain orders.run_outcome as text check (value in ('', 'refunded', 'cancelled', 'nothing'));
create domain orders.run_state as text check (value in ('waiting', 'done', 'failed'));
create domain orders.trigger_source as text check (value in ('shopper', 'staff', 'payment', 'clock'));

alter table orders.cart_lines
    drop constraint cart_lines_amount_minor_check,
    drop constraint cart_lines_kind_check,
    alter column amount_minor type kernel.amount,
    alter column kind type orders.offer_kind;

alter table orders.invoices
    drop constraint invoices_locale_check,
    drop constraint invoices_number_check,
    drop constraint invoices_series_check,
    drop constraint invoices_shown_check,
    alter column locale type kernel.locale,
    alter column number type orders.invoice_number,
    alter column series type orders.invoice_series,
    alter column shown type orders.invoice_shown;

alter table orders.order_history
    drop constraint order_history_actor_check,
    drop constraint order_history_reason_check,
    drop constraint order_history_step_check,
    drop constraint order_history_triggered_by_check,
    alter column actor type kernel.actor,
    alter column reason type kernel.remark,
    alter column step type kernel.small_ordinal,
    alter column triggered_by type orders.trigger_source;

alter table orders.order_lines
    drop constraint order_lines_position_check,
    drop constraint order_lines_quantity_check,
    drop constraint order_lines_type_check,
    drop constraint order_lines_vat_basis_points_check,
    alter column position type kernel.small_ordinal,
    alter column quantity type kernel.ordinal,
    alter column type type orders.line_type,
    alter column vat_basis_points type orders.basis_points;

alter table orders.orders
    drop constraint orders_authorised_minor_check,
    drop constraint orders_buyer_name_check,
    drop constraint orders_captured_minor_check,
    drop constraint orders_charged_back_minor_check,
    drop constraint orders_locale_check,
    drop constraint orders_on_hold_check,
    drop constraint orders_reference_check,
    drop constraint orders_refunded_minor_check,
    drop constraint orders_settled_minor_check,
    drop constraint orders_status_check,
    drop constraint orders_total_minor_check,
    alter column authorised_minor type kernel.amount,
    alter column buyer_name type kernel.person_name,
    alter column captured_minor type kernel.amount,
    alter column charged_back_minor type kernel.amount,
    alter column locale type kernel.locale,
    alter column on_hold type kernel.remark,
    alter column reference type kernel.reference,
    alter column refunded_minor type kernel.amount,
    alter column settled_minor type kernel.amount,
    alter column status type orders.order_status,
    alter column total_minor type kernel.amount;

alter table orders.refund_history
    drop constraint refund_history_actor_check,
    drop constraint refund_history_reason_check,
    drop constraint refund_history_step_check,
    alter column actor type kernel.actor,
    alter column reason type kernel.remark,
    alter column step type kernel.small_ordinal;

alter table orders.refund_lines
    drop constraint refund_lines_amount_minor_check,
    drop constraint refund_lines_kept_minor_check,
    drop constraint refund_lines_quantity_check,
    alter column amount_minor type kernel.amount,
    alter column kept_minor type kernel.amount,
    alter column quantity type kernel.count;

alter table orders.refund_run_orders
    drop constraint refund_run_orders_amount_minor_check,
    drop constraint refund_run_orders_outcome_check,
    drop constraint refund_run_orders_problem_check,
    drop constraint refund_run_orders_state_check,
    alter column amount_minor type kernel.amount,
    alter column outcome type orders.run_outcome,
    alter column problem type kernel.remark,
    alter column state type orders.run_state;

alter table orders.refunds
    drop constraint refunds_amount_minor_check,
    drop constraint refunds_decided_by_check,
    drop constraint refunds_failure_check,
    drop constraint refunds_kept_minor_check,
    drop constraint refunds_kind_check,
    drop constraint refunds_paid_minor_check,
    drop constraint refunds_reason_check,
    drop constraint refunds_requested_by_check,
    drop constraint refunds_settled_minor_check,
    drop constraint refunds_status_check,
    drop constraint refunds_terms_check,
    alter column amount_minor type kernel.amount,
    alter column decided_by type kernel.actor,
    alter column failure type kernel.remark,
    alter column kept_minor type kernel.amount,
    alter column kind type orders.refund_kind,
    alter column paid_minor type kernel.amount,
    alter column reason type kernel.remark,
    alter column requested_by type kernel.actor,
    alter column settled_minor type kernel.amount,
    alter column status type orders.refund_status,
    alter column terms type orders.refund_terms;
