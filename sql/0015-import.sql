-- 0015-import.sql - imports: rows wait in a table of their own, are tried,
-- and become records in one act; an import is taken back as far as nobody has
-- touched what it brought.

select konak.grant_default('records.import', 'core', 'İçe aktar',
    'Import records', '["owner", "admin", "manager"]');

create table konak.imports (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	record_type text not null,
	file text not null,
	state text not null default 'open',
	-- one field a column of the file, null for those that are left out
	mapping text[] not null,
	row_count integer not null default 0,
	done_count integer not null default 0,
	failed_count integer not null default 0,
	kept_count integer not null default 0,
	-- the request whose audit rows are this import
	request_id uuid,
	done_at timestamptz,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	constraint imports_pkey primary key (company_id, id),
	constraint imports_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint imports_file_length check (length(file) between 1 and 255),
	constraint imports_state_known check
	    (state in ('open', 'checked', 'done', 'undone'))
);
create index imports_created_at_idx on konak.imports
    (company_id, created_at, id);
create index imports_state_idx on konak.imports (company_id, state);
create index imports_record_type_idx on konak.imports
    (company_id, record_type);
create index imports_created_by_idx on konak.imports (company_id, created_by);
select konak.protect('konak.imports', '{"record": "imports", "module": "core", "audit": "IMPORT", "title": "file", "view": {"records.import": "all"}, "internal": ["mapping", "request_id"], "quiet": ["state", "row_count", "done_count", "failed_count", "kept_count", "done_at", "request_id"], "readonly": ["record_type", "file", "state", "row_count", "done_count", "failed_count", "kept_count", "done_at"], "soft": false}'::jsonb);

-- Rows on their way. They can be sent again, so a crash may empty it.
create unlogged table konak.import_rows (
	company_id uuid not null default konak.company(),
	import_id uuid not null,
	n integer not null,
	record_id uuid not null default konak.uuid7(),
	at timestamptz not null default konak.now(),
	data jsonb not null,
	-- [{"f": field, "t": sentence, "run": found by a run}], null: nothing
	-- is wrong
	problem jsonb,
	constraint import_rows_pkey primary key (company_id, import_id, n)
);
alter table konak.import_rows enable row level security;
alter table konak.import_rows force row level security;
create policy owner_all on konak.import_rows to konak_owner
    using (true) with check (true);
create policy auth_all on konak.import_rows to konak_auth
    using (true) with check (true);
create policy app_all on konak.import_rows to konak_app
    using (company_id = (select konak.company())
	and (select konak.may('records.import')))
    with check (company_id = (select konak.company())
	and (select konak.may('records.import')));
grant select, insert, update on konak.import_rows to konak_app;
grant select, delete on konak.import_rows to konak_auth;

-- What the columns of files with these headings were, the last time.
create table konak.import_mappings (
	company_id uuid not null default konak.company(),
	record_type text not null,
	heads text not null,
	mapping text[] not null,
	constraint import_mappings_pkey
	    primary key (company_id, record_type, heads)
);
alter table konak.import_mappings enable row level security;
alter table konak.import_mappings force row level security;
create policy owner_all on konak.import_mappings to konak_owner
    using (true) with check (true);
create policy app_all on konak.import_mappings to konak_app
    using (company_id = (select konak.company())
	and (select konak.may('records.import')))
    with check (company_id = (select konak.company())
	and (select konak.may('records.import')));
grant select, insert, update on konak.import_mappings to konak_app;

set local role konak_definer;

-- The import of this id, begun by the caller; a second call changes nothing.
create function konak.import_begin(import uuid, record_type text, file text,
    mapping text[]) returns void
language plpgsql security definer set search_path = pg_catalog, konak, pg_temp
as $$
begin
	if not konak.may('records.import') then
		perform konak.denied('records.import');
	end if;
	insert into konak.imports (company_id, id, record_type, file, mapping)
	values (konak.company(), import, record_type, file, mapping)
	on conflict on constraint imports_pkey do nothing;
end $$;

-- The caller's import of this type, locked; for rows and runs one that is
-- still open, or that this very request has done.
create function konak.import_of(import uuid, record text)
    returns table (mapping text[], state text, done integer, failed integer,
	same boolean, timezone text)
language plpgsql security definer set search_path = pg_catalog, konak, pg_temp
as $$
#variable_conflict use_column
begin
	if not konak.may('records.import') then
		perform konak.denied('records.import');
	end if;
	return query select i.mapping, i.state, i.done_count, i.failed_count,
	    i.request_id is not distinct from konak.request(),
	    (select c.timezone::text from konak.companies c
		where c.id = konak.company())
	from konak.imports i
	where i.company_id = konak.company() and i.id = import_of.import
	    and i.record_type = import_of.record
	    and i.created_by = konak.me()
	    and (i.state in ('open', 'checked')
		or i.request_id is not distinct from konak.request())
	for update;
	if not found then
		perform konak.fail('import.unknown');
	end if;
end $$;

create function konak.import_state(import uuid, state text, rows integer,
    done integer, failed integer) returns void
language sql security definer set search_path = pg_catalog, konak, pg_temp
as $$
	update konak.imports i set state = import_state.state,
	    row_count = rows, done_count = done, failed_count = failed,
	    request_id = case when import_state.state = 'done'
		then konak.request() else i.request_id end,
	    done_at = case when import_state.state = 'done'
		then konak.now() else i.done_at end
	where i.company_id = konak.company() and i.id = import
	    and i.created_by = konak.me() and konak.may('records.import')
	    and i.state in ('open', 'checked')
$$;

-- Of these records of a table those that living records of others name.
create function konak.referenced(tab text, ids uuid[]) returns setof uuid
language plpgsql stable security definer
set search_path = pg_catalog, konak, pg_temp
as $$
declare
	f record;
begin
	for f in
		select * from konak.references_to(tab)
	loop
		return query execute format('select distinct c.%2$I '
		    'from konak.%1$I c where c.company_id = konak.company() '
		    'and c.%2$I = any ($1)%3$s', f.tab, f.col,
		    case when f.soft then ' and c.deleted_at is null'
		    else '' end) using ids;
	end loop;
end $$;

-- What an import has brought: ids in rounds, for taking it back.
create function konak.import_brought(import uuid, after uuid, lim integer)
    returns table (record_type text, id uuid)
language sql stable security definer set search_path = pg_catalog, konak, pg_temp
as $$
	select i.record_type, l.record_id
	from konak.imports i
	join konak.audit_logs l on l.company_id = i.company_id
	    and l.request_id = i.request_id and l.record_type = i.record_type
	    and l.op = 'create'
	where i.company_id = konak.company() and i.id = import
	    and i.state = 'done' and konak.may('records.import')
	    and l.record_id > coalesce(after,
		'00000000-0000-0000-0000-000000000000')
	order by l.record_id limit lim
$$;

create function konak.import_undone(import uuid, kept integer) returns void
language sql security definer set search_path = pg_catalog, konak, pg_temp
as $$
	update konak.imports i set state = 'undone', kept_count = kept
	where i.company_id = konak.company() and i.id = import
	    and i.state = 'done' and konak.may('records.import')
$$;

grant execute on function
    konak.import_begin(uuid, text, text, text[]),
    konak.import_of(uuid, text),
    konak.import_state(uuid, text, integer, integer, integer),
    konak.referenced(text, uuid[]),
    konak.import_brought(uuid, uuid, integer),
    konak.import_undone(uuid, integer) to konak_app;

set local role konak_owner;

-- Columns by which records of this table are named by others, from the
-- catalog: (company_id, column) or, below a parent, (company_id, parent,
-- column).
create function konak.references_to(tab text)
    returns table (tab text, col text, soft boolean)
language sql stable
as $$
	select distinct c.relname::text, a.attname::text,
	    exists (select from pg_attribute d where d.attrelid = c.oid
		and d.attname = 'deleted_at' and not d.attisdropped)
	from pg_constraint k
	join pg_class c on c.oid = k.conrelid
	join pg_attribute ka on ka.attrelid = k.confrelid and ka.attname = 'id'
	join pg_attribute a on a.attrelid = k.conrelid
	    and a.attnum = k.conkey[array_position(k.confkey, ka.attnum)]
	where k.contype = 'f'
	    and k.confrelid = format('konak.%I', references_to.tab)::regclass
	    and c.relnamespace = 'konak'::regnamespace
$$;
grant execute on function konak.references_to(text) to konak_definer, konak_app;

-- Rows of an import become records, under the caller's own rights. What a
-- rule refuses comes back with its reason; see konak.change_many().
create function konak.import_some(tab text, import uuid, first integer,
    last integer, cols text[], extra jsonb)
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
	    'and r.problem is null', tab,
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

-- In hundreds: a row that a rule refuses costs its hundred a second try.
create function konak.import_round(tab text, import uuid, first integer,
    last integer, cols text[], extra jsonb)
    returns table (n integer, state text, message text, tab_name text,
	con text, col text, detail text)
language plpgsql
as $$
#variable_conflict use_column
begin
	for i in first .. last by 100 loop
		return query select f.* from konak.import_some(tab, import, i,
		    least(i + 99, last), cols, extra) f;
	end loop;
end $$;

-- What the columns of a file with these headings were the last time.
create function konak.import_mapping(record text, heads text) returns jsonb
language plpgsql stable
as $$
begin
	if not konak.may('records.import') then
		perform konak.denied('records.import');
	end if;
	return (select to_jsonb(m.mapping) from konak.import_mappings m
	    where m.company_id = konak.company() and m.record_type = record
		and m.heads = import_mapping.heads);
end $$;

-- Sentences for rows that were refused.
create function konak.import_faults(import uuid, faults jsonb) returns void
language sql
as $$
	update konak.import_rows r
	set problem = coalesce(r.problem, '[]')
	    || jsonb_build_object('f', f ->> 'f', 't', f ->> 't',
		'run', true)
	from jsonb_array_elements(faults) f
	where r.company_id = (select konak.company()) and r.import_id = import
	    and r.n = (f ->> 'n')::integer
$$;

-- Into the bin goes what nobody has touched since it came; the rest is told.
create function konak.import_take_back(tab text, ids uuid[])
    returns table (id uuid, state text, message text, tab_name text, con text,
	col text, detail text)
language plpgsql
as $$
#variable_conflict use_column
declare
	used uuid[] := array(select u from konak.referenced(tab, ids) u);
	free uuid[] := array(select i from unnest(ids) i where i <> all (used));
begin
	return query select u, 'KN002', 'import.in_use', '', '', '', '{}'
	from unnest(used) u;
	return query select f.* from konak.change_many(tab, null, free,
	    array_fill(1, array[cardinality(free)])) f;
end $$;

grant execute on function
    konak.import_some(text, uuid, integer, integer, text[], jsonb),
    konak.import_round(text, uuid, integer, integer, text[], jsonb),
    konak.import_mapping(text, text), konak.import_faults(uuid, jsonb),
    konak.import_take_back(text, uuid[]) to konak_app;

set local role konak_auth;

-- Rows of imports that are over, or that nobody has gone on with for a day.
create function konak.import_sweep(import uuid) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
	delete from konak.import_rows r
	where r.company_id = konak.company() and (r.import_id = import
	    or r.at < konak.now() - interval '1 day')
$$;
grant execute on function konak.import_sweep(uuid) to konak_app;

set local role konak_owner;
