-- Mail in two faces with files beside it, and a reason that never sends twice.
alter table kernel.mails
    add column html text not null default '' check (length(html) <= 300000),
    add column reply_to text check (length(reply_to) between 3 and 320),
    add column dedupe_key text check (length(dedupe_key) between 1 and 500),
    add constraint mails_reason_unique unique (org_id, dedupe_key),
    add check (state = 'waiting' or html = '');

-- Deleted once the mail is settled: what a person was sent is theirs.
create table kernel.mail_files (
    org_id        uuid not null,
    mail_id       uuid not null,
    position      integer not null check (position >= 0),
    name          text not null check (length(name) between 1 and 100),
    content_type  text not null check (length(content_type) between 3 and 200),
    content       bytea not null check (length(content) <= 10485760),
    primary key (org_id, mail_id, position),
    foreign key (org_id, mail_id) references kernel.mails (org_id, mail_id) on delete cascade
);
alter table kernel.mail_files enable row level security;
alter table kernel.mail_files force row level security;
create policy tenant on kernel.mail_files for insert to balie_app with check (org_id = kernel.current_org());
create policy everything on kernel.mail_files to balie_system using (true);
grant insert on kernel.mail_files to balie_app;
grant select, insert, delete on kernel.mail_files to balie_system;
