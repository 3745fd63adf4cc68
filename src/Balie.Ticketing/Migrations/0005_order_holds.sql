-- A booking that is held for a cart or an order: the order decides over it, and who comes may be said when it is paid.
alter table ticketing.bookings add column is_ordered boolean not null default false;
alter table ticketing.bookings drop constraint bookings_check1;
alter table ticketing.bookings add constraint bookings_holder_known
    check (user_id is not null or holder_email <> '' or (is_ordered and status <> 'confirmed'));
