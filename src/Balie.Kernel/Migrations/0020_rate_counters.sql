-- When each bucket of a rate limit is full again, over all processes. Not a tenant's, and worth nothing after a crash: so no log.
-- A caller may be an address; a row goes as soon as its bucket is full.
create unlogged table kernel.rate_counters (
    policy   text not null check (length(policy) between 1 and 100),
    caller   uuid not null,
    full_at  timestamptz not null,
    primary key (policy, caller)
);
grant select, insert, update, delete on kernel.rate_counters to balie_system;
