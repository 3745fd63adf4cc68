-- Only what an organisation decided for itself; every change is a new row, and no row ever changes.
create table kernel.policies (
    org_id      uuid not null,
    version     integer not null check (version > 0),
    changed_at  timestamptz not null,
    actor       text not null check (length(actor) between 1 and 100),
    own         jsonb not null check (jsonb_typeof(own) = 'object'),
    primary key (org_id, version)
);
call kernel.protect('kernel.policies');
revoke update, delete on kernel.policies from balie_app, balie_system;
