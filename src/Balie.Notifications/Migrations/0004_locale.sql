-- The language in which a booking was bought; null for one that nobody ordered.
alter table notifications.bookings add column locale text check (locale in ('nl', 'en'));
