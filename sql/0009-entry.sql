-- 0009-entry.sql - entering a company as part of a statement. konak.enter()
-- is PL/pgSQL, which prepares each of its expressions anew in every
-- transaction (15 µs); the server says the same in one prepared statement
-- over konak.entered, and calls konak.enter() only for what is not everyday:
-- no entry yet, a session that is over, a right that is missing.

set local role konak_auth;

delete from auth.entry;
alter table auth.entry
    -- konak.registers()
    add column registers text not null,
    -- of rights, without their scopes
    add column codes text[] not null;

-- The entries of the session whose token's hash the transaction has said.
create view konak.entered with (security_barrier = true) as
select e.key, e.company_id::text as company, e.registers,
    e.user_id::text as person, e.rights, e.codes, e.ip, e.client, e.auth_at,
    least(e.idle_until, e.expires_at) as until
from auth.entry e
where e.token_hash
    = nullif(current_setting('konak.token', true), '')::bytea;
grant select on konak.entered to konak_app;

create or replace function auth.entry_build(tok bytea, comp uuid) returns auth.entry
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	nil constant uuid := '00000000-0000-0000-0000-000000000000';
	s auth.sessions;
	n text[];
	role uuid;
	e auth.entry;
begin
	-- FOR SHARE: whoever is changing one of these rows commits first and
	-- is seen, or waits, and then finds this entry to delete.
	select x.* into s from auth.sessions x
	    join konak.users u on u.id = x.user_id and u.is_active
	    where x.token_hash = tok and x.ended_at is null
		and x.expires_at > now() and x.idle_until > now()
	    for share;
	if not found then
		raise exception using errcode = '28000', message = 'session';
	end if;
	if comp is not null then
		select c.allowed_networks, m.role_id into n, role
		from konak.memberships m
		join konak.companies c on c.id = m.company_id
		    and c.is_active and c.company_type <> 'group'
		join konak.roles r on r.company_id = m.company_id
		    and r.id = m.role_id
		where m.company_id = comp and m.user_id = s.user_id
		    and m.deleted_at is null
		for share;
		if not found then
			raise exception using errcode = '28000', message = 'member';
		end if;
		if n is not null and not ((s.ip is null and 'local' = any (n))
		    or exists (select from unnest(n) t(net)
			where t.net <> 'local' and s.ip <<= t.net::inet)) then
			raise exception using errcode = '28000', message = 'network';
		end if;
	end if;
	select tok, coalesce(comp, nil), coalesce(comp, konak.group_company()),
	    s.user_id, role, auth.rights_on(comp,
		auth.rights_of(s.user_id, comp)), s.expires_at, s.idle_until,
	    s.auth_at, coalesce(host(s.ip), 'local'), coalesce(s.client, '')
	into e.token_hash, e.key, e.company_id, e.user_id, e.role_id, e.rights,
	    e.expires_at, e.idle_until, e.auth_at, e.ip, e.client;
	e.registers := format('{%s}', concat_ws(',',
	    case when strpos(e.rights, '|group.') > 0
		then konak.group_company() end, comp));
	e.codes := coalesce((select array_agg(split_part(r, '=', 1))
	    from unnest(string_to_array(trim('|' from e.rights), '|')) r), '{}');
	-- When another transaction of this session is storing it at this
	-- moment, this one does not wait for its end.
	if pg_try_advisory_xact_lock(hashtextextended(
	    encode(tok, 'hex') || e.key, 0)) then
		insert into auth.entry select e.*
		on conflict on constraint entry_pkey do update set
		    company_id = excluded.company_id, user_id = excluded.user_id,
		    role_id = excluded.role_id, rights = excluded.rights,
		    expires_at = excluded.expires_at,
		    idle_until = excluded.idle_until,
		    auth_at = excluded.auth_at, ip = excluded.ip,
		    client = excluded.client, registers = excluded.registers,
		    codes = excluded.codes;
	end if;
	return e;
end $$;

-- Who, where, with which rights; and whether that is enough: what the server
-- says over konak.entered (server/dispatch.c), with every refusal in its words.
create or replace function konak.enter(tok bytea, comp uuid, need text[],
    writes boolean, request uuid, action text default null,
    fresh boolean default false) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	company text;
	registers text;
	person text;
	rights text;
	ip text;
	client text;
	factor timestamptz;
	live boolean;
	n text;
	done text;
begin
	select e.company_id, e.registers, e.user_id, e.rights, e.ip, e.client,
	    e.auth_at, least(e.idle_until, e.expires_at) > now()
	into company, registers, person, rights, ip, client, factor, live
	from auth.entry e where e.token_hash = tok and e.key
	    = coalesce(comp, '00000000-0000-0000-0000-000000000000');
	if not found then
		select e.company_id, e.registers, e.user_id, e.rights, e.ip,
		    e.client, e.auth_at, true
		into company, registers, person, rights, ip, client, factor, live
		from auth.entry_build(tok, comp) e;
	end if;
	if not live then
		raise exception using errcode = '28000', message = 'session';
	end if;
	foreach n in array coalesce(need, '{}') loop
		if strpos(rights, '|' || n || '=') = 0 then
			-- 'a|b': either will do
			if strpos(n, '|') = 0 or not exists (
			    select from unnest(string_to_array(n, '|')) o(code)
			    where strpos(rights, '|' || o.code || '=') > 0) then
				raise exception using errcode = '42501',
				    message = split_part(n, '|', 1);
			end if;
		end if;
	end loop;
	if fresh and factor < now() - interval '5 minutes' then
		raise exception using errcode = 'KN004', message = 'step_up';
	end if;
	if writes then
		done := concat(set_config('konak.company', company, true),
		    set_config('konak.registers', registers, true),
		    set_config('konak.user', person, true),
		    set_config('konak.rights', rights, true),
		    set_config('konak.request', coalesce(request::text, ''), true),
		    set_config('konak.action', coalesce(action, ''), true),
		    set_config('konak.ip', ip, true),
		    set_config('konak.client', client, true));
	else
		done := concat(set_config('konak.company', company, true),
		    set_config('konak.registers', registers, true),
		    set_config('konak.user', person, true),
		    set_config('konak.rights', rights, true),
		    set_config('transaction_read_only', 'on', true));
	end if;
end $$;
