create schema probe;

create table probe.notes (
    org_id   uuid not null,
    note_id  uuid not null,
    text     text not null check (length(text) <= 100),
    primary key (org_id, note_id)
);
call kernel.protect('probe.notes');
