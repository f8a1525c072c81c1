-- 0451-changes-at-once.sql - the changes since one's last sign-in, a question for
-- each type of record and no longer two for each record, so that they may stand
-- on the home panel.

set local role konak_definer;

-- Those of these records of one type that concern the caller (watched, made by
-- or given to that person) and that the caller may see.
create function konak.mine_among(record_type text, ids uuid[]) returns uuid[]
language plpgsql stable security definer
set search_path = pg_catalog, konak, pg_temp
as $$
declare
	p konak.protected;
	t text;
	cols text;
	watched uuid[];
	out uuid[];
begin
	select x.* into p from konak.protected x
	where x.record = mine_among.record_type;
	if not found or konak.audit_hidden(p.record) is null then
		return '{}';
	end if;
	t := p.table_name;
	select coalesce(array_agg(w.record_id), '{}') into watched
	from konak.watchers w
	where w.company_id = konak.company() and w.user_id = konak.me()
	    and w.record_type = p.record and w.record_id = any (ids)
	    and w.watching;
	select string_agg(format('%I.%I', t, c), ', ') into cols
	from unnest(p.columns) c
	where c in ('created_by', 'assigned_to', 'manager_id', 'lead_user_id')
	    and not p.spec ? 'rows';
	execute format('select coalesce(array_agg(%1$I.id), ''{}'') '
	    'from konak.%1$I where %2$s %1$I.id = any ($1) '
	    'and (%1$I.id = any ($2) or %3$s) and %4$s', t,
	    case when p.spec ? 'rows' then ''
		else format('%I.company_id = konak.company() and', t) end,
	    case when cols is null then 'false' else format('($3 in (%s)%s)',
		cols, case when 'deleted_at' = any (p.columns)
		then format(' and %I.deleted_at is null', t) else '' end) end,
	    konak.protect_condition(p.spec, 'view', false))
	into out using ids, watched, konak.me();
	return out;
end $$;

-- The last 2,000 changes are looked at, 50 records given.
create or replace function konak.changes_for_me() returns table (company_id uuid,
    id uuid, show_at timestamptz, type text, title text, message text,
    sender_id uuid, related_type text, related_id uuid, data jsonb)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	since timestamptz := konak.signed_in_before(konak.me());
	logs konak.audit_logs[];
	mine uuid[] := '{}';
	c record;
	hidden text[];
begin
	select array_agg(x) into logs
	from (select l from konak.audit_logs l
	    where l.company_id = konak.company() and l.at > since
		and l.op is not null and l.record_id is not null
		and l.user_id is distinct from konak.me()
	    order by l.at desc, l.id desc limit 2000) y (x);
	for c in
		select l.record_type, array_agg(distinct l.record_id) as ids
		from unnest(logs) l group by l.record_type
	loop
		mine := mine || konak.mine_among(c.record_type, c.ids);
	end loop;
	for c in
		select y.* from (select distinct on (l.record_type, l.record_id)
		    l.at, l.id, l.user_id, l.record_type, l.record_id, l.op
		from unnest(logs) l where l.record_id = any (mine)
		order by l.record_type, l.record_id, l.at desc, l.id desc) y
		where y.op <> 'delete'
		order by y.at desc, y.id desc limit 50
	loop
		hidden := konak.audit_hidden(c.record_type);
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
	end loop;
end $$;

drop function konak.concerns(uuid, text, uuid);

set local role konak_owner;
