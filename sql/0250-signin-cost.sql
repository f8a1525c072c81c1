-- 0250-signin-cost.sql - the way from the password to the dashboard had two
-- statements that cost more than all others together, and read every person
-- three times.

set local role konak_auth;

-- The expression as users_email_key has it.
create or replace function auth.person(email text) returns uuid
language plpgsql stable set search_path = pg_catalog, konak, pg_temp as $$
begin
	return (select u.id from konak.users u
	    where lower(u.email collate "C") = auth.account_key(person.email)
	      and u.is_active);
end $$;

-- Who it is was looked up for each person that has a second factor.
create or replace function konak.code_begin(email text, network text,
    out wait integer, out box bytea, out last_step bigint, out group_id uuid)
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	person constant uuid := auth.person(email);
begin
	wait := auth.take(auth.account_key(email), network);
	group_id := konak.group_company();
	if wait = 0 then
		select t.box, coalesce(t.last_step, -1) into box, last_step
		  from auth.totp t
		 where t.user_id = person;
	end if;
end $$;

-- As in 0005, but in a language that keeps the plan: in SQL it was made anew
-- for each call.
create or replace function konak.session_companies()
returns table (id uuid, parent_id uuid, name text, description text,
    company_type text, kind text, color_primary text, color_secondary text,
    member boolean, role text, last_at text, is_last boolean)
language plpgsql stable security definer
set search_path = pg_catalog, konak, pg_temp as $$
#variable_conflict use_column
begin
	return query
	with recursive mine as (
		select m.company_id, r.name, m.last_accessed_at
		  from konak.memberships m
		  join konak.roles r on r.company_id = m.company_id
		   and r.id = m.role_id
		 where m.user_id = konak.me() and m.deleted_at is null
	), shown as (
		select c.id, c.parent_id from konak.companies c
		 where c.is_active and (c.id in (select company_id from mine)
		    or (select konak.may('group.view'))
		    or (select konak.may('group.manage')))
		union
		select p.id, p.parent_id from shown s
		  join konak.companies p on p.id = s.parent_id and p.is_active
	), tree as (
		select c.id, array[lpad(c.sort_order::text, 10, '0')
		    || c.name] as path
		  from konak.companies c join shown s on s.id = c.id
		 where c.company_type <> 'group'
		   and not exists (select from shown p where p.id = c.parent_id)
		union all
		select c.id, t.path || (lpad(c.sort_order::text, 10,
		    '0') || c.name)
		  from tree t join konak.companies c on c.parent_id = t.id
		  join shown s on s.id = c.id
	)
	select c.id, c.parent_id, c.name, c.description, c.company_type::text,
	    c.kind::text, c.color_primary, c.color_secondary,
	    m.company_id is not null, m.name, auth.iso(m.last_accessed_at),
	    m.last_accessed_at is not null and m.last_accessed_at =
		max(m.last_accessed_at) over ()
	  from tree t join konak.companies c on c.id = t.id
	  left join mine m on m.company_id = c.id
	 order by t.path;
end $$;
