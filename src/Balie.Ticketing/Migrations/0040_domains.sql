-- See docs/decisions/0021-domains.md.
create domain ticketing.booked_quantity as integer check (value between 1 and 1000);
create domain ticketing.booking_status as text check (value in ('pending', 'confirmed', 'expired', 'cancelled'));
create domain ticketing.check_in_reason as text check (length(value) between 1 and 50);
create domain ticketing.check_in_result as text check (value in ('admitted', 'refused'));
create domain ticketing.direction as text check (value in ('in', 'out'));
create domain ticketing.step_action as text check (length(value) between 1 and 50);
create domain ticketing.ticket_code as text check (length(value) between 20 and 200);
create domain ticketing.ticket_number as text check (length(value) between 8 and 26);
create domain ticketing.ticket_secret as bytea check (length(value) = 20);
create domain ticketing.ticket_serial as integer check (value between 1 and 65535);
create domain ticketing.ticket_status as text check (value in (
    'issued', 'checked_in', 'transferred', 'listed', 'voided', 'refunded', 'expired'
));

alter table ticketing.booking_history
    drop constraint booking_history_actor_check,
    drop constraint booking_history_reason_check,
    drop constraint booking_history_step_check,
    alter column actor type kernel.actor,
    alter column reason type kernel.remark,
    alter column step type kernel.small_ordinal;

alter table ticketing.booking_items
    drop constraint booking_items_line_check,
    drop constraint booking_items_price_minor_check,
    drop constraint booking_items_quantity_check,
    alter column line type kernel.small_ordinal,
    alter column price_minor type kernel.amount,
    alter column quantity type ticketing.booked_quantity;

alter table ticketing.bookings
    drop constraint bookings_holder_name_check,
    drop constraint bookings_reference_check,
    drop constraint bookings_status_check,
    drop constraint bookings_total_minor_check,
    alter column holder_name type kernel.person_name,
    alter column reference type kernel.reference,
    alter column status type ticketing.booking_status,
    alter column total_minor type kernel.amount;

alter table ticketing.check_ins
    drop constraint check_ins_actor_check,
    drop constraint check_ins_direction_check,
    drop constraint check_ins_fingerprint_check,
    drop constraint check_ins_judgement_check,
    drop constraint check_ins_note_check,
    drop constraint check_ins_nth_check,
    drop constraint check_ins_reason_check,
    drop constraint check_ins_result_check,
    alter column actor type kernel.actor,
    alter column direction type ticketing.direction,
    alter column fingerprint type kernel.fingerprint,
    alter column judgement type ticketing.check_in_reason,
    alter column note type kernel.remark,
    alter column nth type kernel.small_ordinal,
    alter column reason type ticketing.check_in_reason,
    alter column result type ticketing.check_in_result;

alter table ticketing.entries
    drop constraint entries_ins_check,
    drop constraint entries_outs_check,
    alter column ins type kernel.count,
    alter column outs type kernel.count;

alter table ticketing.ticket_history
    drop constraint ticket_history_action_check,
    drop constraint ticket_history_actor_check,
    drop constraint ticket_history_reason_check,
    drop constraint ticket_history_step_check,
    alter column action type ticketing.step_action,
    alter column actor type kernel.actor,
    alter column reason type kernel.remark,
    alter column step type kernel.ordinal;

alter table ticketing.tickets
    drop constraint tickets_code_check,
    drop constraint tickets_holder_name_check,
    drop constraint tickets_line_check,
    drop constraint tickets_number_check,
    drop constraint tickets_position_check,
    drop constraint tickets_price_minor_check,
    drop constraint tickets_secret_check,
    drop constraint tickets_serial_check,
    drop constraint tickets_status_check,
    alter column code type ticketing.ticket_code,
    alter column holder_name type kernel.person_name,
    alter column line type kernel.small_ordinal,
    alter column number type ticketing.ticket_number,
    alter column position type kernel.ordinal,
    alter column price_minor type kernel.amount,
    alter column secret type ticketing.ticket_secret,
    alter column serial type ticketing.ticket_serial,
    alter column status type ticketing.ticket_status;
