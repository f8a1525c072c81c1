-- 0016-merge.sql - two records of one type become one, and two again.

create table konak.merges (
	company_id uuid not null,
	-- the request that did it
	id uuid not null,
	record_type text not null,
	title text not null,
	from_title text not null,
	record_id uuid not null,
	merged_id uuid not null,
	moved_count integer not null default 0,
	undone_at timestamptz,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	constraint merges_pkey primary key (company_id, id),
	constraint merges_company_id_fkey foreign key (company_id)
	    references konak.companies (id)
);
create index merges_created_at_idx on konak.merges (company_id, created_at, id);
create index merges_record_type_idx on konak.merges (company_id, record_type);
create index merges_merged_id_idx on konak.merges (company_id, merged_id);
create index merges_created_by_idx on konak.merges (company_id, created_by);

select konak.grant_default('records.merge', 'core', 'Kayıtları birleştir',
    'Merge records', '["owner", "admin", "manager"]');
select konak.protect('konak.merges', '{"record": "merges", "module": "core", "audit": "MERGE", "title": "title", "view": {"records.merge": "all"}, "readonly": ["record_type", "title", "from_title", "record_id", "merged_id", "moved_count", "undone_at"], "quiet": ["undone_at"], "soft": false}'::jsonb);

-- Whether the caller holds one of the codes of an operation of a table.
create function konak.holds(tab text, op text) returns boolean
language sql stable
as $$
	select exists (select from konak.protected p,
	    jsonb_array_elements_text(case jsonb_typeof(p.spec -> op)
		when 'string' then jsonb_build_array(p.spec -> op)
		when 'array' then p.spec -> op
		when 'object' then (select jsonb_agg(k)
		    from jsonb_object_keys(p.spec -> op) k)
		else '[]' end) c
	    where p.table_name = tab and (c = '*' or konak.may(c)))
$$;
grant execute on function konak.holds(text, text) to konak_definer, konak_app;

-- Columns (bool) that at most one living record of a parent may have set, from
-- the partial unique indexes of its table: one primary contact.
create function konak.only_ones(tab text, col text) returns setof text
language sql stable
as $$
	select distinct a.attname::text
	from pg_index i
	join pg_attribute l on l.attrelid = i.indrelid and l.attname = col
	join pg_attribute a on a.attrelid = i.indrelid
	    and a.atttypid = 'boolean'::regtype and not a.attisdropped
	where i.indrelid = format('konak.%I', tab)::regclass and i.indisunique
	    and l.attnum = any (i.indkey) and i.indpred is not null
	    and pg_get_expr(i.indpred, i.indrelid) ~ ('\m' || a.attname || '\M')
$$;
grant execute on function konak.only_ones(text, text) to konak_definer;

-- One statement that moves all that names a record to another one: references
-- that hang together (an interaction and its contact) move at once. ids: only
-- these, '{"table.column": [id, …]}'; null: all.
create function konak.move_sql(tab text, ids boolean) returns text
language sql stable
as $$
	select 'with ' || string_agg(format('m%1$s as (update konak.%2$I c set '
	    '%3$s where c.company_id = konak.company() and (%4$s) returning 1)',
	    n, t, sets, wheres), ', ') || ' select '
	    || string_agg(format('(select count(*) from m%s)', n), ' + ')
	from (select row_number() over (order by r.tab) as n, r.tab as t,
		string_agg(format('%1$I = case when c.%1$I = $2 then $1 '
		    'else c.%1$I end', r.col), ', ')
		|| coalesce((select string_agg(format(', %1$I = c.%1$I and not '
		    'exists (select from konak.%2$I w where w.company_id = '
		    'c.company_id and w.%3$I = $1 and w.%1$I and w.id <> c.id)',
		    o, r.tab, min(r.col)), '')
		    from konak.only_ones(r.tab, min(r.col)) o), '') as sets,
		string_agg(format(case when ids then '(c.%1$I = $2 and c.id in '
		    '(select x::uuid from jsonb_array_elements_text($3 -> %2$L) x))'
		    else 'c.%1$I = $2' end, r.col, r.tab), ' or ') as wheres
	    from konak.references_to(move_sql.tab) r
	    where r.tab in (select table_name from konak.protected)
	    group by r.tab) s
$$;
grant execute on function konak.move_sql(text, boolean) to konak_definer;

set local role konak_definer;

-- What belongs to a record without a foreign key (comments, reminders …):
-- what stands at both stays where it is.
create function konak.move_loose(record text, winner uuid, loser uuid)
    returns integer
language plpgsql security definer set search_path = pg_catalog, konak, pg_temp
as $$
declare
	t record;
	r uuid;
	n integer := 0;
begin
	for t in select p.table_name as tab,
	    case when 'record_id' = any (p.columns) then 'record' else 'related'
	    end as word
	    from konak.protected p
	    where ('record_id' = any (p.columns)
		and 'record_type' = any (p.columns)
		or 'related_id' = any (p.columns)
		and 'related_type' = any (p.columns))
		and p.table_name not in ('merges', 'imports') loop
		for r in execute format('select c.id from konak.%1$I c '
		    'where c.company_id = konak.company() and c.%2$I = $1 '
		    'and c.%3$I = $2', t.tab, t.word || '_type', t.word || '_id')
		    using record, loser loop
			begin
				execute format('update konak.%1$I c set %2$I = $1 '
				    'where c.company_id = konak.company() '
				    'and c.id = $2', t.tab, t.word || '_id')
				using winner, r;
				n := n + 1;
			exception when unique_violation then
				null;
			end;
		end loop;
	end loop;
	return n;
end $$;

-- Everything of the loser becomes the winner's, whoever may see it. The rows
-- are locked by konak.merge(); who may do both was asked there and is here.
create function konak.merge_move(tab text, record text, winner uuid,
    loser uuid, name text, from_name text) returns integer
language plpgsql security definer set search_path = pg_catalog, konak, pg_temp
as $$
declare
	n bigint := 0;
	move text := konak.move_sql(tab, false);
begin
	if not (konak.may('records.merge') and konak.holds(tab, 'edit')
	    and konak.holds(tab, 'delete')) then
		perform konak.denied('records.merge');
	end if;
	if move is not null then
		execute move into n using winner, loser;
	end if;
	n := n + konak.move_loose(record, winner, loser);
	insert into konak.merges (company_id, id, record_type, title, from_title,
	    record_id, merged_id, moved_count)
	values (konak.company(), konak.request(), record, coalesce(name, '?'),
	    coalesce(from_name, '?'), winner, loser, n);
	return n;
end $$;
grant execute on function
    konak.merge_move(text, text, uuid, uuid, text, text) to konak_app;

-- Within 30 days: what was moved goes back unless somebody has moved it on,
-- fields that nobody has changed since get their old values, and the loser is
-- there again.
create function konak.unmerge(merge uuid)
    returns table (record_type text, record_id uuid, merged_id uuid,
	moved integer)
language plpgsql security definer set search_path = pg_catalog, konak, pg_temp
as $$
#variable_conflict use_column
declare
	m konak.merges;
	tab text;
	ids jsonb;
	l record;
	n bigint := 0;
	k integer;
	back text;
begin
	select x.* into m from konak.merges x
	where x.company_id = konak.company() and x.id = unmerge.merge for update;
	if not found then
		perform konak.no_row();
	end if;
	select p.table_name into tab from konak.protected p
	where p.record = m.record_type;
	if not (konak.may('records.merge') and konak.holds(tab, 'edit')
	    and konak.holds(tab, 'delete')) then
		perform konak.denied('records.merge');
	end if;
	if m.undone_at is not null then
		perform konak.fail('merge.undone');
	elsif m.created_at < konak.now() - interval '30 days' then
		perform konak.fail('merge.too_old');
	end if;
	execute format('update konak.%I t set deleted_at = null '
	    'where t.company_id = konak.company() and t.id = $1', tab)
	using m.merged_id;
	select jsonb_object_agg(s.tab, s.ids) into ids
	from (select p.table_name as tab, jsonb_agg(distinct a.record_id) as ids
	    from konak.audit_logs a
	    join konak.protected p on p.record = a.record_type
	    where a.company_id = konak.company() and a.request_id = m.id
		and a.op = 'edit' and a.record_id <> m.record_id
	    group by p.table_name) s;
	back := konak.move_sql(tab, true);
	if back is not null and ids is not null then
		execute back into n using m.merged_id, m.record_id, ids;
	end if;
	for l in
		select p.table_name as tab, a.record_id as id, v.values -> 'old' as old,
		    v.values -> 'new' as new
		from konak.audit_logs a
		join konak.audit_values v on v.company_id = a.company_id
		    and v.at = a.at and v.id = a.id
		join konak.protected p on p.record = a.record_type
		where a.company_id = konak.company() and a.request_id = m.id
		    and a.op = 'edit'
	loop
		-- references have moved back already; the rest field by field
		declare
			f text;
		begin
			for f in select x from jsonb_object_keys(l.old) x loop
				execute format('update konak.%1$I t set %2$I = '
				    '(jsonb_populate_record(null::konak.%1$I, $1)).%2$I '
				    'where t.company_id = konak.company() and t.id = $2 '
				    'and to_jsonb(t.%2$I) = $3 -> %2$L', l.tab, f)
				using l.old, l.id, l.new;
				get diagnostics k = row_count;
				n := n + case when l.id <> m.record_id and f like '%\_id'
				    then k else 0 end;
			end loop;
		end;
	end loop;
	update konak.merges x set undone_at = konak.now()
	where x.company_id = konak.company() and x.id = m.id;
	record_type := m.record_type;
	record_id := m.record_id;
	merged_id := m.merged_id;
	moved := n;
	return next;
end $$;
grant execute on function konak.unmerge(uuid) to konak_app;

set local role konak_owner;

-- The loser's children become the winner's, then it goes into the bin. Both
-- rows are locked first: whoever is adding to one of them ends before, and is
-- moved along, or waits and finds it gone.
create function konak.merge(tab text, record text, winner uuid,
    version integer, loser uuid, loser_version integer, vals jsonb,
    name text, from_name text)
    returns table (kept uuid, kept_version integer, moved integer)
language plpgsql
as $$
#variable_conflict use_column
declare
	n integer;
	stale integer;
begin
	if konak.done(konak.request(), winner)
	    or konak.done(konak.request(), loser) then
		return query execute format('select t.id, t.version, '
		    'coalesce((select m.moved_count from konak.merges m '
		    'where m.company_id = konak.company() '
		    'and m.id = konak.request()), 0) from konak.%I t '
		    'where t.company_id = konak.company() and t.id = $1', tab)
		using winner;
		return;
	end if;
	if winner = loser then
		perform konak.fail('merge.same', '{}', 'from');
	end if;
	execute format('select count(*), count(*) filter (where x.version <> '
	    'case x.id when $1 then $3 else $4 end) from (select t.id, '
	    't.version from konak.%I t where t.company_id = konak.company() '
	    'and t.id in ($1, $2) and t.deleted_at is null order by t.id '
	    'for update) x', tab)
	into n, stale using winner, loser, version, loser_version;
	if n < 2 then
		perform konak.no_row();
	elsif stale > 0 then
		perform konak.fail('merge.stale');
	end if;
	moved := konak.merge_move(tab, record, winner, loser, name, from_name);
	execute format('update konak.%I t set deleted_at = konak.now() '
	    'where t.company_id = konak.company() and t.id = $1', tab)
	using loser;
	if vals <> '{}' then
		execute format('update konak.%2$I t set (%1$s) = (select %1$s '
		    'from jsonb_populate_record(null::konak.%2$I, $2)) '
		    'where t.company_id = konak.company() and t.id = $1',
		    (select string_agg(quote_ident(k), ', ')
			from jsonb_object_keys(vals) k), tab)
		using winner, vals;
	end if;
	execute format('select t.id, t.version from konak.%I t '
	    'where t.company_id = konak.company() and t.id = $1', tab)
	into kept, kept_version using winner;
	return next;
end $$;
grant execute on function konak.merge(text, text, uuid, integer, uuid, integer,
    jsonb, text, text) to konak_app;
