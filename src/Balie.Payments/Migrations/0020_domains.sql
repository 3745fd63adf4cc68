-- See docs/decisions/0021-domains.md.
create domain payments.attempt_state as text check (value in (
    'created', 'pending', 'failed', 'cancelled', 'expired', 'authorised', 'voided', 'authorisation_expired', 'captured', 'charged_back'
));
create domain payments.dedupe_key as text check (length(value) between 1 and 300);
create domain payments.description as text check (length(value) between 1 and 200);
create domain payments.entry_kind as text check (value ~ '^[a-z_]{2,40}$');
create domain payments.entry_reference as text check (length(value) <= 100);
create domain payments.event_kind as text check (length(value) between 1 and 100);
create domain payments.failure_code as text check (length(value) <= 200);
create domain payments.instruction_kind as text check (value in ('refund', 'capture', 'void'));
create domain payments.instruction_state as text check (value in (
    'requested', 'submitted', 'succeeded', 'failed', 'cancelled', 'reversed'
));
create domain payments.ledger_account as text check (value ~ '^[a-z_]{2,40}(:[a-z0-9_]{1,40})?$');
create domain payments.ledger_amount as bigint check (value <> 0);
create domain payments.locale as text check (length(value) between 2 and 10);
create domain payments.log_entry as text check (value in ('state', 'money', 'ignored', 'note'));
create domain payments.method_name as text check (length(value) <= 60);
create domain payments.order_reference as text check (value ~ '^[A-Za-z0-9]{1,40}$');
create domain payments.provider_ref as text check (length(value) between 1 and 200);
create domain payments.provider_words as text check (length(value) <= 100000);
create domain payments.redirect_url as text check (length(value) between 1 and 4000);
create domain payments.sandbox_answer as text check (length(value) <= 200);
create domain payments.sandbox_key as text check (length(value) between 1 and 100);
create domain payments.sandbox_payment_ref as text check (value ~ '^sp_[a-z0-9]{24}$');
create domain payments.sandbox_payment_status as text check (value in (
    'open', 'pending', 'authorised', 'paid', 'failed', 'cancelled', 'expired', 'voided', 'charged_back'
));
create domain payments.sandbox_refund_ref as text check (value ~ '^sr_[a-z0-9]{24}$');
create domain payments.sandbox_refund_status as text check (value in ('pending', 'refunded', 'failed'));
create domain payments.webhook_state as text check (value in ('waiting', 'done', 'parked'));

alter table payments.attempt_log
    drop constraint attempt_log_actor_check,
    drop constraint attempt_log_answer_check,
    drop constraint attempt_log_reason_check,
    drop constraint attempt_log_step_check,
    drop constraint attempt_log_what_check,
    alter column actor type kernel.actor,
    alter column answer type payments.provider_words,
    alter column reason type kernel.remark,
    alter column step type kernel.ordinal,
    alter column what type payments.log_entry;

alter table payments.attempts
    drop constraint attempts_amount_minor_check,
    drop constraint attempts_authorised_minor_check,
    drop constraint attempts_captured_minor_check,
    drop constraint attempts_charged_back_minor_check,
    drop constraint attempts_description_check,
    drop constraint attempts_failure_code_check,
    drop constraint attempts_locale_check,
    drop constraint attempts_method_check,
    drop constraint attempts_order_reference_check,
    drop constraint attempts_payment_ref_check,
    drop constraint attempts_provider_ref_check,
    drop constraint attempts_redirect_url_check,
    drop constraint attempts_refunded_minor_check,
    drop constraint attempts_state_check,
    alter column amount_minor type kernel.positive_amount,
    alter column authorised_minor type kernel.amount,
    alter column captured_minor type kernel.amount,
    alter column charged_back_minor type kernel.amount,
    alter column description type payments.description,
    alter column failure_code type payments.failure_code,
    alter column locale type payments.locale,
    alter column method type payments.method_name,
    alter column order_reference type payments.order_reference,
    alter column payment_ref type payments.provider_ref,
    alter column provider_ref type payments.provider_ref,
    alter column redirect_url type payments.redirect_url,
    alter column refunded_minor type kernel.amount,
    alter column state type payments.attempt_state;

alter table payments.instructions
    drop constraint instructions_amount_minor_check,
    drop constraint instructions_kind_check,
    drop constraint instructions_part_check,
    drop constraint instructions_problem_check,
    drop constraint instructions_provider_ref_check,
    drop constraint instructions_reason_check,
    drop constraint instructions_state_check,
    alter column amount_minor type kernel.positive_amount,
    alter column kind type payments.instruction_kind,
    alter column part type kernel.small_ordinal,
    alter column problem type kernel.remark,
    alter column provider_ref type payments.provider_ref,
    alter column reason type kernel.remark,
    alter column state type payments.instruction_state;

alter table payments.ledger_entries
    drop constraint ledger_entries_kind_check,
    drop constraint ledger_entries_reference_check,
    alter column kind type payments.entry_kind,
    alter column reference type payments.entry_reference;

alter table payments.ledger_lines
    drop constraint ledger_lines_account_check,
    drop constraint ledger_lines_amount_minor_check,
    drop constraint ledger_lines_line_check,
    alter column account type payments.ledger_account,
    alter column amount_minor type payments.ledger_amount,
    alter column line type kernel.small_ordinal;

alter table payments.sandbox_answers
    drop constraint sandbox_answers_key_check,
    alter column key type payments.sandbox_key;

alter table payments.sandbox_deliveries
    drop constraint sandbox_deliveries_answer_check,
    alter column answer type payments.sandbox_answer;

alter table payments.sandbox_payments
    drop constraint sandbox_payments_amount_minor_check,
    drop constraint sandbox_payments_payment_ref_check,
    drop constraint sandbox_payments_status_check,
    alter column amount_minor type kernel.positive_amount,
    alter column payment_ref type payments.sandbox_payment_ref,
    alter column status type payments.sandbox_payment_status;

alter table payments.sandbox_refunds
    drop constraint sandbox_refunds_amount_minor_check,
    drop constraint sandbox_refunds_refund_ref_check,
    drop constraint sandbox_refunds_status_check,
    alter column amount_minor type kernel.positive_amount,
    alter column refund_ref type payments.sandbox_refund_ref,
    alter column status type payments.sandbox_refund_status;

alter table payments.webhooks
    drop constraint webhooks_dedupe_key_check,
    drop constraint webhooks_event_check,
    drop constraint webhooks_kind_check,
    drop constraint webhooks_problem_check,
    drop constraint webhooks_provider_ref_check,
    drop constraint webhooks_state_check,
    alter column dedupe_key type payments.dedupe_key,
    alter column event type payments.provider_words,
    alter column kind type payments.event_kind,
    alter column problem type kernel.remark,
    alter column provider_ref type payments.provider_ref,
    alter column state type payments.webhook_state;
