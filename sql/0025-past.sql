-- 0025-past.sql - a record as it was at any moment, and the bin: both from the
-- audit log, under the rights of whoever looks.

create index audit_logs_deleted_idx on konak.audit_logs (company_id, at, id)
    where op = 'delete';

set local role konak_definer;

-- One record's past, newest first, by pages: what one request changed twice has
-- one time and two ids.
drop function konak.history(text, uuid, timestamptz, integer);
create function konak.history(record_type text, record_id uuid,
    after timestamptz default null, lim integer default 50,
    after_id uuid default null)
    returns table (at timestamptz, id uuid, user_id uuid, user_name text,
	action text, op text, request_id uuid, version integer, changes jsonb)
language plpgsql stable security definer set search_path = pg_catalog, konak, pg_temp
as $$
#variable_conflict use_column
declare
	hidden text[] := konak.audit_hidden(history.record_type);
begin
	if hidden is null or not konak.visible(history.record_type,
	    history.record_id) then
		perform konak.no_row();
	end if;
	return query
	select l.at, l.id, l.user_id, u.name, l.action, l.op, l.request_id,
	    l.version, coalesce((
		select jsonb_agg(jsonb_build_object('field', k,
		    'old', v.values -> 'old' -> k, 'new', v.values -> 'new' -> k)
		    order by k)
		from (select jsonb_object_keys(coalesce(v.values -> 'new', '{}')) k
		    union select jsonb_object_keys(coalesce(v.values -> 'old', '{}'))) f
		where k <> all (hidden)), '[]')
	from konak.audit_logs l
	left join konak.audit_values v
	    on v.company_id = l.company_id and v.at = l.at and v.id = l.id
	left join konak.users u on u.id = l.user_id
	where l.company_id in (konak.company(), konak.group_company())
	    and l.record_id = history.record_id
	    and l.record_type = history.record_type
	    and l.op is not null
	    and (after is null or (l.at, l.id) < (after, coalesce(after_id,
		'00000000-0000-0000-0000-000000000000')))
	order by l.at desc, l.id desc
	limit greatest(1, least(coalesce(lim, 50), 201));
end $$;
grant execute on function
    konak.history(text, uuid, timestamptz, integer, uuid) to konak_app;

-- Each field of a record at a moment, and now. A field's value then is what the
-- first change after that moment replaced; without one it is what stands there.
-- known is false when a change since has lost its values (a person was erased)
-- and the log cannot tell. state: live, deleted, or none (not yet made).
create function konak.record_at(record_type text, record_id uuid,
    moment timestamptz)
    returns table (field text, was jsonb, is_now jsonb, state text,
	known boolean, version integer, who text, changed_at timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, konak, pg_temp
as $$
#variable_conflict use_column
declare
	t text := record_at.record_type;
	r uuid := record_at.record_id;
	hidden text[] := konak.audit_hidden(t);
	p konak.protected;
	now_row jsonb;
	lost boolean;
begin
	if hidden is null or not konak.visible(t, r) then
		perform konak.no_row();
	end if;
	select x.* into p from konak.protected x where x.record = t;
	execute format('select to_jsonb(x) from konak.%I x '
	    'where x.company_id in (konak.company(), konak.group_company()) '
	    'and x.id = $1', p.table_name) into now_row using r;
	-- The last thing that had happened to it by then.
	select case l.op when 'delete' then 'deleted' else 'live' end,
	    l.version, u.name, l.at
	into state, version, who, changed_at
	from konak.audit_logs l left join konak.users u on u.id = l.user_id
	where l.company_id in (konak.company(), konak.group_company())
	    and l.record_id = r and l.record_type = t
	    and l.op is not null and l.at <= moment
	order by l.at desc, l.id desc limit 1;
	if state is null then
		-- Loaded before the log began, or made later.
		state := case when (now_row ->> 'created_at')::timestamptz
		    <= moment then 'live' else 'none' end;
	end if;
	lost := exists (select from konak.audit_logs l
	    left join konak.audit_values v on v.company_id = l.company_id
		and v.at = l.at and v.id = l.id
	    where l.company_id in (konak.company(), konak.group_company())
		and l.record_id = r and l.record_type = t
		and l.op = 'edit' and l.at > moment and v.id is null);
	return query
	with later as (
		select distinct on (e.key) e.key, e.value
		from konak.audit_logs l
		join konak.audit_values v on v.company_id = l.company_id
		    and v.at = l.at and v.id = l.id
		cross join lateral jsonb_each(v.values -> 'old') e
		where l.company_id in (konak.company(), konak.group_company())
		    and l.record_id = r and l.record_type = t
		    and l.op = 'edit' and l.at > moment
		order by e.key, l.at, l.id)
	select n.key, case when state = 'none' then 'null'
	    when lost and l.key is null then null
	    else coalesce(l.value, n.value) end, n.value, state,
	    not lost or l.key is not null, version, who, changed_at
	from jsonb_each(now_row) n
	left join later l on l.key = n.key
	where n.key <> all (hidden) and n.key <> all (konak.protect_kept())
	    and not coalesce(p.spec -> 'internal', '[]') ? n.key
	    and not coalesce(p.spec -> 'quiet', '[]') ? n.key;
end $$;

-- What lies in the bin, of these types, the latest first: what was deleted for
-- itself; what went with its parent comes back with it. Nothing that the
-- caller could not see while it lived.
create function konak.bin(types text[], before timestamptz default null,
    before_id uuid default null, lim integer default 50)
    returns table (record_type text, record_id uuid, title text,
	at timestamptz, id uuid, who text, version integer, children bigint)
language plpgsql stable security definer set search_path = pg_catalog, konak, pg_temp
as $$
#variable_conflict use_column
declare
	l record;
	p konak.protected;
	gone text;
	shown uuid[] := '{}';
begin
	for l in
		select x.at, x.id, x.record_type, x.record_id, x.request_id,
		    x.user_id, v.values
		from konak.audit_logs x
		left join konak.audit_values v on v.company_id = x.company_id
		    and v.at = x.at and v.id = x.id
		where x.company_id = konak.company() and x.op = 'delete'
		    and (before is null or (x.at, x.id) < (before,
			coalesce(before_id, '00000000-0000-0000-0000-000000000000')))
		    and x.record_type = any (types)
		order by x.at desc, x.id desc
	loop
		continue when l.values ? 'cascade' or l.record_id = any (shown);
		select y.* into p from konak.protected y
		where y.record = l.record_type;
		-- Still there, and since this deletion.
		execute format('select y.version::text from konak.%I y '
		    'where y.company_id = konak.company() and y.id = $1 '
		    'and y.deleted_at = $2', p.table_name)
		into gone using l.record_id, l.at;
		continue when gone is null
		    or not konak.visible(l.record_type, l.record_id);
		record_type := l.record_type;
		record_id := l.record_id;
		title := coalesce(nullif(konak.title_of(l.record_type,
		    l.record_id), ''), l.values ->> 'title');
		at := l.at;
		id := l.id;
		version := gone::integer;
		select u.name into who from konak.users u where u.id = l.user_id;
		select count(*) into children from konak.audit_logs c
		join konak.audit_values w on w.company_id = c.company_id
		    and w.at = c.at and w.id = c.id and w.values ? 'cascade'
		where c.company_id = konak.company()
		    and c.request_id = l.request_id and c.op = 'delete'
		    and c.at = l.at;
		return next;
		shown := shown || l.record_id;
		exit when cardinality(shown) >= greatest(1, least(coalesce(lim, 50), 200));
	end loop;
end $$;

grant execute on function konak.record_at(text, uuid, timestamptz),
    konak.bin(text[], timestamptz, uuid, integer) to konak_app;

set local role konak_owner;
grant execute on function konak.protect_kept() to konak_definer;
