-- 0005-signin.sql - signing in: what konakd asks before, at and around a
-- session. Nobody holds a grant on the tables. konakd reaches them through the
-- functions here, which belong to konak_auth, are SECURITY DEFINER and have a
-- fixed search_path. konakd compares passwords and codes (the hash must leave
-- for that); the database counts tries, takes a step or a code once, and makes
-- the session.
--
-- Every try is counted before it is judged (auth.take), so that a thousand
-- tries sent at once are a thousand tries. Nothing locks for ever: the longest
-- wait is five minutes for an account and half a minute for a network.

grant references on konak.users to konak_auth;
set local role konak_auth;

-- tables ---------------------------------------------------------------------

create table auth.credentials (
	user_id uuid not null,
	-- null: only a one-time code lets in
	password_hash text,
	password_at timestamptz,
	must_change boolean not null default false,
	reset_hash bytea,
	reset_until timestamptz,
	reset_by uuid,
	constraint credentials_pkey primary key (user_id),
	constraint credentials_user_id_fkey foreign key (user_id)
	    references konak.users (id)
);

create table auth.totp (
	user_id uuid not null,
	-- sealed by konakd, lib/seal.h
	box bytea not null,
	confirmed_at timestamptz not null default now(),
	last_step bigint,
	constraint totp_pkey primary key (user_id),
	constraint totp_user_id_fkey foreign key (user_id)
	    references konak.users (id)
);

create table auth.recovery_codes (
	user_id uuid not null,
	hash bytea not null,
	used_at timestamptz,
	constraint recovery_codes_pkey primary key (user_id, hash),
	constraint recovery_codes_user_id_fkey foreign key (user_id)
	    references konak.users (id)
);

-- Outlives the person it is about, and also knows who was nobody.
create table auth.login_history (
	id uuid not null default konak.uuid7(),
	at timestamptz not null default now(),
	user_id uuid,
	email text not null,
	-- null: the Unix socket ('local')
	ip inet,
	client text,
	location text,
	status text not null,
	two_fa_method text,
	constraint login_history_pkey primary key (id),
	constraint login_history_status_value check (status in
	    ('ok', 'failed', 'code_failed', 'reset_failed', 'waited')),
	constraint login_history_two_fa_method_value check (two_fa_method in
	    ('totp', 'recovery', 'setup'))
);
create index login_history_user_id_idx on auth.login_history
    (user_id, at desc, id desc);
create index login_history_email_idx on auth.login_history (email, at);

create table auth.throttle (
	kind text not null,
	key text not null,
	failures integer not null,
	first_at timestamptz not null,
	last_at timestamptz not null,
	blocked_until timestamptz,
	constraint throttle_pkey primary key (kind, key),
	constraint throttle_kind_value check (kind in ('account', 'network'))
);
create index throttle_last_at_idx on auth.throttle (last_at);

-- delays ---------------------------------------------------------------------

create function auth.account_key(email text) returns text
language sql immutable set search_path = pg_catalog, pg_temp
return lower(left(email, 255) collate "C");

-- Seconds to wait after so many wrong tries. The machine itself is a network
-- of many people (ssh), so it has more tries.
create function auth.delay(kind text, key text, failures integer)
returns integer
language sql immutable strict set search_path = pg_catalog, pg_temp
return case
    when kind = 'account' and failures >= 3
    then least(power(2, least(failures - 3, 9))::int, 300)
    when kind = 'network' and failures >= case key when 'local' then 100
	else 20 end
    then least(power(2, least(failures - 20, 5))::int, 30)
    else 0 end;

-- Wrong tries are forgotten by halves, every quarter of an hour.
create function auth.cooled(failures integer, last_at timestamptz)
returns integer
language sql volatile strict set search_path = pg_catalog, pg_temp
return failures >> least(floor(extract(epoch
    from clock_timestamp() - last_at) / 900)::int, 30);

-- Seconds left to wait; 0 none.
create function auth.wait(account text, network text) returns integer
language sql volatile set search_path = pg_catalog, pg_temp
return coalesce((select ceil(extract(epoch
	    from max(t.blocked_until) - clock_timestamp()))::int
	  from auth.throttle t
	 where t.blocked_until > clock_timestamp()
	   and ((t.kind = 'account' and t.key = account)
	    or (t.kind = 'network' and t.key = network))), 0);

create function auth.count_try(kind text, key text) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
	insert into auth.throttle as t
	    (kind, key, failures, first_at, last_at, blocked_until)
	values (count_try.kind, count_try.key, 1, clock_timestamp(),
	    clock_timestamp(), clock_timestamp())
	on conflict (kind, key) do update
	    set failures = auth.cooled(t.failures, t.last_at) + 1,
		last_at = clock_timestamp(),
		blocked_until = clock_timestamp() + interval '1 second'
		    * auth.delay(t.kind, t.key,
			auth.cooled(t.failures, t.last_at) + 1)
	  where t.blocked_until is null
	     or t.blocked_until <= clock_timestamp();
	return found;
end $$;

-- 0: may try, and is counted as wrong until auth.hit() says otherwise;
-- otherwise the seconds that are left to wait.
create function auth.take(account text, network text) returns integer
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
	w integer := auth.wait(null, network);
begin
	if w > 0 then
		return w;
	end if;
	if auth.count_try('account', account) then
		return 0;
	end if;
	return greatest(auth.wait(account, null), 1);
end $$;

-- The try was right after all. Only a whole sign-in forgets the earlier
-- ones: who knows the password must not so get more tries at the code.
create function auth.hit(account text, forget boolean) returns void
language sql set search_path = pg_catalog, pg_temp
begin atomic
	update auth.throttle
	   set failures = case when forget then 0
		else greatest(failures - 1, 0) end,
	       blocked_until = clock_timestamp()
	 where kind = 'account' and key = account;
end;

-- The try was wrong: the wait begins now, the network is counted too, and old
-- rows go.
create function auth.miss(account text, network text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	update auth.throttle t
	   set blocked_until = clock_timestamp() + interval '1 second'
		* auth.delay(t.kind, t.key, t.failures)
	 where t.kind = 'account' and t.key = account;
	perform auth.count_try('network', network);
	delete from auth.throttle t using (
	    select kind, key from auth.throttle
	     where last_at < now() - interval '1 day'
	     limit 20 for update skip locked) old
	 where t.kind = old.kind and t.key = old.key;
end $$;

-- people and traces ----------------------------------------------------------

-- Tells audit and triggers who acts and from where, for this transaction. Acts
-- of signing in belong to the group's own company row.
create function auth.act_as(person uuid, ip text, client text) returns void
language plpgsql set search_path = pg_catalog, konak, pg_temp as $$
begin
	perform set_config('konak.company', konak.group_company()::text, true),
	    set_config('konak.user', coalesce(person::text, ''), true),
	    set_config('konak.ip', coalesce(nullif(ip, ''), 'local'), true),
	    set_config('konak.client', coalesce(client, ''), true);
end $$;

create function auth.inet_of(ip text) returns inet
language sql immutable set search_path = pg_catalog, pg_temp
return nullif(nullif(ip, 'local'), '')::inet;

create function auth.iso(t timestamptz) returns text
language sql stable set search_path = pg_catalog, pg_temp
return to_char(t at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');

-- A failed try: login history, and the audit log.
create function auth.failed(person uuid, email text, ip text, client text,
    status text, method text) returns void
language plpgsql set search_path = pg_catalog, konak, pg_temp as $$
begin
	perform auth.act_as(person, ip, client);
	insert into auth.login_history
	    (user_id, email, ip, client, status, two_fa_method)
	values (person, auth.account_key(email), auth.inet_of(ip), client,
	    failed.status, failed.method);
	perform konak.audit_write(null, person, 'LOGIN_FAILED', 'session',
	    'users', person, jsonb_strip_nulls(jsonb_build_object('title',
	    auth.account_key(email), 'ip', ip, 'reason', status)));
end $$;

create function auth.person(email text) returns uuid
language sql stable set search_path = pg_catalog, konak, pg_temp
return (select u.id from konak.users u
    where lower(u.email) = auth.account_key(person.email) and u.is_active);

-- password -------------------------------------------------------------------

-- wait > 0: too early, nothing else is said. Otherwise the try is counted, and
-- an unknown or inactive person, or one without a password, has no hash.
create function konak.signin_begin(email text, network text, ip text,
    client text, out wait integer, out user_id uuid, out hash text)
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	account text := auth.account_key(email);
begin
	wait := auth.take(account, network);
	user_id := auth.person(email);
	select c.password_hash into hash from auth.credentials c
	 where c.user_id = signin_begin.user_id;
	if wait > 0 then
		-- once a minute is enough to see it
		insert into auth.login_history
		    (user_id, email, ip, client, status)
		select signin_begin.user_id, account, auth.inet_of(
		    signin_begin.ip), signin_begin.client, 'waited'
		 where not exists (select from auth.login_history h
		     where h.email = account and h.status = 'waited'
		       and h.at > now() - interval '1 minute');
		hash := null;
		user_id := null;
	end if;
end $$;

-- What came of the password: state is code, setup, or failed with its wait.
create function konak.signin_password(email text, person uuid, good boolean,
    network text, ip text, client text, out state text, out wait integer,
    out recovery boolean)
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	account text := auth.account_key(email);
	active boolean := exists (select from konak.users u
	    where u.id = person and u.is_active);
begin
	if not good or not active then
		state := 'failed';
		perform auth.miss(account, network);
		perform auth.failed(person, email, ip, client,
		    'failed', null);
		wait := auth.wait(account, network);
		return;
	end if;
	perform auth.hit(account, false);
	state := case when exists (select from auth.totp t
	    where t.user_id = person)
	    then 'code' else 'setup' end;
	recovery := exists (select from auth.recovery_codes r
	    where r.user_id = person and r.used_at is null);
	wait := 0;
end $$;

-- second factor --------------------------------------------------------------

-- Counts a try and gives the sealed secret to compare the code with. group_id
-- is what the box is bound to (see server/auth/totpbox.h).
create function konak.code_begin(email text, network text, out wait integer,
    out box bytea, out last_step bigint, out group_id uuid)
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
begin
	wait := auth.take(auth.account_key(email), network);
	group_id := konak.group_company();
	if wait = 0 then
		select t.box, coalesce(t.last_step, -1) into box, last_step
		  from auth.totp t
		 where t.user_id = auth.person(email)
		  ;
	end if;
end $$;

-- Takes a step once: false when it, or a later one, has been taken.
create function auth.take_step(person uuid, step bigint) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	update auth.totp t set last_step = step
	 where t.user_id = person
	   and step >= 0 and coalesce(t.last_step, -1) < step;
	return found;
end $$;

create function auth.take_recovery(person uuid, code bytea) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	update auth.recovery_codes r set used_at = now()
	 where r.user_id = person and r.hash = code and r.used_at is null;
	return found;
end $$;

create type konak.signed_in as (
	ok		boolean,
	wait		integer,
	session_id	uuid,
	expires_at	text,
	user_id		uuid,
	first_name	text,
	last_name	text,
	email		text,
	language	text,
	timezone	text,
	must_change	boolean,
	recovery_left	integer
);

create function auth.session_new(person uuid, token_hash bytea, network text,
    ip text, client text, idle integer, absolute integer, method text)
returns konak.signed_in
language plpgsql set search_path = pg_catalog, konak, pg_temp as $$
declare
	r konak.signed_in;
	u record;
begin
	select * into strict u from konak.users where id = person and is_active;
	perform auth.hit(auth.account_key(u.email), true);
	perform auth.act_as(person, ip, client);
	insert into auth.sessions (token_hash, id, user_id, created_at,
	    last_seen_at, expires_at, idle_until, idle, auth_at, two_fa_method, ip, client)
	values (token_hash, konak.uuid7(), person, now(), now(),
	    now() + absolute * interval '1 second',
	    now() + idle * interval '1 second', idle * interval '1 second',
	    now(), method, auth.inet_of(ip), client)
	returning id, auth.iso(auth.sessions.expires_at)
	     into r.session_id, r.expires_at;
	insert into auth.login_history
	    (user_id, email, ip, client, status, two_fa_method)
	values (person, auth.account_key(u.email), auth.inet_of(ip), client,
	    'ok', method);
	update konak.users set last_login = now() where id = person;
	perform konak.audit_write(null, person, 'LOGIN', 'session', 'users',
	    person, jsonb_build_object('title', u.first_name || ' ' || u.last_name,
	    'ip', ip, 'method', method));
	r.ok := true;
	r.wait := 0;
	r.user_id := person;
	r.first_name := u.first_name;
	r.last_name := u.last_name;
	r.email := u.email;
	r.language := u.language;
	r.timezone := u.timezone;
	select coalesce(bool_or(c.must_change), false) into r.must_change
	  from auth.credentials c where c.user_id = person;
	select count(*) into r.recovery_left from auth.recovery_codes rc
	 where rc.user_id = person and rc.used_at is null;
	return r;
end $$;

-- Ends a sign-in: step (of the right code; null when it was wrong) or the
-- hash of a recovery code. Not ok: the code was wrong, or has been used.
create function konak.signin_code(person uuid, email text, step bigint,
    recovery bytea, token_hash bytea, network text, ip text, client text,
    idle integer, absolute integer) returns konak.signed_in
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	method text := case when recovery is null then 'totp'
	    else 'recovery' end;
	r konak.signed_in;
begin
	if exists (select from konak.users u where u.id = person and u.is_active)
	    and ((step is not null and auth.take_step(person, step))
	    or (recovery is not null
	    and auth.take_recovery(person, recovery))) then
		return auth.session_new(person, token_hash, network, ip, client,
		    idle, absolute, method);
	end if;
	perform auth.miss(auth.account_key(email), network);
	perform auth.failed(person, email, ip, client, 'code_failed', method);
	r.ok := false;
	r.wait := auth.wait(auth.account_key(email), network);
	return r;
end $$;

-- The first factor is set up now: box and codes replace nothing. KN002 when
-- another connection was quicker.
create function konak.signin_setup(person uuid, email text, box bytea,
    step bigint, codes bytea[], token_hash bytea, network text, ip text,
    client text, idle integer, absolute integer) returns konak.signed_in
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
begin
	insert into auth.totp as t (user_id, box, confirmed_at, last_step)
	values (person, box, now(), step)
	on conflict (user_id) do update
	    set box = excluded.box, confirmed_at = excluded.confirmed_at,
		last_step = excluded.last_step
	  where t.confirmed_at is null;
	if not found then
		perform konak.fail('auth.setup_done');
	end if;
	perform auth.act_as(person, ip, client);
	perform auth.codes_new(person, codes);
	update konak.users set two_fa_enabled = true where id = person;
	return auth.session_new(person, token_hash, network, ip, client, idle,
	    absolute, 'setup');
end $$;

create function auth.codes_new(person uuid, codes bytea[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	delete from auth.recovery_codes where user_id = person;
	insert into auth.recovery_codes (user_id, hash)
	select person, c from unnest(codes) c;
end $$;

-- A wrong code while setting up is counted like any other.
create function konak.code_failed(person uuid, email text, network text,
    ip text, client text) returns integer
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
begin
	perform auth.miss(auth.account_key(email), network);
	perform auth.failed(person, email, ip, client, 'code_failed', 'totp');
	return auth.wait(auth.account_key(email), network);
end $$;

create function konak.signin_wait(email text, network text) returns integer
language sql security definer set search_path = pg_catalog, konak, pg_temp
return auth.wait(auth.account_key(email), network);

-- A new password by a one-time code: the same work whether the person exists
-- or not.
create function konak.signin_reset(email text, code text, hash text,
    network text, ip text, client text, out good boolean, out wait integer,
    out person uuid)
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	account text := auth.account_key(email);
begin
	person := auth.person(email);
	good := false;
	wait := auth.take(account, network);
	if wait > 0 then
		return;
	end if;
	update auth.credentials c
	   set password_hash = hash, password_at = now(), must_change = false,
	       reset_hash = null, reset_until = null, reset_by = null
	 where c.user_id = person and c.reset_until > now()
	   and c.reset_hash = auth.code_hash(person, code);
	good := found;
	if not good then
		perform auth.miss(account, network);
		perform auth.failed(person, email, ip, client, 'reset_failed',
		    null);
		wait := auth.wait(account, network);
		return;
	end if;
	perform auth.hit(account, true);
	perform auth.act_as(person, ip, client);
	perform auth.end_sessions(person, null, null, 'password');
	perform konak.audit_write(null, konak.me(), 'PASSWORD_CHANGE', 'session',
	    'users', person, jsonb_build_object('title', email, 'ip', ip, 'method', 'reset'));
end $$;

-- What is kept of a one-time or recovery code: 60 bits and more, so that a
-- plain hash, salted by the person, is enough.
create function auth.code_hash(person uuid, code text) returns bytea
language sql immutable set search_path = pg_catalog, pg_temp
return sha256(convert_to(coalesce(person::text, '') || code, 'UTF8'));

-- sessions -------------------------------------------------------------------

-- Ends sessions of a person (all of them, those entered in one company, or
-- all but one) and says which.
create function auth.end_sessions(person uuid, company uuid, but uuid,
    reason text) returns setof uuid
language sql set search_path = pg_catalog, konak, pg_temp
begin atomic
	update auth.sessions s
	   set ended_at = now(), ended_by = konak.me(),
	       end_reason = reason
	 where s.user_id = person and s.ended_at is null
	   and (company is null or s.company_id = company)
	   and (but is null or s.id <> but)
	returning s.id;
end;

create function auth.session_of(token bytea) returns auth.sessions
language sql stable set search_path = pg_catalog, konak, pg_temp
begin atomic
	select s.* from auth.sessions s join konak.users u on u.id = s.user_id
	 where s.token_hash = token and s.ended_at is null and s.expires_at > now()
	   and s.idle_until > now() and u.is_active;
end;

-- No row: not signed in. From another address the networks of the company are
-- looked at anew; and as they are those of the session, connections from the
-- old address are over (`moved`) where a company of that person lists any.
create function konak.session_resume(token bytea, ip text, client text)
returns table (session_id uuid, expires_at text, user_id uuid,
    first_name text, last_name text, email text, language text, timezone text,
    must_change boolean, company_id uuid, auth_at bigint, moved boolean)
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
#variable_conflict use_column
declare
	s auth.sessions := auth.session_of(token);
begin
	if s.id is null then
		return;
	end if;
	update auth.sessions x
	   set ip = auth.inet_of(session_resume.ip),
	       client = session_resume.client, last_seen_at = now(),
	       idle_until = least(now() + x.idle, x.expires_at)
	 where x.id = s.id;
	return query
	select s.id, auth.iso(s.expires_at), u.id, u.first_name, u.last_name,
	    u.email, u.language, u.timezone, coalesce(c.must_change, false),
	    s.company_id, extract(epoch from s.auth_at)::bigint,
	    s.ip is distinct from auth.inet_of(session_resume.ip)
		and exists (select from konak.memberships m
		    join konak.companies n on n.id = m.company_id
		    where m.user_id = s.user_id and m.deleted_at is null
		      and n.allowed_networks is not null)
	  from konak.users u left join auth.credentials c on c.user_id = u.id
	 where u.id = s.user_id;
end $$;

-- The same columns, and nothing is moved.
create function konak.session_me(token bytea)
returns table (session_id uuid, expires_at text, user_id uuid,
    first_name text, last_name text, email text, language text, timezone text,
    must_change boolean, auth_at bigint)
language sql stable security definer
set search_path = pg_catalog, konak, pg_temp
begin atomic
	select s.id, auth.iso(s.expires_at), u.id, u.first_name, u.last_name,
	    u.email, u.language, u.timezone, coalesce(c.must_change, false),
	    extract(epoch from s.auth_at)::bigint
	  from auth.session_of(token) s join konak.users u on u.id = s.user_id
	  left join auth.credentials c on c.user_id = u.id;
end;

create function konak.session_sign_out(token bytea) returns void
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
begin
	update auth.sessions s
	   set ended_at = now(), ended_by = s.user_id,
	       end_reason = 'sign_out'
	 where s.token_hash = token and s.ended_at is null;
	perform konak.audit_write(null, konak.me(), 'LOGOUT', 'session',
	    'users', konak.me(), '{}');
end $$;

-- The companies that a person may see, in the order of the tree: those of the
-- memberships with their parents, and all for who reads the group.
create function konak.session_companies()
returns table (id uuid, parent_id uuid, name text, description text,
    company_type text, kind text, color_primary text, color_secondary text,
    member boolean, role text, last_at text, is_last boolean)
language sql stable security definer
set search_path = pg_catalog, konak, pg_temp
begin atomic
	with recursive mine as (
		select m.company_id, r.name, m.last_accessed_at
		  from konak.memberships m
		  join konak.roles r on r.company_id = m.company_id
		   and r.id = m.role_id
		 where m.user_id = konak.me() and m.deleted_at is null
	), shown as (
		select c.id, c.parent_id from konak.companies c
		 where c.is_active and (c.id in (select company_id from mine)
		    or (konak.may('group.view') or konak.may('group.manage')))
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
end;

-- Enters a company: konak.enter() judges (session, membership, network), then
-- the session remembers it. `refused` says member or network when it may not
-- be entered, and that is recorded. company null: the one that is remembered,
-- and no row when there is none or it may not be entered any more.
create function konak.session_enter(token bytea, company uuid, request uuid)
returns table (id uuid, name text, kind text, company_type text,
    color_primary text, color_secondary text, currency text, timezone text,
    date_format text, modules text, role_id uuid, role_name text, rights text,
    refused text)
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
#variable_conflict use_column
declare
	s auth.sessions := auth.session_of(token);
	target uuid := coalesce(company, s.company_id);
	why text;
begin
	if target is null then
		return;
	end if;
	begin
		perform konak.enter(token, target, '{}', true, request, null);
	exception when sqlstate '28000' then
		if company is null then
			return;
		elsif sqlerrm = 'session' then
			raise;
		end if;
		why := sqlerrm;
	end;
	if why is not null then
		perform konak.refused(token, company, 'session.enter', why);
		refused := why;
		return next;
		return;
	end if;
	if company is not null then
		if exists (select from auth.credentials c
		    where c.user_id = s.user_id and c.must_change) then
			perform konak.fail('auth.must_change');
		end if;
		update auth.sessions x set company_id = target
		 where x.token_hash = token
		   and x.company_id is distinct from target;
		update konak.memberships m set last_accessed_at = now()
		 where m.company_id = target and m.user_id = konak.me()
		   and m.deleted_at is null;
	end if;
	return query
	select c.id, c.name, c.kind::text, c.company_type::text,
	    c.color_primary, c.color_secondary, c.currency::text, c.timezone,
	    c.date_format, array_to_string(c.modules_enabled, ','), r.id,
	    r.name, current_setting('konak.rights'), null::text
	  from konak.companies c
	  join konak.memberships m on m.company_id = c.id
	   and m.user_id = konak.me() and m.deleted_at is null
	  join konak.roles r on r.company_id = c.id and r.id = m.role_id
	 where c.id = target;
end $$;

create function konak.session_group(out id uuid, out name text, out slug text,
    out consolidated boolean)
language sql stable security definer
set search_path = pg_catalog, konak, pg_temp
begin atomic
	select g.id, g.name, g.slug, coalesce(konak.may('group.view'), false)
	  from konak.groups g where g.company_id = konak.group_company();
end;

create function konak.session_language(language text) returns void
language sql security definer set search_path = pg_catalog, konak, pg_temp
begin atomic
	update konak.users u set language = session_language.language
	 where u.id = konak.me();
end;

-- A code inside the session (M39), begun like the one of signing in.
create function konak.session_code_begin(network text, out wait integer,
    out box bytea, out last_step bigint, out group_id uuid)
language sql security definer set search_path = pg_catalog, konak, pg_temp
begin atomic
	select b.wait, b.box, b.last_step, b.group_id
	  from konak.users u, konak.code_begin(u.email, network) b
	 where u.id = konak.me();
end;

create function konak.session_step_up(token bytea, step bigint, network text,
    ip text, client text, out ok boolean, out wait integer)
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	person uuid := (auth.session_of(token)).user_id;
	mail text := (select u.email from konak.users u where u.id = person);
begin
	ok := auth.take_step(person, step);
	wait := 0;
	if ok then
		perform auth.hit(auth.account_key(mail), true);
		update auth.sessions s set auth_at = now()
		 where s.token_hash = token;
		return;
	end if;
	perform auth.miss(auth.account_key(mail), network);
	perform auth.failed(person, mail, ip, client, 'code_failed', 'totp');
	wait := auth.wait(auth.account_key(mail), network);
end $$;

-- The present hash, to compare the old password with; counted like a try.
create function konak.session_password_begin(network text, out wait integer,
    out hash text, out email text)
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
begin
	select u.email into strict email from konak.users u
	 where u.id = konak.me();
	wait := auth.take(auth.account_key(email), network);
	if wait = 0 then
		select c.password_hash into hash from auth.credentials c
		 where c.user_id = konak.me();
	end if;
end $$;

-- hash null: the old password was wrong. A new one ends the other sessions.
create function konak.session_password(token bytea, hash text, network text,
    ip text, client text, out ok boolean, out wait integer)
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	s auth.sessions := auth.session_of(token);
	mail text := (select u.email from konak.users u where u.id = s.user_id);
begin
	ok := hash is not null and s.id is not null;
	wait := 0;
	if not ok then
		perform auth.miss(auth.account_key(mail), network);
		perform auth.failed(s.user_id, mail, ip, client, 'failed',
		    null);
		wait := auth.wait(auth.account_key(mail), network);
		return;
	end if;
	perform auth.hit(auth.account_key(mail), true);
	perform auth.act_as(s.user_id, ip, client);
	update auth.credentials c
	   set password_hash = hash, password_at = now(), must_change = false,
	       reset_hash = null, reset_until = null, reset_by = null
	 where c.user_id = s.user_id;
	perform auth.end_sessions(s.user_id, null, s.id, 'password');
	perform konak.audit_write(null, konak.me(), 'PASSWORD_CHANGE', 'session',
	    'users', s.user_id, jsonb_build_object('title', mail, 'ip', ip));
end $$;

-- Ten new recovery codes; the old ones are worth nothing from now on.
create function konak.session_recovery(codes bytea[]) returns void
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
begin
	perform auth.codes_new(konak.me(), codes);
	perform konak.audit_write(null, konak.me(), 'RECOVERY_NEW', 'session',
	    'users', konak.me(), '{}');
end $$;

-- Another authenticator, confirmed by its first code. The other sessions end
-- (M39); KN004 when the code of the old one is too long ago.
create function konak.session_totp(token bytea, box bytea, step bigint,
    ip text, client text) returns void
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	s auth.sessions := auth.session_of(token);
	mail text := (select u.email from konak.users u where u.id = s.user_id);
begin
	if s.id is null then
		raise exception using errcode = '28000', message = 'session';
	elsif s.auth_at < now() - interval '15 minutes' then
		raise exception using errcode = 'KN004', message = 'step_up';
	end if;
	perform auth.hit(auth.account_key(mail), true);
	perform auth.act_as(s.user_id, ip, client);
	update auth.totp t
	   set box = session_totp.box, last_step = step, confirmed_at = now()
	 where t.user_id = s.user_id;
	perform auth.end_sessions(s.user_id, null, s.id, 'totp');
	perform konak.audit_write(null, konak.me(), 'TOTP_CHANGE', 'session',
	    'users', s.user_id, jsonb_build_object('title', mail, 'ip', ip));
end $$;

create function konak.session_profile(first_name text, last_name text,
    phone text, timezone text) returns void
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
begin
	if timezone is not null and not exists (select
	    from pg_catalog.pg_timezone_names z where z.name = timezone) then
		perform konak.fail('auth.timezone', '{}', 'timezone');
	end if;
	update konak.users u
	   set first_name = coalesce(session_profile.first_name, u.first_name),
	       last_name = coalesce(session_profile.last_name, u.last_name),
	       phone = case when session_profile.phone is null then u.phone
		   else nullif(session_profile.phone, '') end,
	       timezone = coalesce(session_profile.timezone, u.timezone)
	 where u.id = konak.me();
end $$;

-- Ends one session: an own one, or (users.manage) one entered in this company.
-- Which it was; KN001 when there is none.
create function konak.session_end(session uuid) returns uuid
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	who uuid;
begin
	update auth.sessions s
	   set ended_at = now(), ended_by = konak.me(),
	       end_reason = 'ended'
	 where s.id = session and s.ended_at is null
	   and (s.user_id = konak.me() or (konak.may('users.manage')
	    and s.company_id = konak.company()))
	returning s.user_id into who;
	if who is null then
		perform konak.no_row();
	end if;
	perform konak.audit_write(null, konak.me(), 'SESSION_END', 'session',
	    'users', who, '{}');
	return session;
end $$;

-- All own sessions but the present one; with a person, all that were entered
-- in this company (users.manage).
create function konak.session_end_all(token bytea, person uuid)
returns setof uuid
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	s auth.sessions := auth.session_of(token);
	target uuid := coalesce(person, s.user_id);
begin
	if target <> konak.me() then
		if not konak.may('users.manage') then
			raise exception using errcode = '42501',
			    message = 'users.manage';
		end if;
		if not exists (select from konak.memberships m
		    where m.company_id = konak.company()
		      and m.user_id = target) then
			perform konak.no_row();
		end if;
	end if;
	perform konak.audit_write(null, konak.me(), 'SESSION_END', 'session',
	    'users', target, '{}');
	return query select auth.end_sessions(target,
	    case when target <> konak.me() then konak.company() end, s.id,
	    'ended');
end $$;

-- what people see of it ------------------------------------------------------

-- One's own sessions, and with users.manage those entered in this company.
create view konak.sessions with (security_barrier = true) as
    select konak.company() as company_id, s.id, 1 as version, s.user_id,
	s.company_id as entered_company_id, s.created_at,
	s.last_seen_at as last_at, s.expires_at, s.auth_at, s.two_fa_method,
	s.ip, s.client, s.ended_at is null and s.expires_at > konak.now()
	    and s.idle_until > konak.now() as is_active,
	s.ended_at, s.end_reason, s.user_id = konak.me() as is_own
      from auth.sessions s
     where s.user_id = (select konak.me())
	or (s.company_id = (select konak.company())
	    and (select konak.may('users.manage')));
grant select on konak.sessions to konak_app;

-- One's own sign-ins, and with audit.view those of this company's people.
create view konak.login_history with (security_barrier = true) as
    select konak.company() as company_id, h.id, 1 as version, h.user_id,
	h.email, h.at, h.ip, h.client, h.location, h.status, h.two_fa_method
      from auth.login_history h
     where h.user_id = (select konak.me())
	or ((select konak.may('audit.view')) and h.user_id in (
	    select m.user_id from konak.memberships m
	     where m.company_id = (select konak.company())
	       and m.deleted_at is null));
grant select on konak.login_history to konak_app;

-- who may call ---------------------------------------------------------------

do $$
declare
	f regprocedure;
begin
	for f in select p.oid from pg_proc p
	   where p.pronamespace = 'konak'::regnamespace
	     and p.proowner = 'konak_auth'::regrole
	     and p.proname ~ '^(signin|code|session)_'
	loop
		execute format('grant execute on function %s to konak_app', f);
	end loop;
end $$;
