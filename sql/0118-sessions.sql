-- 0118-sessions.sql - all sessions of a person at once, from the list of
-- sessions: one's own but the present one, or (users.manage) those that
-- somebody entered in this company.

set local role konak_auth;

create function konak.session_end_person(token bytea, session uuid)
returns setof uuid
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	person uuid;
begin
	select s.user_id into person from auth.sessions s
	 where s.id = session and (s.user_id = konak.me()
	    or (konak.may('users.manage') and s.company_id = konak.company()));
	if person is null then
		perform konak.no_row();
	end if;
	return query select e from konak.session_end_all(token, person) e;
end $$;
grant execute on function konak.session_end_person(bytea, uuid) to konak_app;
