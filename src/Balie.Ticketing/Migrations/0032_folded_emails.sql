-- An address is compared as if typed in small letters, and row security lets only an index on a plain column be used for that. Null for who
-- has none, so that an address nobody gave is never found.
alter table ticketing.bookings add column holder_email_folded text generated always as (nullif(lower(holder_email), '')) stored;
create index bookings_by_email on ticketing.bookings (org_id, holder_email_folded) where holder_email_folded is not null;
alter table ticketing.tickets add column holder_email_folded text generated always as (nullif(lower(holder_email), '')) stored;
create index tickets_by_email on ticketing.tickets (org_id, holder_email_folded) where holder_email_folded is not null;
