-- 0090-import-twins.sql - a company's own fields in changes of many records,
-- in merges and in imports; rows of a file that look like records that are
-- there: left out, or taken over into those.

-- What a record's own fields hold after some were set; null takes one away.
create function konak.custom_merged(was jsonb, fresh jsonb) returns jsonb
language sql immutable parallel safe
as $$
	select nullif(jsonb_strip_nulls(coalesce(was, '{}')
	    || coalesce(fresh, '{}')), '{}')
$$;
grant execute on function konak.custom_merged(jsonb, jsonb) to konak_app;

-- Taking a merge back writes own fields as well.
grant execute on function konak.custom_fits(text, text[], jsonb)
    to konak_definer;

-- "(a, b) = (select p.a, p.b …)" for texts in a jsonb, of the row t.
create function konak.set_sql(tab text, keys text[], vals text) returns text
language sql immutable
as $$
	select format('(%s) = (select %s from jsonb_populate_record('
	    'null::konak.%I, %s) p)', string_agg(quote_ident(k), ', '),
	    string_agg(case k when 'custom'
		then 'konak.custom_merged(t.custom, p.custom)'
		else 'p.' || quote_ident(k) end, ', '), tab, vals)
	from unnest(keys) k
$$;
grant execute on function konak.set_sql(text, text[], text) to konak_app;

-- As 0014 has it, with own fields.
create or replace function konak.change_many(tab text, vals jsonb, ids uuid[],
    versions integer[])
    returns table (id uuid, state text, message text, tab_name text, con text,
	col text, detail text)
language plpgsql
as $$
#variable_conflict use_column
declare
	n constant integer := cardinality(ids);
	half constant integer := n / 2;
	cols text;
	done uuid[];
begin
	if vals is null then
		cols := 'deleted_at = konak.now()';
	else
		cols := konak.set_sql(tab,
		    array(select k from jsonb_object_keys(vals) k), '$3');
	end if;
	begin
		execute format('with w as (select x.id, x.version '
		    'from unnest($1, $2) x(id, version)), '
		    'u as (update konak.%1$I t set %2$s from w '
		    'where t.company_id = (select konak.company()) '
		    'and t.id = w.id and t.version = coalesce(w.version, t.version)'
		    '%3$s returning t.id) select array_agg(u.id) from u', tab, cols,
		    case when exists (select from konak.protected p
			where p.table_name = tab
			    and 'deleted_at' = any (p.columns))
			then ' and t.deleted_at is null' else '' end)
		into done using ids, versions, vals;
	exception when others then
		if left(sqlstate, 2) not in ('22', '23', '42', 'KN', 'P0') then
			raise;
		elsif n > 1 then
			return query
			select f.* from konak.change_many(tab, vals,
			    ids[1:half], versions[1:half]) f
			union all
			select f.* from konak.change_many(tab, vals,
			    ids[half + 1:n], versions[half + 1:n]) f;
			return;
		end if;
		get stacked diagnostics message = message_text,
		    tab_name = table_name, con = constraint_name,
		    col = column_name, detail = pg_exception_detail;
		id := ids[1];
		state := sqlstate;
		return next;
		return;
	end;
	if cardinality(done) = n then
		return;
	end if;
	-- Not there, or not any more, or not as the caller saw it, or not his.
	-- What this very request has done already is no failure.
	return query execute format('select w.id, case '
	    'when t.id is null or %2$s then ''KN002'' '
	    'when t.version <> w.version then ''KN001'' else ''42501'' end, '
	    'case when t.id is null then ''record.not_found'' '
	    'when %2$s then ''record.deleted'' else ''many'' end, '
	    ''''', '''', '''', ''{}'' '
	    'from unnest($1, $2) w(id, version) '
	    'left join konak.%1$I t on t.company_id = (select konak.company()) '
	    'and t.id = w.id '
	    'where w.id <> all ($3) and not konak.done(konak.request(), w.id)',
	    tab, case when exists (select from konak.protected p
		where p.table_name = tab and 'deleted_at' = any (p.columns))
		then 't.deleted_at is not null' else 'false' end)
	using ids, versions, coalesce(done, '{}');
end $$;

-- As 0016 has it, with own fields.
create or replace function konak.merge(tab text, record text, winner uuid,
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
		execute format('update konak.%I t set %s '
		    'where t.company_id = konak.company() and t.id = $1', tab,
		    konak.set_sql(tab,
			array(select k from jsonb_object_keys(vals) k), '$2'))
		using winner, vals;
	end if;
	execute format('select t.id, t.version from konak.%I t '
	    'where t.company_id = konak.company() and t.id = $1', tab)
	into kept, kept_version using winner;
	return next;
end $$;

-- ------------------------------------------------------------------ imports

-- twin: the record that the row looks like, and by which fields; apart: such
-- a row does not become a record of its own.
alter table konak.import_rows
    add twin uuid,
    add twin_fields text,
    add apart boolean not null default false;

-- As 0015 has it; the rows apart are left.
create or replace function konak.import_some(tab text, import uuid,
    first integer, last integer, cols text[], extra jsonb)
    returns table (n integer, state text, message text, tab_name text,
	con text, col text, detail text)
language plpgsql
as $$
#variable_conflict use_column
declare
	half constant integer := (first + last) / 2;
begin
	execute format('insert into konak.%1$I (company_id, id, %2$s) '
	    'select konak.company(), r.record_id, %3$s '
	    'from konak.import_rows r cross join lateral '
	    'jsonb_populate_record(null::konak.%1$I, $4 || r.data) p '
	    'where r.company_id = (select konak.company()) '
	    'and r.import_id = $1 and r.n between $2 and $3 '
	    'and r.problem is null and not r.apart', tab,
	    (select string_agg(quote_ident(c), ', ') from unnest(cols) c),
	    (select string_agg('p.' || quote_ident(c), ', ')
		from unnest(cols) c))
	using import, first, last, extra;
exception when others then
	if left(sqlstate, 2) not in ('22', '23', '42', 'KN', 'P0') then
		raise;
	elsif first < last then
		return query
		select f.* from konak.import_some(tab, import, first, half,
		    cols, extra) f
		union all
		select f.* from konak.import_some(tab, import, half + 1, last,
		    cols, extra) f;
		return;
	end if;
	get stacked diagnostics message = message_text,
	    tab_name = table_name, con = constraint_name,
	    col = column_name, detail = pg_exception_detail;
	n := first;
	state := sqlstate;
	return next;
end $$;

-- Rows apart change the records that they look like: what the file says goes
-- there, an empty cell changes nothing. Of two rows for one record the last
-- counts. The '?…' and '!' in data are no columns.
create function konak.import_over(tab text, import uuid, first integer,
    last integer, cols text[])
    returns table (n integer, state text, message text, tab_name text,
	con text, col text, detail text)
language plpgsql
as $$
#variable_conflict use_column
declare
	half constant integer := (first + last) / 2;
	want integer;
	got integer;
begin
	execute format('with w as (select distinct on (r.twin) r.n, r.twin, '
	    'r.data - array(select jsonb_array_elements_text(r.data -> ''!'')) '
	    'as d from konak.import_rows r '
	    'where r.company_id = (select konak.company()) '
	    'and r.import_id = $1 and r.n between $2 and $3 '
	    'and r.apart and r.problem is null order by r.twin, r.n desc), '
	    'u as (update konak.%1$I t set (%2$s) = (select %3$s '
	    'from jsonb_populate_record(t, w.d) p) from w '
	    'where t.company_id = (select konak.company()) and t.id = w.twin '
	    'and t.deleted_at is null returning 1) '
	    'select (select count(*) from w), (select count(*) from u)', tab,
	    (select string_agg(quote_ident(c), ', ') from unnest(cols) c),
	    (select string_agg(case c when 'custom'
		then 'konak.custom_merged(t.custom, w.d -> ''custom'')'
		else 'p.' || quote_ident(c) end, ', ') from unnest(cols) c))
	into want, got using import, first, last;
	if got < want then
		raise exception using errcode = '42501', message = 'many';
	end if;
exception when others then
	if left(sqlstate, 2) not in ('22', '23', '42', 'KN', 'P0') then
		raise;
	elsif first < last then
		return query
		select f.* from konak.import_over(tab, import, first, half,
		    cols) f
		union all
		select f.* from konak.import_over(tab, import, half + 1, last,
		    cols) f;
		return;
	end if;
	get stacked diagnostics message = message_text,
	    tab_name = table_name, con = constraint_name,
	    col = column_name, detail = pg_exception_detail;
	n := first;
	state := sqlstate;
	return next;
end $$;

create function konak.import_over_round(tab text, import uuid, first integer,
    last integer, cols text[])
    returns table (n integer, state text, message text, tab_name text,
	con text, col text, detail text)
language plpgsql
as $$
#variable_conflict use_column
begin
	for i in first .. last by 100 loop
		return query select f.* from konak.import_over(tab, import, i,
		    least(i + 99, last), cols) f;
	end loop;
end $$;

grant execute on function
    konak.import_over(text, uuid, integer, integer, text[]),
    konak.import_over_round(text, uuid, integer, integer, text[])
    to konak_app;

set local role konak_definer;

-- As 0015 has it; records that an import has changed count as well.
create or replace function konak.import_brought(import uuid, after uuid,
    lim integer)
    returns table (record_type text, id uuid)
language sql stable security definer set search_path = pg_catalog, konak, pg_temp
as $$
	select i.record_type, l.record_id
	from konak.imports i
	join konak.audit_logs l on l.company_id = i.company_id
	    and l.request_id = i.request_id and l.record_type = i.record_type
	    and l.op in ('create', 'edit')
	where i.company_id = konak.company() and i.id = import
	    and i.state = 'done' and konak.may('records.import')
	    and l.record_id > coalesce(after,
		'00000000-0000-0000-0000-000000000000')
	order by l.record_id limit lim
$$;

-- Of these records those that an import has changed: what they held before,
-- and whether somebody has changed them since.
create function konak.import_changed(import uuid, ids uuid[])
    returns table (id uuid, old jsonb, touched boolean)
language sql stable security definer set search_path = pg_catalog, konak, pg_temp
as $$
	select distinct on (l.record_id) l.record_id, v.values -> 'old',
	    exists (select from konak.audit_logs x
		where x.company_id = l.company_id and x.record_id = l.record_id
		    and x.record_type = l.record_type and x.op is not null
		    and (x.at, x.id) > (l.at, l.id)
		    and x.request_id is distinct from i.request_id)
	from konak.imports i
	join konak.audit_logs l on l.company_id = i.company_id
	    and l.request_id = i.request_id and l.record_type = i.record_type
	    and l.op = 'edit' and l.record_id = any (ids)
	join konak.audit_values v on v.company_id = l.company_id
	    and v.at = l.at and v.id = l.id
	where i.company_id = konak.company() and i.id = import
	    and i.state = 'done' and konak.may('records.import')
	order by l.record_id, l.at, l.id
$$;
grant execute on function konak.import_changed(uuid, uuid[]) to konak_app;

set local role konak_owner;

-- What an import has brought goes into the bin, what it has changed gets its
-- old values, as far as nobody has touched it since; the rest is told.
create function konak.import_back(tab text, import uuid, ids uuid[])
    returns table (id uuid, state text, message text, tab_name text, con text,
	col text, detail text)
language plpgsql
as $$
#variable_conflict use_column
declare
	c record;
	changed uuid[] := '{}';
	n integer;
begin
	for c in select x.* from konak.import_changed(import, ids) x loop
		changed := changed || c.id;
		id := c.id;
		state := 'KN001';
		if not c.touched then
			begin
				execute format('update konak.%1$I t set (%2$s) = '
				    '(select %2$s from jsonb_populate_record('
				    'null::konak.%1$I, $1)) '
				    'where t.company_id = konak.company() '
				    'and t.id = $2 and t.deleted_at is null', tab,
				    (select string_agg(quote_ident(k), ', ')
					from jsonb_object_keys(c.old) k))
				using c.old, c.id;
				get diagnostics n = row_count;
				continue when n = 1;
				message := 'many';
			exception when others then
				if left(sqlstate, 2) not in ('22', '23', '42',
				    'KN', 'P0') then
					raise;
				end if;
				get stacked diagnostics message = message_text,
				    tab_name = table_name,
				    con = constraint_name, col = column_name,
				    detail = pg_exception_detail;
				state := sqlstate;
			end;
		end if;
		return next;
		message := null;
		tab_name := null;
		con := null;
		col := null;
		detail := null;
	end loop;
	return query select f.* from konak.import_take_back(tab,
	    array(select i from unnest(ids) i where i <> all (changed))) f;
end $$;
grant execute on function konak.import_back(text, uuid, uuid[]) to konak_app;
