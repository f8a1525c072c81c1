-- 0381-recent-changes.sql - what others did since one signed in the last time
-- to what one watches, made or has to do: the log read for one person, each
-- record once, and only what that person may see.

set local role konak_auth;

-- The sign-in before the last; a person who has signed in once: a month.
create function konak.signed_in_before(person uuid) returns timestamptz
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select coalesce((select h.at from auth.login_history h
	    where h.user_id = person and h.status = 'ok'
	    order by h.at desc, h.id desc offset 1 limit 1),
	    konak.now() - interval '30 days')
$$;
revoke execute on function konak.signed_in_before(uuid) from public;
grant execute on function konak.signed_in_before(uuid) to konak_definer;

set local role konak_definer;

-- Does it concern somebody: watched, made by that person, or given to her?
create function konak.concerns(person uuid, record_type text, record_id uuid)
    returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
	p konak.protected;
	cols text;
	out boolean;
begin
	if exists (select from konak.watchers w
	    where w.company_id = konak.company() and w.user_id = person
		and w.record_id = concerns.record_id
		and w.record_type = concerns.record_type and w.watching) then
		return true;
	end if;
	select x.* into p from konak.protected x
	where x.record = concerns.record_type;
	select string_agg(format('x.%I', c), ', ') into cols
	from unnest(p.columns) c
	where c in ('created_by', 'assigned_to', 'manager_id', 'lead_user_id');
	if cols is null or p.spec ? 'rows' then
		return false;
	end if;
	execute format('select exists (select from konak.%I x '
	    'where x.company_id = konak.company() and x.id = $1 and $2 in (%s)%s)',
	    p.table_name, cols, case when 'deleted_at' = any (p.columns)
	    then ' and x.deleted_at is null' else '' end)
	into out using record_id, person;
	return out;
end $$;

-- The last 2,000 changes are looked at, 50 records given.
create function konak.changes_for_me() returns table (company_id uuid,
    id uuid, show_at timestamptz, type text, title text, message text,
    sender_id uuid, related_type text, related_id uuid, data jsonb)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	since timestamptz := konak.signed_in_before(konak.me());
	c record;
	hidden text[];
	n integer := 0;
begin
	for c in
		select y.* from (select distinct on (x.record_type, x.record_id)
		    x.*
		from (select l.at, l.id, l.user_id, l.record_type, l.record_id,
			l.op
		    from konak.audit_logs l
		    where l.company_id = konak.company() and l.at > since
			and l.op is not null and l.record_id is not null
			and l.user_id is distinct from konak.me()
		    order by l.at desc, l.id desc limit 2000) x
		order by x.record_type, x.record_id, x.at desc, x.id desc) y
		order by y.at desc, y.id desc
	loop
		continue when c.op = 'delete'
		    or not konak.concerns(konak.me(), c.record_type, c.record_id);
		hidden := konak.audit_hidden(c.record_type);
		continue when hidden is null
		    or not konak.visible(c.record_type, c.record_id);
		return query
		select konak.company(), c.id, c.at, 'change'::text,
		    v.values ->> 'title', case when c.op = 'edit' then
			(select string_agg(k, ',' order by k)
			from jsonb_object_keys(coalesce(v.values -> 'new', '{}')) k
			where k <> all (hidden)) end,
		    c.user_id, c.record_type, c.record_id, case c.op
			when 'edit' then '{}' else jsonb_build_object('action',
			    'RECORD_' || upper(c.op)) end
		from konak.audit_values v
		where v.company_id = konak.company() and v.at = c.at
		    and v.id = c.id;
		n := n + 1;
		exit when n = 50;
	end loop;
end $$;
grant execute on function konak.changes_for_me() to konak_app;

set local role konak_owner;

create view konak.recent_changes with (security_invoker = true) as
select c.* from konak.changes_for_me() c;
grant select on konak.recent_changes to konak_app;
