-- PostgreSQL reads every check constraint of a table from its text again for every statement that writes there, whatever it changes; what a
-- domain demands is read once per connection, and asked only of columns that are written. See docs/decisions/0021-domains.md.
create domain kernel.actor as text check (length(value) between 1 and 200);
create domain kernel.amount as bigint check (value >= 0);
create domain kernel.consumer as text check (length(value) between 1 and 200);
create domain kernel.count as integer check (value >= 0);
create domain kernel.fingerprint as bytea check (length(value) = 32);
create domain kernel.http_status as smallint check (value between 0 and 599);
create domain kernel.locale as text check (value in ('nl', 'en'));
create domain kernel.message_kind as text check (length(value) between 3 and 100);
create domain kernel.ordinal as integer check (value >= 1);
create domain kernel.person_name as text check (length(value) <= 200);
create domain kernel.positive_amount as bigint check (value > 0);
create domain kernel.reference as text check (length(value) between 6 and 20);
create domain kernel.remark as text check (length(value) <= 500);
create domain kernel.route as text check (length(value) between 1 and 200);
create domain kernel.small_ordinal as smallint check (value >= 1);

alter table kernel.idempotency
    drop constraint idempotency_fingerprint_check,
    drop constraint idempotency_route_check,
    drop constraint idempotency_status_check,
    alter column fingerprint type kernel.fingerprint,
    alter column route type kernel.route,
    alter column status type kernel.http_status;

alter table kernel.inbox
    drop constraint inbox_consumer_check,
    alter column consumer type kernel.consumer;

alter table kernel.outbox
    drop constraint outbox_kind_check,
    alter column kind type kernel.message_kind;
