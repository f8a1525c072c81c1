-- 0007-people.sql - what may be done to people and roles beyond their records:
-- inviting, one-time codes, deactivating, copying a role; the accounts that
-- konakctl makes. auth.organisation_rules() and the policies of 0004 judge
-- here as well.

set local role konak_auth;

-- people ---------------------------------------------------------------------

-- 42501 unless the caller may act on the person (platform.md, "Acting on a
-- person"); KN001 when that person is nobody here.
create function auth.act_on(person uuid) returns void
language plpgsql set search_path = pg_catalog, konak, pg_temp as $$
begin
	if not (konak.may('group.manage') or exists (select
	    from konak.memberships m where m.company_id = konak.company()
	     and m.user_id = person and m.deleted_at is null)) then
		perform konak.no_row();
	end if;
	if not konak.may_act(person) then
		perform konak.fail('auth.may_not_act');
	end if;
end $$;

-- A person of this company with a role. An e-mail that the group knows gets a
-- membership only; a new one an account and the one-time code for its
-- password.
create function konak.user_invite(new_id uuid, email text, first_name text,
    last_name text, role uuid, language text, code text,
    out user_id uuid, out membership_id uuid, out existing boolean)
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
#variable_conflict use_variable
declare
	u konak.users;
	m konak.memberships;
begin
	if not konak.may('users.manage') then
		raise exception using errcode = '42501', message = 'users.manage';
	end if;
	if not exists (select from konak.roles r
	    where r.company_id = konak.company() and r.id = role) then
		perform konak.bad_ref('role');
	end if;
	select * into u from konak.users x
	 where lower(x.email) = auth.account_key(email);
	existing := u.id is not null;
	if existing and not u.is_active then
		perform konak.fail('auth.person_inactive', '{}', 'email');
	end if;
	user_id := coalesce(u.id, new_id, konak.uuid7());
	if not existing then
		insert into konak.users (company_id, id, email, first_name,
		    last_name, language, created_by)
		values (konak.group_company(), user_id, email, first_name,
		    last_name, coalesce(language, 'tr'), konak.me());
		insert into auth.credentials (user_id, reset_hash, reset_until,
		    reset_by)
		values (user_id, auth.code_hash(user_id, code),
		    now() + interval '7 days', konak.me());
	end if;
	select * into m from konak.memberships x
	 where x.company_id = konak.company() and x.user_id = user_id;
	if m.id is not null and m.deleted_at is null then
		perform konak.fail('auth.already_member', '{}', 'email');
	elsif m.id is not null then
		update konak.memberships x set deleted_at = null
		 where x.company_id = m.company_id and x.id = m.id;
		update konak.memberships x
		   set role_id = role, is_owner = false
		 where x.company_id = m.company_id and x.id = m.id;
		membership_id := m.id;
	else
		insert into konak.memberships (company_id, user_id, role_id,
		    created_by)
		values (konak.company(), user_id, role, konak.me())
		returning id into membership_id;
	end if;
end $$;

-- A one-time code for a new password. The old password and all sessions end;
-- the second factor stays, so that the code alone opens nothing.
create function konak.user_reset_password(person uuid, code text)
returns void
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
begin
	perform auth.act_on(person);
	insert into auth.credentials as c (user_id, reset_hash, reset_until,
	    reset_by)
	values (person, auth.code_hash(person, code),
	    now() + interval '24 hours', konak.me())
	on conflict (user_id) do update
	    set reset_hash = excluded.reset_hash, password_hash = null,
		reset_until = excluded.reset_until,
		reset_by = excluded.reset_by;
	perform auth.end_sessions(person, null, null, 'reset');
	perform konak.audit_write(null, konak.me(), 'PASSWORD_RESET', 'users',
	    'users', person, (select jsonb_build_object('title',
		u.first_name || ' ' || u.last_name)
	       from konak.users u where u.id = person));
end $$;

-- A user is deactivated rather than deleted. The new version; KN001 when the
-- row has another one.
create function konak.user_active(person uuid, version integer,
    active boolean) returns integer
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
#variable_conflict use_variable
declare
	v integer;
begin
	perform auth.act_on(person);
	update konak.users u set is_active = active
	 where u.id = person and u.version = version
	returning u.version into v;
	if v is null then
		raise exception using errcode = 'KN001', message = 'stale';
	end if;
	if not active then
		perform auth.end_sessions(person, null, null, 'deactivated');
	end if;
	return v;
end $$;

-- M39: another role ends the sessions of that person in this company. Not
-- when the operator changes it, and never the session that does it.
create function auth.role_changed() returns trigger
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
begin
	if konak.me() is not null and konak.me() <> new.user_id then
		perform auth.end_sessions(new.user_id, new.company_id, null,
		    'role');
	end if;
	return null;
end $$;

-- Who creates a company owns it.
create function auth.company_made() returns trigger
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
begin
	if konak.me() is not null and new.company_type <> 'group' then
		insert into konak.memberships (company_id, user_id, role_id,
		    is_owner, created_by)
		select new.id, konak.me(), r.id, true, konak.me()
		  from konak.roles r
		 where r.company_id = new.id and r.is_system
		   and r.template in ('owner', 'admin')
		 order by r.template = 'owner' desc limit 1;
	end if;
	return null;
end $$;

-- A role of one's own copies another one; role_set() sees to it that nobody
-- gives what he does not have.
create function konak.role_copy(new_id uuid, source uuid, name text,
    description text) returns uuid
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	made uuid := coalesce(new_id, konak.uuid7());
begin
	if not konak.may('roles.manage') then
		raise exception using errcode = '42501', message = 'roles.manage';
	end if;
	insert into konak.roles (company_id, id, name, description, created_by)
	select r.company_id, made, role_copy.name,
	    coalesce(role_copy.description, r.description), konak.me()
	  from konak.roles r
	 where r.company_id = konak.company() and r.id = source;
	if not found then
		perform konak.no_row();
	end if;
	perform konak.role_set(made, (select jsonb_object_agg(code, scope)
	    from konak.role_permissions p
	   where p.company_id = konak.company() and p.role_id = source));
	return made;
end $$;

-- Is what a right belongs to switched on? Only for the words of a refusal.
create function konak.module_on(company uuid, code text) returns boolean
language sql stable security definer
set search_path = pg_catalog, konak, pg_temp
begin atomic
	select company is null
	    or auth.rights_on(company, '|' || code || '=all|') <> '';
end;

-- the operator's (konakctl) --------------------------------------------------

-- An account, found by its e-mail or made; hash and box are set when given.
create function konak.op_user(id uuid, email text, first_name text,
    last_name text, fields jsonb default '{}', hash text default null,
    totp_box bytea default null, must_change boolean default false)
returns uuid
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
#variable_conflict use_variable
declare
	person uuid;
begin
	perform auth.act_as(null, 'local', 'konakctl');
	select u.id into person from konak.users u
	 where lower(u.email) = auth.account_key(email);
	if person is null then
		person := coalesce(id, konak.uuid7());
		insert into konak.users (company_id, id, email, first_name,
		    last_name, phone, language, timezone)
		values (konak.group_company(), person, email, first_name,
		    last_name, fields->>'phone',
		    coalesce(fields->>'language', 'tr'),
		    coalesce(fields->>'timezone', 'Europe/Istanbul'));
	end if;
	if hash is not null then
		insert into auth.credentials as c
		    (user_id, password_hash, password_at, must_change)
		values (person, hash, now(), must_change)
		on conflict (user_id) do update
		    set password_hash = excluded.password_hash,
			password_at = now(), must_change = excluded.must_change,
			reset_hash = null, reset_until = null;
	end if;
	if totp_box is not null then
		insert into auth.totp as t (user_id, box, confirmed_at)
		values (person, totp_box, now())
		on conflict (user_id) do update
		    set box = excluded.box, confirmed_at = now(),
			last_step = null;
		update konak.users u set two_fa_enabled = true
		 where u.id = person;
	end if;
	return person;
end $$;

create function konak.op_member(person uuid, company uuid, role_name text,
    owner boolean default false, usual boolean default false) returns void
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	r uuid := (select x.id from konak.roles x where x.company_id = company
	    and (x.template = role_name or x.name = role_name)
	    order by x.template = role_name desc nulls last limit 1);
begin
	if r is null then
		perform konak.fail('auth.no_role',
		    jsonb_build_object('role', role_name));
	end if;
	insert into konak.memberships as m
	    (company_id, user_id, role_id, is_owner, is_default)
	values (company, person, r, owner, usual)
	on conflict (company_id, user_id) do update
	    set role_id = excluded.role_id, is_owner = excluded.is_owner,
		is_default = excluded.is_default
	  where (m.role_id, m.is_owner, m.is_default) is distinct from
	    (excluded.role_id, excluded.is_owner, excluded.is_default);
end $$;

create function konak.op_group_role(person uuid, consolidated boolean,
    manage boolean) returns void
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
begin
	update konak.group_members g
	   set can_view_consolidated = consolidated, can_manage = manage
	 where g.user_id = person;
	if not found then
		insert into konak.group_members (company_id, user_id,
		    can_view_consolidated, can_manage)
		values (konak.group_company(), person, consolidated, manage);
	end if;
end $$;

-- A one-time code for a new password, as user_reset_password gives it.
create function konak.op_reset(email text, code text) returns uuid
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	person uuid := auth.person(email);
begin
	if person is null then
		perform konak.fail('auth.no_person');
	end if;
	perform auth.act_as(null, 'local', 'konakctl');
	insert into auth.credentials as c (user_id, reset_hash, reset_until)
	values (person, auth.code_hash(person, code),
	    now() + interval '24 hours')
	on conflict (user_id) do update
	    set reset_hash = excluded.reset_hash, password_hash = null,
		reset_until = excluded.reset_until, reset_by = null;
	perform auth.end_sessions(person, null, null, 'reset');
	perform konak.audit_write(null, konak.me(), 'PASSWORD_RESET', 'users',
	    'users', person, jsonb_build_object('title', email));
	return person;
end $$;

-- The second factor is set up anew with the next sign-in.
create function konak.op_totp_clear(email text) returns uuid
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	person uuid := auth.person(email);
begin
	if person is null then
		perform konak.fail('auth.no_person');
	end if;
	perform auth.act_as(null, 'local', 'konakctl');
	delete from auth.totp where user_id = person;
	delete from auth.recovery_codes where user_id = person;
	update konak.users u set two_fa_enabled = false where u.id = person;
	perform auth.end_sessions(person, null, null, 'reset');
	perform konak.audit_write(null, konak.me(), 'TOTP_RESET', 'users',
	    'users', person, jsonb_build_object('title', email));
	return person;
end $$;

-- who may call ---------------------------------------------------------------

grant execute on function konak.user_invite(uuid, text, text, text, uuid, text,
    text), konak.user_reset_password(uuid, text),
    konak.user_active(uuid, integer, boolean),
    konak.role_copy(uuid, uuid, text, text),
    konak.module_on(uuid, text) to konak_app;
grant execute on function konak.op_user(uuid, text, text, text, jsonb, text,
    bytea, boolean), konak.op_member(uuid, uuid, text, boolean, boolean),
    konak.op_group_role(uuid, boolean, boolean), konak.op_reset(text, text),
    konak.op_totp_clear(text), auth.role_changed(), auth.company_made()
    to konak_owner;

set local role konak_owner;

-- A new company stands last among the others, and nobody shuts the door with
-- himself outside.
create function konak.companies_place() returns trigger
language plpgsql
as $$
declare
	ip text := nullif(current_setting('konak.ip', true), '');
	inside boolean;
begin
	if tg_op = 'INSERT' then
		if new.sort_order = 0 and new.company_type <> 'group' then
			select coalesce(max(c.sort_order), 0) + 1
			  into new.sort_order from konak.companies c
			 where c.parent_id is not distinct from new.parent_id;
		end if;
		return new;
	end if;
	-- A malformed list is the constraint's to refuse.
	if new.allowed_networks is null or konak.me() is null
	    or new.id <> konak.company()
	    or not konak.networks_ok(new.allowed_networks) then
		return new;
	end if;
	inside := (select bool_or(case when n = ip then true
	    when n = 'local' or ip = 'local' then false
	    else ip::inet <<= n::inet end)
	    from unnest(new.allowed_networks) n);
	if inside is not true then
		perform konak.fail('company.network_self', jsonb_build_object(
		    'ip', ip), 'allowed_networks');
	end if;
	return new;
end $$;
create trigger companies_40_place before insert or update of allowed_networks
    on konak.companies for each row execute function konak.companies_place();

create trigger memberships_90_role after update of role_id on konak.memberships
    for each row when (old.role_id is distinct from new.role_id)
    execute function auth.role_changed();
create trigger companies_91_owner after insert on konak.companies
    for each row execute function auth.company_made();
