-- 0482-search-put.sql - an edit of a field that is searched finds its row in
-- the search index there: a plain update costs half of what "on conflict" does,
-- which locks the row first.

set local role konak_auth;

create or replace function konak.search_put() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	if tg_op = 'UPDATE' then
		update konak.search_index s set search = new.search
		where s.company_id = new.company_id and s.record = tg_argv[0]
		    and s.id = new.id;
		if found then
			return null;
		end if;
	end if;
	insert into konak.search_index as s (company_id, record, id, search)
	values (new.company_id, tg_argv[0], new.id, new.search)
	on conflict on constraint search_index_pkey
	do update set search = excluded.search;
	return null;
end $$;

set local role konak_owner;
