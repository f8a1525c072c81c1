-- 0139-leads-above.sql - who is told when a lead stands still for twice too
-- long: which members hold a right is not for the definer to read.

set local role konak_auth;
create function konak.holder_ids(company uuid, code text) returns uuid[]
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select array(select m.user_id
	    from konak.memberships m
	    join konak.role_permissions p on p.company_id = m.company_id
		and p.role_id = m.role_id and p.code = holder_ids.code
	    where m.company_id = holder_ids.company and m.deleted_at is null)
$$;
revoke execute on function konak.holder_ids(uuid, text) from public;
grant execute on function konak.holder_ids(uuid, text) to konak_definer;

set local role konak_definer;
create or replace function konak.leads_above(person uuid) returns uuid[]
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	with above as (
		select t.lead_user_id as id
		from konak.team_members m
		join konak.teams t on t.company_id = m.company_id
		    and t.id = m.team_id and t.deleted_at is null
		where m.company_id = konak.company() and m.user_id = person
		    and m.deleted_at is null and t.lead_user_id <> person)
	select case when exists (select from above)
	    then array(select a.id from above a)
	    else array_remove(konak.holder_ids(konak.company(),
		'leads.delete'), person) end
$$;
set local role konak_owner;
