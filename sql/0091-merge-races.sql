-- 0091-merge-races.sql - what names a record that is being merged away. Such a
-- writer waits at its foreign key until the merge has committed, and would go
-- on: the row is still there. So every protected table looks after that, in a
-- trigger whose name sorts behind those of the foreign keys.

set local role konak_definer;

-- Has there been a merge of late? A transaction lasts minutes, never an hour.
create function konak.merged_lately() returns boolean
language sql stable security definer set search_path = pg_catalog, konak, pg_temp
as $$
	select exists (select from konak.merges m
	    where m.company_id = konak.company() and m.undone_at is null
		and m.created_at > konak.now() - interval '1 hour')
$$;

-- Is this the loser of one, in the bin?
create function konak.merged_away(tab text, company uuid, ids uuid[])
    returns boolean
language plpgsql stable security definer
set search_path = pg_catalog, konak, pg_temp
as $$
declare
	gone boolean;
begin
	execute format('select exists (select from konak.merges m '
	    'join konak.%I t on t.company_id = m.company_id '
	    'and t.id = m.merged_id and t.deleted_at is not null '
	    'where m.company_id = $1 and m.merged_id = any ($2) '
	    'and m.undone_at is null)', tab) into gone using company, ids;
	return gone;
end $$;
grant execute on function konak.merged_lately(),
    konak.merged_away(text, uuid, uuid[])
    to konak_owner, konak_app, konak_auth;

set local role konak_owner;

-- Of all rows of an insert; its arguments are columns and the tables that they
-- name, in turn.
create function konak.merge_insert_race() returns trigger
language plpgsql
as $$
declare
	company uuid := konak.company();
	ids uuid[];
begin
	if company is null or not konak.merged_lately() then
		return null;
	end if;
	for i in 0 .. tg_nargs - 1 by 2 loop
		execute format('select array_agg(distinct n.%1$I) from fresh n '
		    'where n.company_id = $1 and n.%1$I is not null', tg_argv[i])
		into ids using company;
		if konak.merged_away(tg_argv[i + 1], company, ids) then
			perform konak.fail('merge.gone', '{}', tg_argv[i]);
		end if;
	end loop;
	return null;
end $$;

-- Of one row whose reference has changed.
create function konak.merge_update_race() returns trigger
language plpgsql
as $$
declare
	id uuid := to_jsonb(new) ->> tg_argv[0];
begin
	if konak.merged_lately()
	    and konak.merged_away(tg_argv[1], new.company_id, array[id]) then
		perform konak.fail('merge.gone', '{}', tg_argv[0]);
	end if;
	return null;
end $$;

-- The triggers of one table: for each of its references to records that have
-- a bin.
create function konak.merge_watch(tab regclass) returns void
language plpgsql
as $$
declare
	t text := (select c.relname from pg_class c where c.oid = tab);
	f record;
	args text := '';
begin
	for f in
		select distinct a.attname as col, p.relname as names
		from pg_constraint k
		join pg_class p on p.oid = k.confrelid
		join konak.protected x on x.table_name = p.relname
		    and 'deleted_at' = any (x.columns)
		join pg_attribute ka on ka.attrelid = k.confrelid
		    and ka.attname = 'id'
		join pg_attribute a on a.attrelid = k.conrelid
		    and a.attnum = k.conkey[array_position(k.confkey, ka.attnum)]
		where k.contype = 'f' and k.conrelid = tab
		order by 1, 2
	loop
		args := args || format('%s%L, %L', case when args = '' then ''
		    else ', ' end, f.col, f.names);
		execute format('create or replace trigger %I after update on %s '
		    'for each row when (new.%3$I is not null and new.%3$I '
		    'is distinct from old.%3$I) execute function '
		    'konak.merge_update_race(%3$L, %4$L)',
		    left(t, 30) || '_71_' || left(f.col, 24), tab, f.col,
		    f.names);
	end loop;
	if args <> '' then
		execute format('create or replace trigger %I after insert on %s '
		    'referencing new table as fresh for each statement '
		    'execute function konak.merge_insert_race(%s)',
		    t || '_70_merged', tab, args);
	end if;
end $$;

-- Whatever is protected from now on is watched as well.
alter function konak.protect(regclass, jsonb) rename to protect_table;
create function konak.protect(tab regclass, spec jsonb) returns void
language plpgsql
as $$
begin
	perform konak.protect_table(tab, spec);
	perform konak.merge_watch(tab);
end $$;
select konak.merge_watch(format('konak.%I', p.table_name)::regclass)
from konak.protected p
join pg_class c on c.oid = format('konak.%I', p.table_name)::regclass
where c.relkind = 'r';
