-- Mail waiting to be sent, written in the transaction of its cause. Bodies hold codes, so people's role may add a row and never read one.
create table kernel.mails (
    org_id      uuid not null,
    mail_id     uuid not null,
    recipient   text not null check (length(recipient) between 3 and 320),
    subject     text not null check (length(subject) between 1 and 300),
    body        text not null check (length(body) <= 100000),
    state       text not null default 'waiting' check (state in ('waiting', 'sent', 'failed')),
    tries       integer not null default 0 check (tries >= 0),
    due_at      timestamptz not null,
    created_at  timestamptz not null,
    settled_at  timestamptz,
    error       text,
    primary key (org_id, mail_id),
    check ((state = 'waiting') = (settled_at is null)),
    check (state = 'waiting' or body = '')
);
create index mails_due on kernel.mails (due_at) where state = 'waiting';
create index mails_settled on kernel.mails (settled_at) where state <> 'waiting';

alter table kernel.mails enable row level security;
alter table kernel.mails force row level security;
create policy tenant on kernel.mails for insert to balie_app with check (org_id = kernel.current_org());
create policy everything on kernel.mails to balie_system using (true);
grant insert on kernel.mails to balie_app;
grant select, insert, update, delete on kernel.mails to balie_system;
