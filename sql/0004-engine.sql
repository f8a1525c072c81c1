-- 0004-engine.sql - the guard of every row: sessions, konak.enter(),
-- konak.protect(), audit, undo, and the rules of the organisation's tables.

-- ---------------------------------------------------------------- sessions

set local role konak_auth;

create table auth.sessions (
	id uuid not null default konak.uuid7(),
	-- SHA-256 of the token; the token itself stands nowhere.
	token_hash bytea not null,
	user_id uuid not null,
	-- The company entered last; null before.
	company_id uuid,
	created_at timestamptz not null default now(),
	last_seen_at timestamptz not null default now(),
	-- However busy, it ends here; and after `idle` without work.
	expires_at timestamptz not null,
	idle_until timestamptz not null,
	idle interval not null default '8 hours',
	-- The last second factor, for acts that want a fresh one.
	auth_at timestamptz not null default now(),
	two_fa_method text,
	-- null: the Unix socket ('local')
	ip inet,
	client text,
	lang text not null default 'tr',
	ended_at timestamptz,
	ended_by uuid,
	end_reason text,
	is_active boolean not null generated always as (ended_at is null) stored,
	constraint sessions_pkey primary key (id),
	constraint sessions_token_hash_key unique (token_hash),
	constraint sessions_token_hash_length check (length(token_hash) = 32),
	constraint sessions_user_id_fkey foreign key (user_id)
	    references konak.users (id),
	constraint sessions_company_id_fkey foreign key (company_id)
	    references konak.companies (id)
);
create index sessions_user_id_idx on auth.sessions (user_id, created_at desc);
create index sessions_company_id_idx on auth.sessions (company_id)
    where ended_at is null;

-- What konak.enter() reads: all it needs about one session in one company,
-- worked out once. Made by auth.entry_build(), deleted by the triggers below
-- whenever something it was made of changes. Unlogged: it can always be made
-- again, and a crash empties it. Rights are not compressed below a page.
create unlogged table auth.entry (
	token_hash bytea not null,
	-- the company asked for; nil: none
	key uuid not null,
	company_id uuid not null,
	user_id uuid not null,
	role_id uuid,
	rights text not null,
	expires_at timestamptz not null,
	idle_until timestamptz not null,
	auth_at timestamptz not null,
	ip text not null,
	client text not null,
	constraint entry_pkey primary key (token_hash, key)
) with (fillfactor = 70, toast_tuple_target = 8160);
create index entry_user_id_idx on auth.entry (user_id);
create index entry_company_id_idx on auth.entry (company_id, role_id);

-- Refusals of a session in its present minute (see konak.refused).
create table auth.refusals (
	token_hash bytea not null,
	minute timestamptz not null,
	company_id uuid not null,
	user_id uuid not null,
	count integer not null,
	constraint refusals_pkey primary key (token_hash)
);

-- '|code=scope|…' of a living role, '' when there is none.
create function auth.role_rights(company uuid, role uuid) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select coalesce('|' || string_agg(p.code || '=' || p.scope, '|'
	    order by p.code) || '|', '')
	from konak.role_permissions p
	where p.company_id = company and p.role_id = role
$$;

create function auth.group_rights(person uuid) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select coalesce((select case when g.can_manage
	    then 'group.manage=all|group.view=all|'
	    when g.can_view_consolidated then 'group.view=all|' else '' end
	    from konak.group_members g
	    where g.user_id = person and g.deleted_at is null), '')
$$;

-- Everything a person holds in a company (null: in the group).
create function auth.rights_of(person uuid, company uuid) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select case when t = '' then '' else '|' || ltrim(t, '|') end
	from (select coalesce((select auth.role_rights(m.company_id, m.role_id)
	    from konak.memberships m
	    where m.company_id = company and m.user_id = person
		and m.deleted_at is null), '')
	    || auth.group_rights(person) as t) r
$$;

-- What of it counts in the company: what belongs to a module that is switched
-- off, nobody may do there. (It is still held, and can be given.)
create function auth.rights_on(company uuid, rights text) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select case when company is null then rights
	else coalesce('|' || string_agg(t.r, '|' order by t.n) || '|', '') end
	from konak.companies c,
	    unnest(string_to_array(trim('|' from rights), '|'))
		with ordinality t(r, n)
	join konak.permissions p on p.code = split_part(t.r, '=', 1)
	where c.id = company and (p.module in ('core', 'settings', 'users',
	    'audit', 'reports', 'group') or p.module = any (c.modules_enabled))
$$;

-- Whether somebody with the rights `mine` holds all of `theirs`.
create function auth.covers(mine text, theirs text) returns boolean
language sql immutable security definer set search_path = pg_catalog, pg_temp
as $$
	select not exists (
		select from unnest(string_to_array(trim('|' from theirs), '|')) t(r)
		where t.r <> ''
		and strpos(mine, '|' || t.r || '|') = 0
		and strpos(mine, '|' || split_part(t.r, '=', 1) || '=all|') = 0
		and not (split_part(t.r, '=', 2) = 'own'
		    and strpos(mine, '|' || split_part(t.r, '=', 1) || '=team|') > 0)
		-- tasks.view_all is more than tasks.view_own
		and not (split_part(t.r, '=', 1) like '%\_own'
		    and strpos(mine, '|' || regexp_replace(
			split_part(t.r, '=', 1), '_own$', '_all') || '=') > 0))
$$;

create function auth.entry_build(tok bytea, comp uuid) returns auth.entry
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
		    client = excluded.client;
	end if;
	return e;
end $$;

-- The first statement of every transaction of the serving role: who, where,
-- with which rights; and whether that is enough. One indexed read. The rest
-- are expressions without a query of their own, which PL/pgSQL works out
-- without the executor: a third of the time (9 µs against 15).
create function konak.enter(tok bytea, comp uuid, need text[],
    writes boolean, request uuid, action text default null,
    fresh boolean default false) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	company text;
	person text;
	rights text;
	ip text;
	client text;
	factor timestamptz;
	live boolean;
	n text;
	done text;
begin
	select e.company_id, e.user_id, e.rights, e.ip, e.client, e.auth_at,
	    least(e.idle_until, e.expires_at) > now()
	into company, person, rights, ip, client, factor, live
	from auth.entry e where e.token_hash = tok and e.key
	    = coalesce(comp, '00000000-0000-0000-0000-000000000000');
	if not found then
		select e.company_id, e.user_id, e.rights, e.ip, e.client,
		    e.auth_at, true
		into company, person, rights, ip, client, factor, live
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
		    set_config('konak.user', person, true),
		    set_config('konak.rights', rights, true),
		    set_config('konak.request', coalesce(request::text, ''), true),
		    set_config('konak.action', coalesce(action, ''), true),
		    set_config('konak.ip', ip, true),
		    set_config('konak.client', client, true));
	else
		done := concat(set_config('konak.company', company, true),
		    set_config('konak.user', person, true),
		    set_config('konak.rights', rights, true),
		    set_config('transaction_read_only', 'on', true));
	end if;
end $$;

-- A session is in use: at most once a minute, in a statement of its own.
create function konak.touch(tok bytea) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
	with s as (
		update auth.sessions x set last_seen_at = now(),
		    idle_until = least(now() + x.idle, x.expires_at)
		where x.token_hash = tok and x.ended_at is null
		    and x.expires_at > now() and x.idle_until > now()
		returning x.idle_until)
	update auth.entry e set idle_until = s.idle_until
	from s where e.token_hash = tok
$$;

-- ------------------------------------------- what makes an entry worthless

create function auth.entry_drop() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	o record;
	n record;
begin
	if tg_op = 'INSERT' then
		o := new;
	else
		o := old;
	end if;
	if tg_op = 'DELETE' then
		n := old;
	else
		n := new;
	end if;
	-- Where the changed row is not itself one that entry_build() locks
	-- (a new row, a right of a role), its owner is locked here.
	case tg_table_name
	when 'sessions' then
		delete from auth.entry e where e.token_hash in (o.token_hash, n.token_hash);
	when 'users' then
		delete from auth.entry e where e.user_id = o.id;
	when 'memberships' then
		delete from auth.entry e
		where e.user_id in (o.user_id, n.user_id)
		    and e.company_id in (o.company_id, n.company_id);
	when 'group_members' then
		perform from konak.users u
		    where u.id in (o.user_id, n.user_id) for no key update;
		delete from auth.entry e where e.user_id in (o.user_id, n.user_id);
	when 'roles' then
		delete from auth.entry e
		where e.company_id = o.company_id and e.role_id = o.id;
	when 'role_permissions' then
		perform from konak.roles r
		where r.company_id in (o.company_id, n.company_id)
		    and r.id in (o.role_id, n.role_id) for no key update;
		delete from auth.entry e
		where e.company_id in (o.company_id, n.company_id)
		    and e.role_id in (o.role_id, n.role_id);
	when 'companies' then
		delete from auth.entry e where e.company_id = o.id;
	end case;
	return null;
end $$;

create trigger sessions_80_entry after delete on auth.sessions
    for each row execute function auth.entry_drop();
-- Being in use is no change (konak.touch moves both).
create trigger sessions_81_entry after update on auth.sessions
    for each row when (
	(old.token_hash, old.user_id, old.expires_at, old.auth_at, old.ip,
	    old.client, old.ended_at, old.idle)
	is distinct from (new.token_hash, new.user_id, new.expires_at,
	    new.auth_at, new.ip, new.client, new.ended_at, new.idle))
    execute function auth.entry_drop();
grant usage on schema auth to konak_owner;
grant execute on function auth.entry_drop() to konak_owner;

set local role konak_owner;

create trigger users_80_entry after update on konak.users
    for each row when (old.is_active is distinct from new.is_active)
    execute function auth.entry_drop();
create trigger users_81_entry after delete on konak.users
    for each row execute function auth.entry_drop();
create trigger memberships_80_entry after insert or delete on konak.memberships
    for each row execute function auth.entry_drop();
create trigger memberships_81_entry after update on konak.memberships
    for each row when ((old.user_id, old.role_id, old.deleted_at)
	is distinct from (new.user_id, new.role_id, new.deleted_at))
    execute function auth.entry_drop();
create trigger group_members_80_entry
    after insert or update or delete on konak.group_members
    for each row execute function auth.entry_drop();
create trigger roles_80_entry after update or delete on konak.roles
    for each row execute function auth.entry_drop();
create trigger role_permissions_80_entry
    after insert or update or delete on konak.role_permissions
    for each row execute function auth.entry_drop();
create trigger companies_80_entry after update on konak.companies
    for each row when ((old.is_active, old.allowed_networks, old.company_type,
	    old.modules_enabled)
	is distinct from (new.is_active, new.allowed_networks, new.company_type,
	    new.modules_enabled))
    execute function auth.entry_drop();
create trigger companies_81_entry after delete on konak.companies
    for each row execute function auth.entry_drop();

-- ------------------------------------------------------------------ protect

-- What konak.protect() was told, for the server's start-up comparison, and
-- what konak.visible(), history and undo work from.
create table konak.protected (
	table_name text not null,
	record text not null,
	spec jsonb not null,
	-- the table's columns then: a column that comes later needs a new call
	columns text[] not null,
	constraint protected_pkey primary key (table_name),
	constraint protected_record_key unique (record)
);
grant select on konak.protected to konak_app, konak_definer, konak_auth;

-- Verbs that change no single record prove with their id that they ran.
create table konak.requests (
	company_id uuid not null default konak.company(),
	id uuid not null default konak.request(),
	user_id uuid not null default konak.me(),
	at timestamptz not null default konak.now(),
	constraint requests_pkey primary key (company_id, id)
);
create index requests_at_idx on konak.requests (company_id, at);

-- The condition of one operation on one row, from a spec; null when nobody
-- may do it. `once` wraps the rights into sub-selects, which a policy works
-- out once a statement.
create function konak.protect_condition(spec jsonb, op text, once boolean)
    returns text
language plpgsql immutable
as $$
declare
	v jsonb := spec -> op;
	scopes jsonb := coalesce(spec -> 'scopes', '{}');
	out text[] := '{}';
	code text;
	list jsonb;
	may text;
	scope text;
	term text;
	s text;
begin
	if spec -> 'rows' ? op then
		return '(' || (spec -> 'rows' ->> op) || ')';
	elsif v is null then
		return null;
	elsif v = '"*"' then
		return 'true';
	end if;
	for code, list in
		select t.c, '["all"]' || coalesce((select jsonb_agg(k)
		    from jsonb_object_keys(scopes) k), '[]')
		from jsonb_array_elements_text(case jsonb_typeof(v)
		    when 'string' then jsonb_build_array(v)
		    when 'array' then v else '[]' end) t(c)
		union all
		select t.k, case jsonb_typeof(t.l) when 'string'
		    then jsonb_build_array(t.l) else t.l end
		from jsonb_each(case jsonb_typeof(v)
		    when 'object' then v else '{}' end) t(k, l)
	loop
		may := format('konak.may(%L)', code);
		scope := format('konak.scope(%L)', code);
		if once then
			may := '(select ' || may || ')';
			scope := '(select ' || scope || ')';
		end if;
		if list = '["all"]' then
			out := out || may;
			continue;
		end if;
		-- A scope that this table does not list counts as the last one,
		-- which is the narrowest.
		term := '';
		for s in select jsonb_array_elements_text(list) loop
			if s <> 'all' and not scopes ? s then
				raise exception 'protect: % of % asks for scope %, '
				    'which has no condition', code, op, s;
			end if;
			term := term || format(' when %L then %s', s, case s
			    when 'all' then 'true'
			    else '(' || (scopes ->> s) || ')' end);
		end loop;
		s := list ->> -1;
		out := out || format('(%s and case %s%s else %s end)', may, scope,
		    term, case s when 'all' then 'true'
		    else '(' || (scopes ->> s) || ')' end);
	end loop;
	if out = '{}' then
		return 'false';
	end if;
	return '(' || array_to_string(out, ' or ') || ')';
end $$;

-- Same, over a row variable of a trigger instead of the table's row.
create function konak.protect_over(tab text, row_name text, condition text)
    returns text
language sql immutable
as $$
	select case when condition ~ '^\((konak\.may\(''[a-z_.]+''\)( or )?)+\)$'
	    or condition in ('true', 'false') then condition
	else format('exists (select from (select (%s).*) %I where %s)',
	    row_name, tab, condition) end
$$;

-- The names of the columns that the engine itself keeps.
create function konak.protect_kept() returns text[]
language sql immutable
as $$
	select '{company_id,id,created_at,updated_at,created_by,version,deleted_at,deleted_request}'::text[]
$$;

create function konak.protect_guard(tab text, spec jsonb) returns text
language plpgsql stable
as $$
declare
	rel regclass := format('konak.%I', tab)::regclass;
	soft boolean;
	edit text := konak.protect_condition(spec, 'edit', false);
	del text := konak.protect_condition(spec, 'delete', false);
	code text;
	cols text;
	news text;
	olds text;
	body text := '';
	ins text := '';
	upd text := '';
	same text;
	plain text := '';
	c record;
begin
	soft := exists (select from pg_attribute a where a.attrelid = rel
	    and a.attname = 'deleted_at' and not a.attisdropped);
	select string_agg('new.' || quote_ident(a.attname), ', ' order by a.attnum),
	    string_agg('old.' || quote_ident(a.attname), ', ' order by a.attnum)
	into news, olds
	from pg_attribute a
	where a.attrelid = rel and a.attnum > 0 and not a.attisdropped
	    and a.attgenerated = '' and a.attname <> all (konak.protect_kept())
	    and not coalesce(spec -> 'quiet', '[]') ? a.attname;

	-- Fields that need a right of their own, and fields fixed at birth.
	for c in
		select f.name, f.code, coalesce(pg_get_expr(d.adbin, d.adrelid),
		    'null') as dflt
		from (select key as name, value as code
			from jsonb_each_text(coalesce(spec -> 'see', '{}'))
		    union all
		    select key, value
			from jsonb_each_text(coalesce(spec -> 'write', '{}'))) f
		join pg_attribute a on a.attrelid = rel and a.attname = f.name
		left join pg_attrdef d on d.adrelid = rel and d.adnum = a.attnum
	loop
		ins := ins || format($f$
		if new.%1$I is distinct from (%2$s) and not konak.may(%3$L) then
			raise exception using errcode = '42501', message = %3$L,
			    column = %1$L;
		end if;$f$, c.name, c.dflt, c.code);
		upd := upd || format($f$
		if new.%1$I is distinct from old.%1$I and not konak.may(%2$L) then
			raise exception using errcode = '42501', message = %2$L,
			    column = %1$L;
		end if;$f$, c.name, c.code);
		plain := plain || format(' and (new.%1$I is not distinct from '
		    'old.%1$I or konak.may(%2$L))', c.name, c.code);
	end loop;
	for c in select t as name
	    from jsonb_array_elements_text(coalesce(spec -> 'once', '[]')) t
	loop
		upd := upd || format($f$
		if new.%1$I is distinct from old.%1$I then
			raise exception using errcode = 'KN002',
			    message = 'record.once', detail = '{}', column = %1$L;
		end if;$f$, c.name);
		plain := plain || format(' and new.%1$I is not distinct from '
		    'old.%1$I', c.name);
	end loop;
	-- A generated column has no value yet in a BEFORE trigger.
	same := case when exists (select from pg_attribute a
	    where a.attrelid = rel and a.attname = 'company_id'
		and a.attgenerated <> '') then 'new.id = old.id'
	    else 'new.id = old.id and new.company_id = old.company_id' end;

	body := $f$
declare
	-- Loading, cascading and signing in have been judged already; a
	-- superuser is not judged at all.
	ours boolean;
begin
	if tg_op = 'INSERT' then
		ours := current_user in
		    ('konak_owner', 'konak_definer', 'konak_auth')
		    or not row_security_active(tg_relid);
		if ours then
			new.created_by := coalesce(new.created_by, konak.me());
			return new;
		end if;
		new.version := 1;
		new.created_at := konak.now();
		new.updated_at := new.created_at;
		new.created_by := konak.me();$f$;
	if soft then
		body := body || $f$
		new.deleted_at := null;
		new.deleted_request := null;$f$;
	end if;
	body := body || ins || $f$
		return new;
	end if;$f$;
	-- The everyday case, an edit of a living record by somebody who may, in
	-- one expression: each one costs its preparation in every transaction.
	if konak.protect_over(tab, 'old', edit) = edit then
		body := body || format($f$
	if %1$s and new.created_at = old.created_at
	    and new.created_by is not distinct from old.created_by
	    and %2$s%3$s%4$s
	    and row(%5$s) is distinct from row(%6$s) then
		new.version := old.version + 1;
		new.updated_at := konak.now();
		return new;
	end if;$f$, same, case when soft then 'old.deleted_at is null '
		    'and new.deleted_at is null and new.deleted_request is null '
		    'and ' else '' end, edit, plain, news, olds);
	end if;
	body := body || format($f$
	ours := current_user in ('konak_owner', 'konak_definer', 'konak_auth')
	    or not row_security_active(tg_relid);
	if not (%1$s) or (not ours and (new.created_at, new.created_by)
	    is distinct from (old.created_at, old.created_by)) then
		raise exception using errcode = 'KN002',
		    message = 'record.immutable', detail = '{}';
	end if;
	new.version := old.version;
	if not ours then
		new.updated_at := old.updated_at;
	end if;$f$, same);
	if soft then
		code := coalesce(spec -> 'delete' ->> 0, (select k
		    from jsonb_object_keys(case jsonb_typeof(spec -> 'delete')
			when 'object' then spec -> 'delete' else '{}' end) k
		    limit 1), spec ->> 'delete', 'delete');
		body := body || format($f$
	if (new.deleted_at is null) <> (old.deleted_at is null) then
		if not ours then
			if (%1$s) is distinct from (%2$s) then
				raise exception using errcode = 'KN002',
				    message = 'record.delete_alone', detail = '{}';
			end if;
			if not coalesce(%3$s, false) then
				raise exception using errcode = '42501',
				    message = %4$L;
			end if;
			new.deleted_request := null;
		end if;
		if new.deleted_at is null then
			new.deleted_request := null;
		else
			new.deleted_at := konak.now();
			new.deleted_request := coalesce(new.deleted_request,
			    konak.request(), konak.uuid7());
		end if;
		new.version := old.version + 1;
		new.updated_at := konak.now();
		return new;
	end if;
	new.deleted_at := old.deleted_at;
	new.deleted_request := old.deleted_request;
	if old.deleted_at is not null and not ours then
		raise exception using errcode = 'KN001', message = 'deleted';
	end if;$f$, 'row(' || news || ')', 'row(' || olds || ')',
		    konak.protect_over(tab, 'old', coalesce(del, 'false')), code);
	end if;
	body := body || format($f$
	if (%1$s) is distinct from (%2$s) then$f$,
	    'row(' || news || ')', 'row(' || olds || ')');
	if del is distinct from edit or upd <> '' then
		code := coalesce(spec -> 'edit' ->> 0, (select k
		    from jsonb_object_keys(case jsonb_typeof(spec -> 'edit')
			when 'object' then spec -> 'edit' else '{}' end) k
		    limit 1), spec ->> 'edit', 'edit');
		body := body || $f$
		if not ours then$f$;
		if del is distinct from edit then
			body := body || format($f$
		if not coalesce(%1$s, false) then
			raise exception using errcode = '42501', message = %2$L;
		end if;$f$, konak.protect_over(tab, 'old',
			    coalesce(edit, 'false')), code);
		end if;
		body := body || upd || $f$
		end if;$f$;
	end if;
	body := body || $f$
		new.version := old.version + 1;
		new.updated_at := konak.now();
	end if;
	return new;
end $f$;
	return body;
end $$;

create function konak.protect_audit(tab text, spec jsonb) returns text
language plpgsql stable
as $$
declare
	rel regclass := format('konak.%I', tab)::regclass;
	soft boolean;
	title text;
	chunks text := '';
	diff text := '';
	a record;
	n integer := 0;
begin
	soft := exists (select from pg_attribute x where x.attrelid = rel
	    and x.attname = 'deleted_at' and not x.attisdropped);
	select 'left(concat_ws('' '', ' || string_agg('new.' || quote_ident(t), ', ')
	    || '), 200)'
	into title
	from jsonb_array_elements_text(case jsonb_typeof(spec -> 'title')
	    when 'string' then jsonb_build_array(spec -> 'title')
	    else coalesce(spec -> 'title', '[]') end) t;
	for a in
		select x.attname as name
		from pg_attribute x
		where x.attrelid = rel and x.attnum > 0 and not x.attisdropped
		    and x.attgenerated = ''
		    and x.attname <> all (konak.protect_kept())
		    and not coalesce(spec -> 'quiet', '[]') ? x.attname
		    and not coalesce(spec -> 'internal', '[]') ? x.attname
		order by x.attnum
	loop
		-- A function takes at most 100 arguments.
		chunks := chunks || case when n % 40 = 0 then
		    case when n > 0 then ') || ' else '' end || 'jsonb_build_object('
		    else ', ' end || format('%L, new.%I', a.name, a.name);
		n := n + 1;
		diff := diff || format($f$
		if new.%1$I is distinct from old.%1$I then
			o := o || jsonb_build_object(%1$L, old.%1$I);
			n := n || jsonb_build_object(%1$L, new.%1$I);
		end if;$f$, a.name);
	end loop;
	return format($f$
declare
	what text;
	o jsonb;
	n jsonb;
	vals jsonb;
	salt bytea;
	stamp timestamptz;
	key uuid;
begin
	if tg_op = 'INSERT' then
		what := 'create';
		vals := jsonb_build_object('title', %4$s, 'old', '{}'::jsonb,
		    'new', jsonb_strip_nulls(%1$s));
	%2$selse
		what := 'edit';
		o := '{}';
		n := '{}';%3$s
		vals := jsonb_build_object('title', %4$s, 'old', o, 'new', n);
	end if;
	key := konak.uuid7();
	salt := uuid_send(gen_random_uuid());
	stamp := konak.now();
	insert into konak.audit_logs (company_id, at, id, request_id, user_id,
	    action, module, record_type, record_id, version, op, ip, client,
	    digest)
	values (new.company_id, stamp, key, konak.request(), konak.me(),
	    coalesce(nullif(current_setting('konak.action', true), ''),
		%5$L || case what when 'create' then '_CREATE'
		when 'edit' then '_UPDATE' when 'delete' then '_DELETE'
		else '_RESTORE' end),
	    %6$L, %7$L, new.id, new.version, what,
	    nullif(current_setting('konak.ip', true), ''),
	    nullif(current_setting('konak.client', true), ''),
	    sha256(salt || convert_to(vals::text, 'UTF8')));
	insert into konak.audit_values (company_id, at, id, values, salt)
	values (new.company_id, stamp, key, vals, salt);
	return null;
end $f$, case when n = 0 then '''{}''::jsonb' else chunks || ')' end,
	    case when soft then format($f$elsif (new.deleted_at is null)
	    <> (old.deleted_at is null) then
		what := case when new.deleted_at is null then 'restore'
		    else 'delete' end;
		vals := jsonb_build_object('title', %1$s, 'old', '{}'::jsonb,
		    'new', '{}'::jsonb);
		-- Went with its parent: undo leaves it to the parent.
		if pg_trigger_depth() > 1 then
			vals := vals || '{"cascade": true}';
		end if;
	$f$, coalesce(title, 'null::text')) else '' end, diff,
	    coalesce(title, 'null::text'),
	    coalesce(spec ->> 'audit', upper(coalesce(spec ->> 'record', tab))),
	    coalesce(spec ->> 'module', spec ->> 'record', tab),
	    coalesce(spec ->> 'record', tab));
end $$;

-- Makes functions that belong to konak_definer, whatever role calls.
create function konak.protect_define(name text, body text) returns void
language plpgsql
as $$
declare
	before text := current_user;
begin
	set local role konak_definer;
	execute format('create or replace function konak.%I() returns trigger '
	    'language plpgsql security definer '
	    'set search_path = pg_catalog, pg_temp as %L', name, body);
	execute format('grant execute on function konak.%I() to konak_owner', name);
	execute format('set local role %I', before);
end $$;

-- Children follow their parent into the bin, and back: exactly those that
-- went with it, which share the id of the request.
create function konak.protect_children(parent text) returns void
language plpgsql
as $$
declare
	c record;
	body text := '';
begin
	for c in
		select p.table_name, p.spec -> 'parent' ->> 'column' as link
		from konak.protected p
		where p.spec -> 'parent' ->> 'table' = parent
		order by p.table_name
	loop
		body := body || format($f$
	if new.deleted_at is not null then
		update konak.%1$I c set deleted_at = new.deleted_at,
		    deleted_request = new.deleted_request
		where c.company_id = new.company_id and c.%2$I = new.id
		    and c.deleted_at is null;
	else
		update konak.%1$I c set deleted_at = null
		where c.company_id = new.company_id and c.%2$I = new.id
		    and c.deleted_request = old.deleted_request;
	end if;$f$, c.table_name, c.link);
	end loop;
	execute format('drop trigger if exists %I on konak.%I',
	    parent || '_70_children', parent);
	if body = '' then
		return;
	end if;
	perform konak.protect_define(parent || '_children', $f$
begin
	-- This function sees one company's rows: that of the transaction, or
	-- for whoever works without one (a migration) that of the parent.
	if konak.company() is null then
		perform set_config('konak.company', new.company_id::text, true);
	elsif konak.company() <> new.company_id then
		raise exception using errcode = 'KN002',
		    message = 'record.company', detail = '{}';
	end if;$f$ || body || $f$
	return null;
end $f$);
	execute format('create trigger %I after update on konak.%I for each row '
	    'when (old.deleted_at is distinct from new.deleted_at) '
	    'execute function konak.%I()', parent || '_70_children', parent,
	    parent || '_children');
end $$;

-- The one call that makes a table a record type of Konak; see
-- konak-module(5) for the words of a spec. May be run again.
create function konak.protect(tab regclass, spec jsonb) returns void
language plpgsql
as $$
declare
	t text;
	k text;
	soft boolean;
	live text[];
	writable text[];
	create_if text := konak.protect_condition(spec, 'create', true);
	edit_if text := konak.protect_condition(spec, 'edit', true);
	delete_if text := konak.protect_condition(spec, 'delete', true);
	own text := case when spec ? 'rows' then 'true'
	    else 'company_id = (select konak.company())' end;
	view_if text := konak.protect_condition(spec, 'view', true);
begin
	select c.relname into t from pg_class c where c.oid = tab
	    and c.relnamespace = 'konak'::regnamespace;
	if t is null then
		raise exception 'protect: % is not a table of schema konak', tab;
	end if;
	select array_agg(a.attname::text order by a.attnum),
	    array_agg(a.attname::text order by a.attnum) filter (where
	    a.attgenerated = ''
	    and not coalesce(spec -> 'readonly', '[]') ? a.attname
	    and a.attname <> all ('{created_at,updated_at,created_by,version,deleted_at,deleted_request}'))
	into live, writable
	from pg_attribute a
	where a.attrelid = tab and a.attnum > 0 and not a.attisdropped;
	soft := 'deleted_at' = any (live);

	-- A misspelt word would be a hole.
	for k in select jsonb_object_keys(spec) loop
		if k <> all ('{record,module,audit,title,view,create,edit,delete,scopes,see,write,once,readonly,internal,quiet,parent,soft,group,rows,auth}') then
			raise exception 'protect(%): unknown word "%"', t, k;
		end if;
	end loop;
	for k in
		select jsonb_object_keys(coalesce(spec -> 'see', '{}'))
		union select jsonb_object_keys(coalesce(spec -> 'write', '{}'))
		union select jsonb_array_elements_text(coalesce(spec -> 'once', '[]'))
		union select jsonb_array_elements_text(coalesce(spec -> 'readonly', '[]'))
		union select jsonb_array_elements_text(coalesce(spec -> 'internal', '[]'))
		union select jsonb_array_elements_text(coalesce(spec -> 'quiet', '[]'))
		union select jsonb_array_elements_text(case jsonb_typeof(spec -> 'title')
		    when 'string' then jsonb_build_array(spec -> 'title')
		    else coalesce(spec -> 'title', '[]') end)
		union select spec -> 'parent' ->> 'column' where spec ? 'parent'
		union values ('company_id'), ('id'), ('version'), ('created_at'),
		    ('updated_at'), ('created_by')
		union select 'deleted_request' where soft
	loop
		if k <> all (live) then
			raise exception 'protect(%): no column "%"', t, k;
		end if;
	end loop;
	if view_if is null then
		raise exception 'protect(%): nobody may view it', t;
	elsif coalesce((spec ->> 'soft')::boolean, soft) <> soft then
		raise exception 'protect(%): soft does not agree with deleted_at', t;
	elsif delete_if is not null and not soft then
		raise exception 'protect(%): delete needs deleted_at', t;
	end if;

	insert into konak.protected as p (table_name, record, spec, columns)
	values (t, coalesce(spec ->> 'record', t), spec, live)
	on conflict on constraint protected_pkey do update set
	    record = excluded.record, spec = excluded.spec,
	    columns = excluded.columns;

	-- Room for the next version of a row on its own page.
	execute format('alter table %s set (fillfactor = 90)', tab);
	execute format('alter table %s enable row level security', tab);
	execute format('alter table %s force row level security', tab);
	foreach k in array array['owner_all', 'app_select', 'app_insert',
	    'app_update', 'definer_all', 'group_select', 'auth_all'] loop
		execute format('drop policy if exists %I on %s', k, tab);
	end loop;
	execute format('create policy owner_all on %s to konak_owner '
	    'using (true) with check (true)', tab);
	execute format('create policy definer_all on %s to konak_definer '
	    'using (%s) with check (%s)', tab, own, own);
	execute format('revoke all on %s from konak_app, konak_definer, '
	    'konak_group, konak_auth', tab);
	execute format('grant select, insert, update on %s to konak_definer', tab);
	if not spec ? 'rows' then
		own := own || ' and ';
		if not exists (select from pg_attrdef d join pg_attribute a
		    on a.attrelid = d.adrelid and a.attnum = d.adnum
		    where d.adrelid = tab and a.attname = 'company_id') then
			execute format('alter table %s alter company_id '
			    'set default konak.company()', tab);
		end if;
	else
		own := '';
	end if;
	execute format('create policy app_select on %s for select to konak_app '
	    'using (%s%s)', tab, own, view_if);
	execute format('grant select on %s to konak_app', tab);
	if create_if is not null then
		execute format('create policy app_insert on %s for insert '
		    'to konak_app with check (%s%s)', tab, own, create_if);
		execute format('grant insert (%s) on %s to konak_app',
		    (select string_agg(quote_ident(w), ', ')
			from unnest(writable) w), tab);
	end if;
	if edit_if is not null or delete_if is not null then
		k := own || concat('(', concat_ws(' or ', edit_if,
		    nullif(delete_if, edit_if)), ')');
		execute format('create policy app_update on %s for update '
		    'to konak_app using (%s) with check (%s)', tab, k, k);
		execute format('grant update (%s) on %s to konak_app',
		    (select string_agg(quote_ident(w), ', ')
			from unnest(case when edit_if is null then '{}'::text[]
			    else writable end || case when delete_if is null
			    then '{}'::text[] else '{deleted_at}'::text[] end) w
			where w not in ('company_id', 'id')), tab);
	end if;
	if (spec ->> 'group')::boolean then
		execute format('create policy group_select on %s for select '
		    'to konak_group using ((select konak.may(''group.view'')))', tab);
		execute format('grant select on %s to konak_group', tab);
	end if;
	if (spec ->> 'auth')::boolean then
		execute format('create policy auth_all on %s to konak_auth '
		    'using (true) with check (true)', tab);
		execute format('grant select, insert, update on %s to konak_auth', tab);
	end if;

	execute format('create or replace function konak.%I() returns trigger '
	    'language plpgsql as %L', t || '_guard',
	    konak.protect_guard(t, spec));
	perform konak.protect_define(t || '_audit', konak.protect_audit(t, spec));
	execute format('create or replace trigger %I before insert or update '
	    'on %s for each row execute function konak.%I()',
	    t || '_50_guard', tab, t || '_guard');
	-- Only a migration may load rows without a trace.
	execute format('create or replace trigger %I after insert on %s '
	    'for each row when (not (current_user = ''konak_owner'' and '
	    'coalesce(current_setting(''konak.audit'', true), '''') = ''off'')) '
	    'execute function konak.%I()', t || '_60_audit', tab, t || '_audit');
	execute format('create or replace trigger %I after update on %s '
	    'for each row when (new.version <> old.version and '
	    'not (current_user = ''konak_owner'' and '
	    'coalesce(current_setting(''konak.audit'', true), '''') = ''off'')) '
	    'execute function konak.%I()', t || '_61_audit', tab, t || '_audit');

	if spec ? 'parent' then
		perform konak.protect_define(t || '_parent', format($f$
declare
	gone boolean;
begin
	-- FOR SHARE waits for whoever is deleting the parent now.
	select p.deleted_at is not null into gone from konak.%1$I p
	where p.company_id = new.company_id and p.id = new.%2$I for share;
	if gone then
		raise exception using errcode = 'KN002',
		    message = 'record.parent_deleted', detail = '{}',
		    column = %2$L;
	end if;
	return new;
end $f$, spec -> 'parent' ->> 'table', spec -> 'parent' ->> 'column'));
		execute format('create or replace trigger %1$I before insert on %2$s '
		    'for each row when (new.%3$I is not null) '
		    'execute function konak.%4$I()', t || '_55_parent', tab,
		    spec -> 'parent' ->> 'column', t || '_parent');
		execute format('create or replace trigger %1$I before update on %2$s '
		    'for each row when (new.deleted_at is null and '
		    '(old.deleted_at is not null or '
		    'new.%3$I is distinct from old.%3$I)) '
		    'execute function konak.%4$I()', t || '_56_parent', tab,
		    spec -> 'parent' ->> 'column', t || '_parent');
		perform konak.protect_children(spec -> 'parent' ->> 'table');
	end if;
	if soft then
		perform konak.protect_children(t);
	end if;
end $$;

-- Tables that are not what protect() made of them: none, or a mistake.
create function konak.protect_drift() returns table (table_name text, reason text)
language sql stable
as $$
	select p.table_name, 'columns have changed since konak.protect()'
	from konak.protected p
	where p.columns is distinct from (
	    select array_agg(a.attname::text order by a.attnum)
	    from pg_attribute a
	    where a.attrelid = to_regclass(format('konak.%I', p.table_name))
		and a.attnum > 0 and not a.attisdropped)
	union all
	select p.table_name, 'row-level security is not forced'
	from konak.protected p
	left join pg_class c
	    on c.oid = to_regclass(format('konak.%I', p.table_name))
	where not coalesce(c.relrowsecurity and c.relforcerowsecurity, false)
$$;
grant execute on function konak.protect_drift() to konak_app;

-- ----------------------------------------------------- reading the audit log

set local role konak_definer;

-- Whether the caller may see this record, deleted ones included.
create function konak.visible(record_type text, record_id uuid) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, konak, pg_temp
as $$
declare
	p konak.protected;
	found_it boolean;
begin
	select x.* into p from konak.protected x where x.record = record_type;
	if not found or record_id is null then
		return false;
	end if;
	execute format('select exists (select from konak.%1$I where %2$s '
	    '%1$I.id = $1 and %3$s)', p.table_name, case when p.spec ? 'rows'
	    then '' else format('%I.company_id = konak.company() and', p.table_name)
	    end, konak.protect_condition(p.spec, 'view', false))
	into found_it using record_id;
	return found_it;
end $$;

-- The fields of a type that the caller may not see; null: not even one row
-- of it may be seen.
create function konak.audit_hidden(record_type text) returns text[]
language plpgsql stable security definer set search_path = pg_catalog, konak, pg_temp
as $$
declare
	p konak.protected;
	out text[];
begin
	select x.* into p from konak.protected x where x.record = record_type;
	if not found then
		return '{}';
	end if;
	if p.spec -> 'view' is not null and p.spec -> 'view' <> '"*"'
	    and not exists (
		select from jsonb_array_elements_text(
		    case jsonb_typeof(p.spec -> 'view')
		    when 'string' then jsonb_build_array(p.spec -> 'view')
		    when 'array' then p.spec -> 'view'
		    else (select jsonb_agg(k)
			from jsonb_object_keys(p.spec -> 'view') k) end) c
		where konak.may(c)) then
		return null;
	end if;
	select coalesce(array_agg(s.key), '{}') into out
	from jsonb_each_text(coalesce(p.spec -> 'see', '{}')) s
	where not konak.may(s.value);
	return out;
end $$;

-- What one audit row says, as far as the caller may see it. Only for rows
-- that the view below has let through.
create function konak.audit_shown(company uuid, stamp timestamptz, key uuid)
    returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, konak, pg_temp
as $$
declare
	l konak.audit_logs;
	v jsonb;
	hidden text[];
begin
	select x.* into l from konak.audit_logs x
	where x.company_id = company and x.at = stamp and x.id = key;
	if not found or not (
	    company = konak.company() and (konak.may('audit.view')
		or (konak.may('group.view') and company = konak.group_company()))
	    or company = konak.group_company() and konak.may('group.view')
	    or company = konak.group_company() and konak.may('audit.view')
		and l.action in ('LOGIN', 'LOGIN_FAILED', 'LOGOUT')
		and exists (select from konak.memberships m
		    where m.company_id = konak.company()
			and m.user_id = l.user_id
			and m.deleted_at is null)) then
		return null;
	end if;
	select x.values into v from konak.audit_values x
	where x.company_id = company and x.at = stamp and x.id = key;
	if l.record_type is not null then
		hidden := konak.audit_hidden(l.record_type);
		if hidden is null then
			return null;
		elsif hidden <> '{}' then
			v := v || jsonb_build_object('old', (v -> 'old') - hidden,
			    'new', (v -> 'new') - hidden);
		end if;
	end if;
	return v;
end $$;

-- One record's past, newest first.
create function konak.history(record_type text, record_id uuid,
    after timestamptz default null, lim integer default 50)
    returns table (at timestamptz, id uuid, user_id uuid, user_name text,
	action text, op text, request_id uuid, version integer, changes jsonb)
language plpgsql stable security definer set search_path = pg_catalog, konak, pg_temp
as $$
#variable_conflict use_column
declare
	hidden text[] := konak.audit_hidden(history.record_type);
begin
	if hidden is null or not konak.visible(history.record_type,
	    history.record_id) then
		perform konak.no_row();
	end if;
	return query
	select l.at, l.id, l.user_id, u.name, l.action, l.op, l.request_id,
	    l.version, coalesce((
		select jsonb_agg(jsonb_build_object('field', k,
		    'old', v.values -> 'old' -> k, 'new', v.values -> 'new' -> k)
		    order by k)
		from (select jsonb_object_keys(coalesce(v.values -> 'new', '{}')) k
		    union select jsonb_object_keys(coalesce(v.values -> 'old', '{}'))) f
		where k <> all (hidden)), '[]')
	from konak.audit_logs l
	left join konak.audit_values v
	    on v.company_id = l.company_id and v.at = l.at and v.id = l.id
	left join konak.users u on u.id = l.user_id
	where l.company_id in (konak.company(), konak.group_company())
	    and l.record_id = history.record_id
	    and l.record_type = history.record_type
	    and l.op is not null
	    and (after is null or l.at < after)
	order by l.at desc, l.id desc
	limit greatest(1, least(coalesce(lim, 50), 200));
end $$;

-- What others changed in a record after a version, for the conflict sheet:
-- {"field": {"base": value then, "by": name, "at": time of the last change}}.
-- Null when the log does not reach back that far.
create function konak.base(record_type text, record_id uuid, since integer)
    returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, konak, pg_temp
as $$
declare
	hidden text[] := konak.audit_hidden(record_type);
	steps bigint;
	last integer;
	out jsonb;
begin
	if hidden is null or not konak.visible(record_type, record_id) then
		perform konak.no_row();
	end if;
	select count(distinct l.version), max(l.version) into steps, last
	from konak.audit_logs l
	join konak.audit_values v
	    on v.company_id = l.company_id and v.at = l.at and v.id = l.id
	where l.company_id in (konak.company(), konak.group_company())
	    and l.record_id = base.record_id
	    and l.record_type = base.record_type
	    and l.op is not null and l.version > since;
	if steps = 0 or steps < last - since then
		return null;
	end if;
	select jsonb_object_agg(f.k, jsonb_build_object('base', f.base,
	    'by', f.name, 'at', f.at))
	into out
	from (select distinct on (e.k) e.k,
		first_value(e.v) over (partition by e.k order by l.version) as base,
		last_value(u.name) over w as name,
		last_value(l.at) over w as at
	    from konak.audit_logs l
	    join konak.audit_values v
		on v.company_id = l.company_id and v.at = l.at and v.id = l.id
	    cross join lateral jsonb_each(v.values -> 'old') e(k, v)
	    left join konak.users u on u.id = l.user_id
	    where l.company_id in (konak.company(), konak.group_company())
		and l.record_id = base.record_id
		and l.record_type = base.record_type
		and l.op = 'edit' and l.version > since
		and e.k <> all (hidden)
	    window w as (partition by e.k order by l.version
		rows between unbounded preceding and unbounded following)) f;
	return coalesce(out, '{}');
end $$;

-- Whether this person's request has been carried out already (on this
-- record), in this company.
create function konak.done(request uuid, record uuid default null)
    returns boolean
language sql stable security definer set search_path = pg_catalog, konak, pg_temp
as $$
	select exists (select from konak.audit_logs l
	    where l.company_id in (konak.company(), konak.group_company())
		and l.request_id = request and l.user_id = konak.me()
		and (record is null or l.record_id = record)
		and l.op is not null)
	    or exists (select from konak.requests r
	    where r.company_id = konak.company() and r.id = request
		and r.user_id = konak.me() and record is null)
$$;

-- The audit row of a verb that changes no record (reveal, export, sign-in).
-- Used by functions that have checked; the serving role has konak.audit().
create function konak.audit_write(company uuid, person uuid, action text,
    module text, record_type text, record_id uuid, vals jsonb,
    ip text default null, client text default null) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	salt bytea := uuid_send(gen_random_uuid());
	stamp timestamptz := konak.now();
	key uuid := konak.uuid7();
	c uuid := coalesce(company, konak.group_company());
begin
	insert into konak.audit_logs (company_id, at, id, request_id, user_id,
	    action, module, record_type, record_id, ip, client, digest)
	values (c, stamp, key, konak.request(), person, action, module,
	    record_type, record_id,
	    coalesce(ip, nullif(current_setting('konak.ip', true), '')),
	    coalesce(client, nullif(current_setting('konak.client', true), '')),
	    sha256(salt || convert_to(coalesce(vals, '{}')::text, 'UTF8')));
	insert into konak.audit_values (company_id, at, id, values, salt)
	values (c, stamp, key, coalesce(vals, '{}'), salt);
end $$;

create function konak.audit(action text, module text, record_type text,
    record_id uuid, vals jsonb default '{}') returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	-- Outside a transaction that konak.enter() opened there is nobody to
	-- name; and the words of record changes belong to their triggers.
	if konak.company() is null or konak.me() is null
	    or action ~ '_(CREATE|UPDATE|DELETE|RESTORE)$' then
		raise exception using errcode = '42501', message = 'audit';
	end if;
	perform konak.audit_write(konak.company(), konak.me(), action, module,
	    record_type, record_id, vals);
end $$;

-- What a request of the caller did, with who has changed the same since.
create function konak.undo_rows(request uuid)
    returns table (record_type text, record_id uuid, op text, old jsonb,
	title text, who text, since timestamptz)
language sql stable security definer set search_path = pg_catalog, konak, pg_temp
as $$
	select l.record_type, l.record_id, l.op, v.values -> 'old',
	    v.values ->> 'title', later.name, later.at
	from konak.audit_logs l
	join konak.audit_values v
	    on v.company_id = l.company_id and v.at = l.at and v.id = l.id
	left join lateral (
		select coalesce(u.name, '') as name, x.at
		from konak.audit_logs x
		left join konak.users u on u.id = x.user_id
		where x.company_id = l.company_id and x.record_id = l.record_id
		    and x.record_type = l.record_type and x.op is not null
		    and (x.at, x.id) > (l.at, l.id)
		    and x.request_id is distinct from request
		order by x.at desc, x.id desc limit 1) later on true
	where l.company_id in (konak.company(), konak.group_company())
	    and l.request_id = request and l.user_id = konak.me()
	    and l.op is not null and not v.values ? 'cascade'
	order by l.at desc, l.id desc
$$;

grant execute on function konak.visible(text, uuid),
    konak.audit_hidden(text),
    konak.audit_shown(uuid, timestamptz, uuid),
    konak.history(text, uuid, timestamptz, integer),
    konak.base(text, uuid, integer), konak.done(uuid, uuid),
    konak.audit(text, text, text, uuid, jsonb), konak.undo_rows(uuid)
    to konak_app;
grant execute on function konak.visible(text, uuid),
    konak.audit_write(uuid, uuid, text, text, text, uuid, jsonb, text, text)
    to konak_auth;

set local role konak_owner;

grant execute on function konak.protect_condition(jsonb, text, boolean)
    to konak_definer;

-- The company's log for those with audit.view; the group's for group.view, also
-- inside a company; sign-ins of its people for a company's audit.view. (One
-- record's past is konak.history(), for whoever may see the record.) A case,
-- because the planner would take an "or" between companies for two indexes
-- and sort everything: a page of 100,000 rows took seconds.
create policy app_select on konak.audit_logs for select to konak_app using (
    case when company_id = (select konak.company())
	then (select konak.may('audit.view'))
	    or ((select konak.may('group.view'))
		and company_id = (select konak.group_company()))
	else company_id = (select konak.group_company())
	    and ((select konak.may('group.view'))
		or ((select konak.may('audit.view'))
		    and action in ('LOGIN', 'LOGIN_FAILED', 'LOGOUT')
		    and user_id in (select m.user_id from konak.memberships m
			where m.company_id = (select konak.company())
			    and m.deleted_at is null))) end);
grant select on konak.audit_logs to konak_app;

-- offset 0: the values are fetched once for a row, however many columns of
-- them are asked for.
create view konak.audit with (security_invoker = true) as
select l.company_id, l.at, l.id, l.request_id, l.user_id,
    (select u.name from konak.users u where u.id = l.user_id) as user_name,
    l.action, l.module, l.record_type, l.record_id, l.version, l.op,
    l.description, l.ip, l.client,
    s.v ->> 'title' as title, s.v -> 'old' as old, s.v -> 'new' as new,
    s.v as values
from konak.audit_logs l
cross join lateral (
    select konak.audit_shown(l.company_id, l.at, l.id) as v offset 0) s;
grant select on konak.audit to konak_app;

-- ------------------------------------------------------- once, undo, refusals

alter table konak.requests enable row level security;
alter table konak.requests force row level security;
create policy owner_all on konak.requests to konak_owner
    using (true) with check (true);
create policy app_insert on konak.requests for insert to konak_app
    with check (company_id = (select konak.company())
	and user_id = (select konak.me()));
create policy app_select on konak.requests for select to konak_app
    using (company_id = (select konak.company())
	and user_id = (select konak.me()));
create policy definer_select on konak.requests for select to konak_definer
    using (company_id = (select konak.company()));
grant select on konak.requests to konak_app, konak_definer;
grant insert (id) on konak.requests to konak_app;

-- First statement of a verb that is no record change: a resend stops here
-- with 23505 of requests_pkey.
create function konak.once() returns void
language sql volatile
as $$ insert into konak.requests (id) values (konak.request()) $$;

-- Takes back what one request of the caller did, row by row, under the
-- caller's own rights; nothing at all when somebody has changed one since.
create function konak.undo(request uuid)
    returns table (record_type text, record_id uuid, version integer, op text)
language plpgsql
as $$
#variable_conflict use_column
declare
	r record;
	p konak.protected;
	cols text;
	n integer := 0;
begin
	for r in select u.* from konak.undo_rows(undo.request) u loop
		n := n + 1;
		if r.who is not null then
			perform konak.fail('record.undo_changed',
			    jsonb_build_object('name', coalesce(r.title, ''),
			    'by', r.who, 'at', r.since));
		end if;
		select x.* into p from konak.protected x
		where x.record = r.record_type;
		if not found or (r.op in ('create', 'restore')
		    and not 'deleted_at' = any (p.columns)) then
			perform konak.fail('record.undo_impossible',
			    jsonb_build_object('name', coalesce(r.title, '')));
		end if;
		if r.op = 'edit' then
			select string_agg(quote_ident(k), ', ') into cols
			from jsonb_object_keys(r.old) k where k = any (p.columns);
			continue when cols is null;
			execute format('update konak.%1$I t set (%2$s) = (select %2$s '
			    'from jsonb_populate_record(null::konak.%1$I, $1)) '
			    'where t.company_id in (konak.company(), '
			    'konak.group_company()) and t.id = $2 '
			    'returning t.version', p.table_name, cols)
			into version using r.old, r.record_id;
		else
			execute format('update konak.%1$I t set deleted_at = %2$s '
			    'where t.company_id in (konak.company(), '
			    'konak.group_company()) and t.id = $1 '
			    'and t.deleted_at is %3$s returning t.version',
			    p.table_name,
			    case r.op when 'delete' then 'null' else 'konak.now()' end,
			    case r.op when 'delete' then 'not null' else 'null' end)
			into version using r.record_id;
		end if;
		if version is null then
			perform konak.no_row();
		end if;
		record_type := r.record_type;
		record_id := r.record_id;
		op := case r.op when 'edit' then 'edit'
		    when 'delete' then 'restore' else 'delete' end;
		return next;
		version := null;
	end loop;
	if n = 0 then
		perform konak.fail('record.undo_nothing');
	end if;
end $$;
grant execute on function konak.once(), konak.undo(uuid) to konak_app;

set local role konak_auth;

-- A refusal, in a transaction of its own. At most 60 rows a minute and
-- session; what is more is one row with its number, written when the next
-- minute's first refusal comes or konak.sweep() passes.
create function konak.refused(tok bytea, company uuid, verb text, code text)
    returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	s auth.sessions;
	r auth.refusals;
	minute timestamptz := date_trunc('minute', now());
	c uuid;
begin
	select x.* into s from auth.sessions x where x.token_hash = tok;
	if not found then
		return;
	end if;
	-- A company the person has nothing to do with learns nothing.
	select m.company_id into c from konak.memberships m
	where m.company_id = company and m.user_id = s.user_id;
	c := coalesce(c, konak.group_company());
	select x.* into r from auth.refusals x where x.token_hash = tok for update;
	if found and r.minute <> minute then
		perform auth.refusals_close(r);
	end if;
	insert into auth.refusals as x (token_hash, minute, company_id, user_id, count)
	values (tok, minute, c, s.user_id, 1)
	on conflict on constraint refusals_pkey do update set
	    count = case when x.minute = excluded.minute then x.count + 1 else 1 end,
	    minute = excluded.minute, company_id = excluded.company_id
	returning x.* into r;
	if r.count <= 60 then
		perform konak.audit_write(c, s.user_id, 'ACCESS_DENIED',
		    split_part(verb, '.', 1), null, null,
		    jsonb_build_object('verb', verb, 'code', code),
		    coalesce(host(s.ip), 'local'), s.client);
	end if;
end $$;

create function auth.refusals_close(r auth.refusals) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	if r.count > 60 then
		perform konak.audit_write(r.company_id, r.user_id,
		    'ACCESS_DENIED', 'core', null, null,
		    jsonb_build_object('count', r.count - 60, 'minute', r.minute));
	end if;
end $$;

-- Housekeeping, any time, by any konakd: entries and refusals whose time is
-- over. Returns how many rows went.
create function konak.sweep() returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	r auth.refusals;
	n integer;
begin
	for r in delete from auth.refusals x
	    where x.minute < date_trunc('minute', now()) returning x.* loop
		perform auth.refusals_close(r);
	end loop;
	delete from auth.entry e where e.idle_until <= now() or e.expires_at <= now();
	get diagnostics n = row_count;
	return n;
end $$;

-- Who could give somebody this right: members that hold it and may edit
-- roles; for the group's rights those who manage the group.
create function konak.holders(company uuid, code text) returns setof text
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select u.name
	from konak.memberships m
	join konak.users u on u.id = m.user_id and u.is_active
	join konak.role_permissions a on a.company_id = m.company_id
	    and a.role_id = m.role_id and a.code = 'roles.manage'
	join konak.role_permissions b on b.company_id = m.company_id
	    and b.role_id = m.role_id and b.code = holders.code
	where m.company_id = holders.company and m.deleted_at is null
	union
	select u.name
	from konak.group_members g
	join konak.users u on u.id = g.user_id and u.is_active
	where holders.code like 'group.%' and g.can_manage
	    and g.deleted_at is null
	order by 1 limit 20
$$;

-- ------------------------------------------------------ acting on a person

-- E-mail, password or 2FA reset, deactivation, sessions elsewhere: needs
-- users.manage in every company of that person, or group.manage; never on
-- somebody with a right that the actor lacks, never on the last who manages
-- the group. (platform.md, "Acting on a person")
create function konak.may_act(target uuid) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
	actor constant uuid := konak.me();
	chief boolean;
	m record;
	mine text;
	n integer := 0;
begin
	if actor is null or target is null then
		return false;
	end if;
	if exists (select from konak.group_members g
	    where g.user_id = target and g.can_manage and g.deleted_at is null)
	    and auth.group_managers(target) = 0 then
		return false;
	end if;
	mine := auth.group_rights(actor);
	chief := strpos('|' || mine, '|group.manage=') > 0;
	if not auth.covers('|' || mine, '|' || auth.group_rights(target)) then
		return false;
	end if;
	if chief then
		return true;
	end if;
	for m in select x.company_id, x.role_id from konak.memberships x
	    where x.user_id = target and x.deleted_at is null loop
		n := n + 1;
		mine := auth.rights_of(actor, m.company_id);
		if strpos(mine, '|users.manage=') = 0 or not auth.covers(mine,
		    auth.role_rights(m.company_id, m.role_id)) then
			return false;
		end if;
	end loop;
	return n > 0;
end $$;

-- Active people who manage the group, but for one.
create function auth.group_managers(but uuid) returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select count(*) from konak.group_members g
	join konak.users u on u.id = g.user_id and u.is_active
	where g.can_manage and g.deleted_at is null
	    and g.user_id is distinct from but
$$;

-- Active owners of a company, but for one.
create function auth.owners(company uuid, but uuid) returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select count(*) from konak.memberships m
	join konak.users u on u.id = m.user_id and u.is_active
	where m.company_id = company and m.is_owner and m.deleted_at is null
	    and m.user_id is distinct from but
$$;

-- Whether the caller holds every right of a role of the present company.
create function konak.role_within(role uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	select konak.may('group.manage') or auth.covers(
	    auth.rights_of(konak.me(), konak.company()),
	    auth.role_rights(konak.company(), role))
$$;

-- What holds for every change of people and their places, whoever makes it.
create function auth.organisation_rules() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	m record;
begin
	case tg_table_name
	when 'users' then
		if old.is_active and not new.is_active then
			perform pg_advisory_xact_lock(
			    hashtextextended('konak owners', 0));
			if exists (select from konak.group_members g
			    where g.user_id = new.id and g.can_manage
				and g.deleted_at is null)
			    and auth.group_managers(new.id) = 0 then
				perform konak.fail('user.last_group_manager');
			end if;
			for m in select x.company_id from konak.memberships x
			    where x.user_id = new.id and x.is_owner
				and x.deleted_at is null loop
				if auth.owners(m.company_id, new.id) = 0 then
					perform konak.fail('user.last_owner',
					    jsonb_build_object('company', (select c.name
						from konak.companies c
						where c.id = m.company_id)));
				end if;
			end loop;
		end if;
	when 'memberships' then
		if tg_op = 'UPDATE' and old.is_owner and old.deleted_at is null
		    and not (new.is_owner and new.deleted_at is null) then
			perform pg_advisory_xact_lock(
			    hashtextextended('konak owners', 0));
			if auth.owners(new.company_id, new.user_id) = 0 then
				perform konak.fail('user.last_owner',
				    jsonb_build_object('company', (select c.name
					from konak.companies c
					where c.id = new.company_id)));
			end if;
		end if;
		if tg_op = 'UPDATE' and new.user_id <> old.user_id then
			perform konak.fail('record.once', '{}', 'user_id');
		end if;
		if exists (select from konak.companies c
		    where c.id = new.company_id and c.company_type = 'group') then
			perform konak.fail('user.group_company');
		end if;
		if new.deleted_at is null and exists (select from konak.roles r
		    where r.company_id = new.company_id and r.id = new.role_id
			and r.deleted_at is not null) then
			perform konak.fail('role.deleted', '{}', 'role_id');
		end if;
	when 'group_members' then
		if old.can_manage and old.deleted_at is null
		    and not (new.can_manage and new.deleted_at is null) then
			perform pg_advisory_xact_lock(
			    hashtextextended('konak owners', 0));
			if auth.group_managers(new.user_id) = 0 then
				perform konak.fail('user.last_group_manager');
			end if;
		end if;
	when 'roles' then
		if old.is_system and (new.deleted_at is not null
		    or not new.is_system
		    or new.template is distinct from old.template) then
			perform konak.fail('role.system');
		end if;
		if old.deleted_at is null and new.deleted_at is not null
		    and exists (select from konak.memberships x
			where x.company_id = new.company_id
			    and x.role_id = new.id and x.deleted_at is null) then
			perform konak.fail('role.in_use');
		end if;
	end case;
	return new;
end $$;

grant execute on function auth.organisation_rules(),
    konak.role_within(uuid), konak.may_act(uuid) to konak_owner;
grant execute on function
    konak.enter(bytea, uuid, text[], boolean, uuid, text, boolean),
    konak.touch(bytea), konak.refused(bytea, uuid, text, text),
    konak.holders(uuid, text), konak.sweep(), konak.may_act(uuid),
    konak.role_within(uuid) to konak_app;
grant execute on function konak.may_act(uuid), konak.role_within(uuid)
    to konak_definer;

set local role konak_owner;

create trigger users_20_rules before update on konak.users
    for each row execute function auth.organisation_rules();
create trigger memberships_20_rules before insert or update on konak.memberships
    for each row execute function auth.organisation_rules();
create trigger group_members_20_rules before update on konak.group_members
    for each row execute function auth.organisation_rules();
create trigger roles_20_rules before update on konak.roles
    for each row execute function auth.organisation_rules();

-- Nobody gives, changes or takes away what they do not hold themselves. The
-- operator (no person set) may.
create function konak.memberships_rights() returns trigger
language plpgsql
as $$
begin
	if konak.me() is null then
		return new;
	end if;
	if not konak.role_within(new.role_id) then
		perform konak.fail('role.above', '{}', 'role_id');
	end if;
	if tg_op = 'UPDATE' and new.role_id <> old.role_id
	    and not konak.role_within(old.role_id) then
		perform konak.fail('role.above', '{}', 'role_id');
	end if;
	if (tg_op = 'INSERT' and new.is_owner or tg_op = 'UPDATE'
	    and new.is_owner <> old.is_owner) and not konak.may('group.manage')
	    and not exists (select from konak.memberships m
		where m.company_id = new.company_id
		    and m.user_id = konak.me() and m.is_owner
		    and m.deleted_at is null) then
		perform konak.fail('user.owner_only', '{}', 'is_owner');
	end if;
	return new;
end $$;
create trigger memberships_30_rights_insert before insert on konak.memberships
    for each row execute function konak.memberships_rights();
-- One's own last company is remembered without any right.
create trigger memberships_30_rights_update before update on konak.memberships
    for each row when ((old.role_id, old.is_owner, old.deleted_at)
	is distinct from (new.role_id, new.is_owner, new.deleted_at))
    execute function konak.memberships_rights();

-- Of one's own row a person changes what is personal; being active, and
-- somebody else's address, need the right to act on that person.
create function konak.users_rights() returns trigger
language plpgsql
as $$
begin
	if konak.me() is null then
		return new;
	end if;
	if new.is_active <> old.is_active and (new.id = konak.me()
	    or not konak.may_act(new.id)) then
		perform konak.denied('users.manage');
	end if;
	if new.email <> old.email and new.id <> konak.me()
	    and not konak.may_act(new.id) then
		perform konak.denied('users.manage');
	end if;
	return new;
end $$;
create trigger users_30_rights before update of is_active, email on konak.users
    for each row execute function konak.users_rights();

-- Where a company stands in the group is the group's to say.
create function konak.companies_rights() returns trigger
language plpgsql
as $$
begin
	if konak.me() is null or konak.may('group.manage') then
		return new;
	end if;
	if (new.parent_id, new.company_type, new.kind, new.group_id, new.slug,
	    new.is_active, new.sort_order) is distinct from
	    (old.parent_id, old.company_type, old.kind, old.group_id, old.slug,
	    old.is_active, old.sort_order) then
		perform konak.denied('group.manage');
	end if;
	return new;
end $$;
create trigger companies_30_rights before update on konak.companies
    for each row execute function konak.companies_rights();

-- -------------------------------------------- the organisation's own tables

select konak.protect('konak.groups', '{"module": "group", "audit": "GROUP",
    "title": ["name"], "internal": ["logo"], "auth": true,
    "edit": ["group.manage"],
    "rows": {"view": "true", "edit": "konak.may(''group.manage'')"}}');
create policy group_select on konak.groups for select to konak_group using (true);
grant select on konak.groups to konak_group;

select konak.protect('konak.companies', '{"module": "settings",
    "audit": "COMPANY", "title": ["name"], "auth": true,
    "internal": ["logo", "search"],
    "quiet": ["current_teachers", "current_students", "current_classes",
	"invoice_next_number"],
    "readonly": ["current_teachers", "current_students", "current_classes",
	"invoice_next_number", "trial_ends_at", "subscription_status",
	"stripe_customer_id", "iyzico_customer_id"],
    "create": ["group.manage"], "edit": ["settings.edit", "group.manage"],
    "rows": {"view": "(id = (select konak.company()) or (select konak.may(''group.view'')) or (select konak.may(''group.manage'')))",
	"create": "((select konak.may(''group.manage'')) and company_type <> ''group'')",
	"edit": "((id = (select konak.company()) and (select konak.may(''settings.edit''))) or (select konak.may(''group.manage'')))"}}');
create policy group_select on konak.companies for select to konak_group
    using ((select konak.may('group.view')));
grant select on konak.companies to konak_group;

select konak.protect('konak.users', '{"module": "users", "audit": "USER",
    "title": ["first_name", "last_name"], "auth": true,
    "internal": ["avatar", "search"], "quiet": ["last_login"],
    "readonly": ["last_login", "email_verified", "phone_verified", "two_fa_enabled"],
    "edit": ["users.manage"],
    "rows": {"view": "(id = (select konak.me()) or (select konak.may(''group.view'')) or (select konak.may(''group.manage'')) or id in (select m.user_id from konak.memberships m where m.company_id = (select konak.company())))",
	"edit": "(id = (select konak.me()) or (select konak.may(''group.manage'')) or ((select konak.may(''users.manage'')) and konak.may_act(id)))"}}');

select konak.protect('konak.memberships', '{"module": "users",
    "audit": "MEMBERSHIP", "title": [], "auth": true,
    "quiet": ["last_accessed_at", "is_default"],
    "create": ["users.manage"], "edit": ["users.manage"], "delete": ["users.manage"],
    "rows": {"view": "company_id = (select konak.company())",
	"create": "(company_id = (select konak.company()) and (select konak.may(''users.manage'')))",
	"edit": "(company_id = (select konak.company()) and (select konak.may(''users.manage'')))",
	"delete": "(company_id = (select konak.company()) and (select konak.may(''users.manage'')))"}}');

select konak.protect('konak.roles', '{"module": "users", "audit": "ROLE",
    "title": ["name"], "auth": true, "internal": ["search"],
    "readonly": ["is_system", "template"],
    "view": ["roles.view", "roles.manage", "users.manage"],
    "create": ["roles.manage"], "edit": ["roles.manage"], "delete": ["roles.manage"]}');

select konak.protect('konak.group_members', '{"module": "group",
    "audit": "GROUP_MEMBER", "title": [], "auth": true,
    "create": ["group.manage"], "edit": ["group.manage"], "delete": ["group.manage"],
    "rows": {"view": "(user_id = (select konak.me()) or (select konak.may(''group.view'')) or (select konak.may(''group.manage'')))",
	"create": "(select konak.may(''group.manage''))",
	"edit": "(select konak.may(''group.manage''))",
	"delete": "(select konak.may(''group.manage''))"}}');

-- The matrix itself: read by those who read roles, written by
-- konak.role_set() alone, which leaves one audit row a change.
alter table konak.role_permissions enable row level security;
alter table konak.role_permissions force row level security;
create policy owner_all on konak.role_permissions to konak_owner
    using (true) with check (true);
create policy auth_all on konak.role_permissions to konak_auth
    using (true) with check (true);
create policy app_select on konak.role_permissions for select to konak_app
    using (company_id = (select konak.company())
	and ((select konak.may('roles.view')) or (select konak.may('roles.manage'))
	    or (select konak.may('users.manage'))));
grant select, insert, update, delete on konak.role_permissions to konak_auth;
grant select on konak.role_permissions to konak_app;

set local role konak_auth;

-- Gives a role of the present company rights, or takes them (null):
-- '{"customers.edit": "all", "tasks.delete": null}'.
create function konak.role_set(role uuid, rights jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	r konak.roles;
	c record;
	o jsonb := '{}';
	n jsonb := '{}';
	before text;
	mine text := auth.rights_of(konak.me(), konak.company());
begin
	if konak.me() is null or not konak.may('roles.manage') then
		perform konak.denied('roles.manage');
	end if;
	select x.* into r from konak.roles x
	where x.company_id = konak.company() and x.id = role
	    and x.deleted_at is null for update;
	if not found then
		perform konak.no_row();
	end if;
	for c in select e.key as code, e.value as scope
	    from jsonb_each_text(rights) e order by e.key loop
		select p.scope into before from konak.role_permissions p
		where p.company_id = r.company_id and p.role_id = role
		    and p.code = c.code;
		continue when before is not distinct from c.scope;
		-- Neither giving nor taking what one does not hold.
		if not konak.may('group.manage') and (
		    not auth.covers(mine,
			coalesce('|' || c.code || '=' || c.scope || '|', ''))
		    or not auth.covers(mine,
			coalesce('|' || c.code || '=' || before || '|', ''))) then
			perform konak.denied(c.code);
		end if;
		-- Somebody must be able to give it back.
		if c.scope is null and r.template = 'owner' and c.code in
		    ('roles.manage', 'roles.view', 'users.manage') then
			perform konak.fail('role.owner_keeps',
			    jsonb_build_object('code', c.code));
		end if;
		if c.scope is null then
			delete from konak.role_permissions p
			where p.company_id = r.company_id and p.role_id = role
			    and p.code = c.code;
		elsif not exists (select from konak.permissions p
		    where p.code = c.code) then
			perform konak.fail('role.unknown_right',
			    jsonb_build_object('code', c.code), 'code');
		else
			insert into konak.role_permissions as p
			    (company_id, role_id, code, scope)
			values (r.company_id, role, c.code, c.scope)
			on conflict on constraint role_permissions_pkey
			do update set scope = excluded.scope;
		end if;
		o := o || jsonb_build_object(c.code, before);
		n := n || jsonb_build_object(c.code, c.scope);
	end loop;
	if n = '{}' then
		return;
	end if;
	perform konak.audit_write(r.company_id, konak.me(), 'ROLE_RIGHTS',
	    'users', 'roles', role, jsonb_build_object('title', r.name,
	    'old', o, 'new', n));
end $$;
grant execute on function konak.role_set(uuid, jsonb) to konak_app;

set local role konak_owner;
