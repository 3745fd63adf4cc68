create table inventory.pools (
    org_id    uuid not null,
    pool_id   uuid not null,
    capacity  integer not null check (capacity between 0 and 10000000),
    primary key (org_id, pool_id)
);
call kernel.protect('inventory.pools');
-- A pool whose claims tell of sales must not disappear.
revoke delete on inventory.pools from balie_app, balie_system;

-- The primary key is the proof that no unit is sold twice. There is no foreign key to pools: every statement that inserts joins the pool
-- to compare the unit with its capacity, and a trigger per row would cost the hot path a third of its speed.
create table inventory.claims (
    org_id      uuid not null,
    pool_id     uuid not null,
    unit        integer not null check (unit >= 1),
    holder      uuid not null,
    expires_at  timestamptz,
    primary key (org_id, pool_id, unit)
) with (fillfactor = 90);
create index claims_by_holder on inventory.claims (org_id, holder);
call kernel.protect('inventory.claims');

create table inventory.capacity_changes (
    org_id      uuid not null,
    change_id   uuid not null,
    pool_id     uuid not null,
    changed_at  timestamptz not null,
    actor       text not null check (length(actor) between 1 and 200),
    reason      text not null check (length(reason) <= 500),
    was         integer not null,
    became      integer not null,
    live        integer not null,
    forced      boolean not null,
    primary key (org_id, change_id),
    foreign key (org_id, pool_id) references inventory.pools
);
create index capacity_changes_by_pool on inventory.capacity_changes (org_id, pool_id, changed_at);
call kernel.protect('inventory.capacity_changes');
revoke update, delete on inventory.capacity_changes from balie_app, balie_system;

-- What each process found when it last compared its memory with the claims; the system's own, of no organisation.
create table inventory.fold_audits (
    process_id  uuid primary key,
    audited_at  timestamptz not null,
    folds       integer not null,
    drifted     integer not null
);
grant select, insert, update, delete on inventory.fold_audits to balie_system;
