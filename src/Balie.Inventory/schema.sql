-- The schema inventory after all migrations. Written by Balie.Tests with BALIE_UPDATE_SNAPSHOTS=1, never by hand.

create table inventory.capacity_changes (
    org_id uuid not null,
    change_id uuid not null,
    pool_id uuid not null,
    changed_at timestamp with time zone not null,
    actor text not null,
    reason text not null,
    was integer not null,
    became integer not null,
    live integer not null,
    forced boolean not null,
    constraint capacity_changes_pkey PRIMARY KEY (org_id, change_id),
    constraint capacity_changes_org_id_pool_id_fkey FOREIGN KEY (org_id, pool_id) REFERENCES inventory.pools(org_id, pool_id),
    constraint capacity_changes_actor_check CHECK (((length(actor) >= 1) AND (length(actor) <= 200))),
    constraint capacity_changes_reason_check CHECK ((length(reason) <= 500))
);
alter table inventory.capacity_changes enable row level security;
alter table inventory.capacity_changes force row level security;
CREATE INDEX capacity_changes_by_pool ON inventory.capacity_changes USING btree (org_id, pool_id, changed_at);
create policy everything on inventory.capacity_changes for all to balie_system using (true);
create policy tenant on inventory.capacity_changes for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert on inventory.capacity_changes to balie_app;
grant select on inventory.capacity_changes to balie_reader;
grant select, insert on inventory.capacity_changes to balie_system;

create table inventory.claims (
    org_id uuid not null,
    pool_id uuid not null,
    unit integer not null,
    holder uuid not null,
    expires_at timestamp with time zone,
    constraint claims_pkey PRIMARY KEY (org_id, pool_id, unit),
    constraint claims_unit_check CHECK ((unit >= 1))
);
alter table inventory.claims enable row level security;
alter table inventory.claims force row level security;
CREATE INDEX claims_by_holder ON inventory.claims USING btree (org_id, holder);
create policy everything on inventory.claims for all to balie_system using (true);
create policy tenant on inventory.claims for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update, delete on inventory.claims to balie_app;
grant select on inventory.claims to balie_reader;
grant select, insert, update, delete on inventory.claims to balie_system;

create table inventory.fold_audits (
    process_id uuid not null,
    audited_at timestamp with time zone not null,
    folds integer not null,
    drifted integer not null,
    constraint fold_audits_pkey PRIMARY KEY (process_id)
);
grant select, insert, update, delete on inventory.fold_audits to balie_system;

create table inventory.pools (
    org_id uuid not null,
    pool_id uuid not null,
    capacity integer not null,
    constraint pools_pkey PRIMARY KEY (org_id, pool_id),
    constraint pools_capacity_check CHECK (((capacity >= 0) AND (capacity <= 10000000)))
);
alter table inventory.pools enable row level security;
alter table inventory.pools force row level security;
create policy everything on inventory.pools for all to balie_system using (true);
create policy tenant on inventory.pools for all to balie_app, balie_reader using ((org_id = kernel.current_org()));
grant select, insert, update on inventory.pools to balie_app;
grant select on inventory.pools to balie_reader;
grant select, insert, update on inventory.pools to balie_system;
