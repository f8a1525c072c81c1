-- 0495-invitations.sql - whom the group knows already and a company invites is
-- a stranger to that company until the invitation is accepted, which is when
-- that person enters the company. Before, an address was enough to read the
-- phone, the birthday and the home of its owner, and every sign-in since the
-- account was made.

alter table konak.memberships add column accepted_at timestamptz;
update konak.memberships m
   set accepted_at = coalesce(m.last_accessed_at, m.created_at);

-- The operator asks nobody; who makes a company need not accept it. Who has
-- worked for another company since is invited anew.
set local role konak_auth;
create function auth.memberships_invited() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	if konak.me() is null or new.user_id = konak.me() then
		new.accepted_at := coalesce(new.accepted_at, konak.now());
	elsif tg_op = 'UPDATE' and exists (select from konak.memberships m
	    where m.user_id = new.user_id and m.company_id <> new.company_id
		and m.accepted_at is not null) then
		new.accepted_at := null;
	end if;
	return new;
end $$;
grant execute on function auth.memberships_invited() to konak_owner;
set local role konak_owner;
create trigger memberships_55_invited before insert on konak.memberships
    for each row execute function auth.memberships_invited();
create trigger memberships_56_invited before update of deleted_at
    on konak.memberships for each row
    when (old.deleted_at is not null and new.deleted_at is null)
    execute function auth.memberships_invited();

select konak.protect_again('konak.memberships');
revoke insert (accepted_at), update (accepted_at) on konak.memberships
    from konak_app;

do $$
declare
	p konak.protected;
	old constant text := 'm.deleted_at is null)';
begin
	select x.* into strict p from konak.protected x
	where x.table_name = 'users';
	if strpos(p.spec #>> '{rows,view}', old) = 0 then
		raise exception 'users: there is no "%"', old;
	end if;
	update konak.protected x set spec = jsonb_set(x.spec, '{rows,view}',
	    to_jsonb(replace(x.spec #>> '{rows,view}', old,
		'm.deleted_at is null and m.accepted_at is not null)')))
	where x.table_name = 'users' returning x.* into p;
	execute format('alter policy app_select on konak.users using (%s)',
	    p.spec #>> '{rows,view}');
	perform konak.protect_again('konak.users');
end $$;

grant execute on function konak.rewrite(regprocedure, text, text)
    to konak_auth, konak_definer;

-- names ----------------------------------------------------------------------

-- A company calls whom it has invited by the address that it wrote; who has
-- been there before, by the name that was known then.
create policy definer_read on konak.people for select to konak_definer
    using (true);
grant select on konak.people to konak_definer;

set local role konak_auth;

-- May the company know who this is? Never accepted: no.
create function auth.knows(company uuid, person uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select company = konak.group_company() or exists (
	    select from konak.memberships m where m.company_id = company
	    and m.user_id = person and m.accepted_at is not null)
$$;

create or replace function auth.people_keep() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	-- What was written in an invitation goes with the account.
	erased boolean;
begin
	if tg_table_name = 'memberships' then
		insert into konak.people as p (company_id, id, name, member, offered)
		select new.company_id, u.id, case when new.accepted_at is null
			then u.email else u.name end,
		    new.deleted_at is null and new.accepted_at is not null,
		    new.deleted_at is null and u.is_active
		from konak.users u where u.id = new.user_id
		on conflict on constraint people_pkey do update set
		    name = case when new.accepted_at is null then p.name
			else excluded.name end,
		    member = excluded.member, offered = excluded.offered;
		if tg_op = 'UPDATE' and old.accepted_at is null
		    and new.accepted_at is not null then
			update konak.teachers t set name = u.name
			from konak.users u where u.id = new.user_id
			    and t.company_id = new.company_id
			    and t.user_id = new.user_id;
			update konak.students s set name = u.name
			from konak.users u where u.id = new.user_id
			    and s.company_id = new.company_id
			    and s.user_id = new.user_id;
		end if;
	elsif tg_op = 'INSERT' then
		insert into konak.people (company_id, id, name, member, offered)
		values (new.company_id, new.id, new.name, true, new.is_active);
	elsif tg_op = 'UPDATE' then
		erased := not new.is_active and new.email <> old.email;
		update konak.people p
		   set name = case when erased or auth.knows(p.company_id, p.id)
			then new.name else p.name end,
		       offered = new.is_active and (p.company_id = new.company_id
			or exists (select from konak.memberships m
			    where m.company_id = p.company_id
			    and m.user_id = p.id and m.deleted_at is null))
		 where p.id = new.id;
	else
		delete from konak.people p where p.id = old.id;
	end if;
	return null;
end $$;

create or replace function konak.people_fill() returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
	insert into konak.people (company_id, id, name, member, offered)
	select u.company_id, u.id, u.name, true, u.is_active from konak.users u
	union all
	select m.company_id, m.user_id, case when m.accepted_at is null
		then u.email else u.name end,
	    m.deleted_at is null and m.accepted_at is not null,
	    m.deleted_at is null and u.is_active
	from konak.memberships m join konak.users u on u.id = m.user_id
	on conflict on constraint people_pkey do nothing
$$;

create or replace function konak.person_renamed() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	erased boolean := not new.is_active and new.email <> old.email;
begin
	update konak.teachers t set name = new.name where t.user_id = new.id
	    and (erased or auth.knows(t.company_id, t.user_id));
	update konak.students s set name = new.name where s.user_id = new.id
	    and (erased or auth.knows(s.company_id, s.user_id));
	return null;
end $$;

-- inviting and entering ------------------------------------------------------

do $$ begin
	-- What stands in a new account is what the inviting company wrote.
	perform konak.rewrite('konak.user_invite(uuid, text, text, text, uuid, '
	    'text, text)', 'insert into konak.memberships (company_id, user_id, role_id,
		    created_by)
		values (konak.company(), user_id, role, konak.me())',
	    'insert into konak.memberships (company_id, user_id, role_id,
		    created_by, accepted_at)
		values (konak.company(), user_id, role, konak.me(),
		    case when not existing then konak.now() end)');
	perform konak.rewrite('konak.session_enter(bytea, uuid, uuid)',
	    'set last_accessed_at = now()', 'set last_accessed_at = now(),
		    accepted_at = coalesce(m.accepted_at, konak.now())');
	-- An invitation gives no power over the person, and takes none away.
	perform konak.rewrite('auth.act_on(uuid)', 'm.deleted_at is null)) then',
	    'm.deleted_at is null
	     and m.accepted_at is not null)) then');
	perform konak.rewrite('konak.may_act(uuid)',
	    'select x.company_id, x.role_id from konak.memberships x',
	    'select x.company_id, x.role_id, x.accepted_at
	    from konak.memberships x');
	perform konak.rewrite('konak.may_act(uuid)', 'n := n + 1;',
	    'n := n + (m.accepted_at is not null)::integer;');
	perform konak.rewrite('konak.holders(uuid, text)',
	    'where m.company_id = holders.company and m.deleted_at is null',
	    'where m.company_id = holders.company and m.deleted_at is null
	    and m.accepted_at is not null');
	perform konak.rewrite('auth.account_notice()',
	    'select x.company_id from konak.memberships x',
	    'select x.company_id, x.accepted_at from konak.memberships x');
	perform konak.rewrite('auth.account_notice()',
	    'and (x.is_owner or', 'and (x.is_owner and m.accepted_at is not null
			or');
end $$;

create or replace view konak.login_history with (security_barrier = true) as
select konak.company() as company_id, h.id, 1 as version, h.user_id, h.email,
    h.at, h.ip, h.client, h.location, h.status, h.two_fa_method
from auth.login_history h
where h.user_id = (select konak.me())
    or (select konak.may('audit.view')) and h.user_id in (
	select m.user_id from konak.memberships m
	where m.company_id = (select konak.company())
	    and m.deleted_at is null and m.accepted_at is not null);

set local role konak_definer;

do $$ begin
	perform konak.rewrite('konak.mention_names(text, uuid, text)',
	    'm.deleted_at is null', 'm.deleted_at is null
	    and m.accepted_at is not null');
	perform konak.rewrite('konak.mentions(text)', 'm.deleted_at is null',
	    'm.deleted_at is null and m.accepted_at is not null');
	perform konak.rewrite('konak.account_check(uuid, boolean)',
	    'and m.user_id = person', 'and m.user_id = person
	    and m.accepted_at is not null');
	perform konak.rewrite('konak.leave_check(uuid)', 'x.deleted_at is null;',
	    'x.deleted_at is null
	   and x.accepted_at is not null;');
	perform konak.rewrite('konak.leaving(uuid)',
	    '''to_name'', (select u.name from konak.users u
		where u.id = l.to_user_id)',
	    '''to_name'', (select u.name from konak.people u
		where u.company_id = konak.company() and u.id = l.to_user_id)');
	perform konak.rewrite('konak.leaving(uuid)',
	    '''to_name'', (select u.name from konak.users u where u.id =',
	    '''to_name'', (select u.name from konak.people u
		    where u.company_id = konak.company() and u.id =');
end $$;

-- A school's teacher or pupil is called what the school calls its people.
create or replace function konak.person_named() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	select case when exists (select from konak.memberships m
		where m.company_id = new.company_id and m.user_id = u.id
		and m.accepted_at is not null) then u.name
	    else coalesce((select p.name from konak.people p
		where p.company_id = new.company_id and p.id = u.id), u.email) end
	into new.name from konak.users u where u.id = new.user_id;
	if not found then
		perform konak.bad_ref('user_id');
	end if;
	return new;
end $$;

set local role konak_owner;
revoke execute on function konak.rewrite(regprocedure, text, text)
    from konak_auth, konak_definer;

drop trigger memberships_66_people on konak.memberships;
create trigger memberships_66_people after update on konak.memberships
    for each row when ((old.deleted_at is null, old.accepted_at is null)
	is distinct from (new.deleted_at is null, new.accepted_at is null))
    execute function auth.people_keep();
drop trigger users_66_people on konak.users;
create trigger users_66_people after update on konak.users
    for each row when ((old.name, old.email, old.is_active)
	is distinct from (new.name, new.email, new.is_active))
    execute function auth.people_keep();

-- whom a family knows --------------------------------------------------------

-- Every member reads whom records name, also those who have left: the names
-- of the company's people, which is what its members are to know of each
-- other. A school's families are its people too, and no family is to have the
-- names of the others: for them it is who works there, and their own.
grant select (parent_id) on konak.students to konak_auth;
set local role konak_auth;

create function konak.people_known() returns uuid[]
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select array(
	    select m.user_id from konak.memberships m
	    where m.company_id = konak.company()
		and not exists (select from konak.role_permissions p
		    where p.company_id = m.company_id and p.role_id = m.role_id
			and p.code = 'students.view'
			and p.scope in ('child', 'self'))
	    union
	    select konak.me()
	    union
	    select unnest(array[s.user_id, s.parent_id]) from konak.students s
	    where s.company_id = konak.company()
		and konak.me() in (s.user_id, s.parent_id))
$$;
grant execute on function konak.people_known() to konak_app;

set local role konak_owner;

alter policy app_select on konak.people using (
    company_id = any ((select konak.registers())::uuid[])
    and ((select konak.chooses_people())
	or id = any ((select konak.people_known())::uuid[])));
