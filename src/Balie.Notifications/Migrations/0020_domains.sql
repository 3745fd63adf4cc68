-- See docs/decisions/0021-domains.md.
create domain notifications.booking_status as text check (value in ('confirmed', 'cancelled'));
create domain notifications.notice_kind as text check (length(value) between 3 and 50);
create domain notifications.notice_reason as text check (length(value) between 3 and 200);
create domain notifications.notice_state as text check (value in ('waiting', 'sent', 'skipped', 'failed'));

alter table notifications.bookings
    drop constraint bookings_status_check,
    alter column status type notifications.booking_status;

alter table notifications.notices
    drop constraint notices_kind_check,
    drop constraint notices_reason_check,
    drop constraint notices_remark_check,
    drop constraint notices_state_check,
    drop constraint notices_tries_check,
    alter column kind type notifications.notice_kind,
    alter column reason type notifications.notice_reason,
    alter column remark type kernel.remark,
    alter column state type notifications.notice_state,
    alter column tries type kernel.count;

alter table notifications.purchases
    drop constraint purchases_locale_check,
    alter column locale type kernel.locale;
