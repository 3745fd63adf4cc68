-- A ticket type that visitors neither see nor book unless a code in their cart opens it.
alter table ticketing.ticket_types add column hidden boolean not null default false;
