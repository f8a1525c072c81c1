-- 0320-timetable-uploads.sql - a file that was sent stays until a timetable has
-- been made of it: it is read in one transaction, and used in another.

set local role konak_definer;
create or replace function konak.tt_uploaded(upload uuid)
    returns setof bytea
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
	return query select u.data from konak.timetable_uploads u
	where u.company_id = konak.company() and u.id = upload
	    and u.user_id = konak.me()
	order by u.part;
end $$;

create function konak.tt_imported(upload uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	delete from konak.timetable_uploads u
	where u.company_id = konak.company() and u.id = upload
	    and u.user_id = konak.me();
end $$;
grant execute on function konak.tt_imported(uuid) to konak_app;
set local role konak_owner;
