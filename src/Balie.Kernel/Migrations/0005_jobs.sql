-- One row per job over all processes. slot_at is the planned moment and stays on its grid; due_at is when to try next, which a failure or
-- "run now" moves. Whoever leases the row runs the job; a lease is judged by the database's clock.
create table kernel.jobs (
    name            text not null primary key check (length(name) between 1 and 200),
    module          text not null check (length(module) between 1 and 100),
    every           interval not null check (every > interval '0'),
    slot_at         timestamptz not null,
    due_at          timestamptz not null,
    holder          uuid,
    leased_until    timestamptz,
    started_at      timestamptz,
    finished_at     timestamptz,
    succeeded_at    timestamptz,
    runs            bigint not null default 0,
    failures_in_row integer not null default 0,
    last_error      text check (length(last_error) <= 2000),
    check ((holder is null) = (leased_until is null))
);
grant select, insert, update, delete on kernel.jobs to balie_system;
grant select on kernel.jobs to balie_reader;
