-- Of a notice to several people that could not reach all of them: who has it, so that only the others are tried again.
alter table notifications.notices add column sent_to text[] not null default '{}';
