-- Row security keeps an index on an expression from being used, because lower() might tell what it saw.
drop index orders.orders_by_email;
alter table orders.orders add column buyer_email_folded text generated always as (lower(buyer_email)) stored;
create index orders_by_email on orders.orders (org_id, buyer_email_folded, created_at);
