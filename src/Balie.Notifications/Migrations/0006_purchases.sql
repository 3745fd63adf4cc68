-- Which order a booking was bought with, and in which language; null where nobody said. What orders tell and what bookings tell are heard
-- beside each other: in one row for both, the two would wait for each other, now and then in a circle.
create table notifications.purchases (
    org_id      uuid not null,
    booking_id  uuid not null,
    order_id    uuid not null,
    locale      text check (locale in ('nl', 'en')),
    bought_at   timestamptz not null,
    primary key (org_id, booking_id)
);
create index purchases_by_order on notifications.purchases (org_id, order_id);
create index purchases_by_age on notifications.purchases using brin (bought_at);
call kernel.protect('notifications.purchases');

insert into notifications.purchases (org_id, booking_id, order_id, locale, bought_at)
select org_id, booking_id, order_id, locale, updated_at
from notifications.bookings
where order_id is not null;

delete from notifications.bookings where status = 'held';
alter table notifications.bookings
    drop column order_id,
    drop column locale,
    alter column status drop default,
    drop constraint bookings_status_check,
    add constraint bookings_status_check check (status in ('confirmed', 'cancelled'));
