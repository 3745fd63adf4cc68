-- A batch of requests shares one transaction; a request that loses must lose alone. Its number is remembered for the rest of the
-- transaction, and every later companion statement leaves its rows out.
create function kernel.refused() returns integer[]
    language sql stable parallel restricted
    return coalesce(nullif(current_setting('balie.refused', true), ''), '{}')::integer[];

create function kernel.refuse(request integer) returns integer
    language plpgsql volatile
as $$
begin
    if request <> all (kernel.refused()) then
        perform set_config('balie.refused', (kernel.refused() || request)::text, true);
    end if;
    return request;
end
$$;
