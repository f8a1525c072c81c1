-- 0372-email-codes.sql - a code by e-mail as the second factor of a sign-in,
-- where every company of the person allows it. The code works once, for
-- some minutes and five tries; the database has its keyed digest and nothing else.

create table konak.signin_settings (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	email_codes boolean not null default false,
	code_minutes integer not null default 10,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	constraint signin_settings_pkey primary key (company_id, id),
	constraint signin_settings_company_id_key unique (company_id),
	constraint signin_settings_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint signin_settings_code_minutes_range check
	    (code_minutes between 2 and 30)
);
select konak.protect('konak.signin_settings', '{"record": "signin_settings", "module": "core", "audit": "SIGNIN_SETTING", "title": "code_minutes", "view": {"settings.view": "all"}, "create": {"settings.edit": "all"}, "edit": {"settings.edit": "all"}}'::jsonb);

-- What signing in must know before anybody has entered a company.
create policy auth_code on konak.signin_settings for select to konak_auth
    using (email_codes);
create policy auth_code on konak.mail_settings for select to konak_auth
    using (is_active);
create policy auth_code on konak.secrets for select to konak_auth
    using (record_type = 'mail_settings' and is_current);
grant select on konak.signin_settings, konak.mail_settings, konak.secrets
    to konak_auth;

set local role konak_auth;

alter table auth.login_history
    drop constraint login_history_two_fa_method_value,
    add constraint login_history_two_fa_method_value check (two_fa_method in
	('totp', 'recovery', 'setup', 'email'));

create table auth.email_codes (
	user_id uuid not null,
	-- null: none is waited for
	digest bytea,
	until timestamptz not null,
	tries integer not null default 0,
	sent_at timestamptz not null,
	-- so many since then
	hour_from timestamptz not null,
	hour_sent integer not null,
	constraint email_codes_pkey primary key (user_id),
	constraint email_codes_user_id_fkey foreign key (user_id)
	    references konak.users (id)
);

-- The company that sends a person's codes: one with an account at a mail
-- server, while each that the person belongs to allows it. Who has a right of
-- the group has no company that could.
create function auth.code_company(person uuid) returns uuid
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
	return (select m.company_id from konak.memberships m
	    join konak.mail_settings s on s.company_id = m.company_id
	    where m.user_id = person and m.deleted_at is null and s.is_active
		and not exists (select from konak.memberships o
		    where o.user_id = person and o.deleted_at is null
			and not exists (select from konak.signin_settings c
			    where c.company_id = o.company_id
				and c.email_codes))
		and not exists (select from konak.group_members g
		    where g.user_id = person and g.deleted_at is null)
	    order by m.is_default desc, m.created_at limit 1);
end $$;

-- Is it offered? Asked of everybody, known or not.
create function konak.signin_email_may(person uuid) returns boolean
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp as $$
begin
	return exists (select from auth.totp t where t.user_id = person)
	    and auth.code_company(person) is not null;
end $$;

-- A code is to be sent: it stands in place of the one before. At most one a
-- minute and five an hour.
create function konak.signin_email_send(person uuid, code bytea,
    out state text, out wait integer, out to_address text, out lang text,
    out company uuid, out setting uuid, out host text, out port integer,
    out security text, out username text, out from_email text,
    out from_name text, out field text, out box bytea,
    out minutes integer)
language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
	c auth.email_codes;
begin
	company := case when konak.signin_email_may(person)
	    then auth.code_company(person) end;
	wait := 0;
	if company is null then
		state := 'closed';
		return;
	end if;
	insert into auth.email_codes as e (user_id, until, sent_at, hour_from,
	    hour_sent)
	values (person, now(), '-infinity', now(), 0)
	on conflict (user_id) do nothing;
	select * into c from auth.email_codes e where e.user_id = person
	    for update;
	if c.sent_at > now() - interval '1 minute' then
		wait := ceil(extract(epoch from c.sent_at + interval '1 minute'
		    - now()));
	elsif c.hour_from > now() - interval '1 hour' and c.hour_sent >= 5 then
		wait := ceil(extract(epoch from c.hour_from + interval '1 hour'
		    - now()));
	end if;
	if wait > 0 then
		state := 'wait';
		return;
	end if;
	-- The shortest time that one of the companies wants.
	select min(s.code_minutes) into minutes from konak.memberships m
	join konak.signin_settings s on s.company_id = m.company_id
	where m.user_id = person and m.deleted_at is null;
	update auth.email_codes e set digest = code, tries = 0,
	    until = now() + minutes * interval '1 minute', sent_at = now(),
	    hour_from = case when c.hour_from > now() - interval '1 hour'
		then c.hour_from else now() end,
	    hour_sent = case when c.hour_from > now() - interval '1 hour'
		then c.hour_sent else 0 end + 1
	where e.user_id = person;
	state := 'send';
	select u.email, u.language into strict to_address, lang
	from konak.users u where u.id = person;
	select s.id, s.host, s.port, s.security::text, s.username,
	    s.from_email, coalesce(nullif(s.from_name, ''), o.name),
	    x.field, x.box
	into strict setting, host, port, security, username, from_email,
	    from_name, field, box
	from konak.mail_settings s
	join konak.companies o on o.id = s.company_id
	left join konak.secrets x on x.company_id = s.company_id
	    and x.id = s.password
	where s.company_id = company;
end $$;

-- Ends a sign-in, as konak.signin_code() does.
create function konak.signin_email(person uuid, email text, code bytea,
    token_hash bytea, network text, ip text, client text, idle integer,
    absolute integer) returns konak.signed_in
language plpgsql security definer
set search_path = pg_catalog, konak, pg_temp as $$
declare
	c auth.email_codes;
	good boolean;
	r konak.signed_in;
begin
	select * into c from auth.email_codes e
	 where e.user_id = person and e.until > now() for update;
	good := coalesce(c.digest = code, false);
	-- Used once, and given up after the fifth try.
	update auth.email_codes e set tries = e.tries + 1,
	    digest = case when not good and e.tries < 4 then e.digest end
	 where e.user_id = person;
	if good and konak.signin_email_may(person)
	    and exists (select from konak.users u where u.id = person
		and u.is_active) then
		return auth.session_new(person, token_hash, network, ip, client,
		    idle, absolute, 'email');
	end if;
	perform auth.miss(auth.account_key(email), network);
	perform auth.failed(person, email, ip, client, 'code_failed', 'email');
	r.ok := false;
	r.wait := auth.wait(auth.account_key(email), network);
	return r;
end $$;

revoke execute on function konak.signin_email_may(uuid),
    konak.signin_email_send(uuid, bytea), konak.signin_email(uuid, text,
    bytea, bytea, text, text, text, integer, integer) from public;
grant execute on function konak.signin_email_may(uuid),
    konak.signin_email_send(uuid, bytea), konak.signin_email(uuid, text,
    bytea, bytea, text, text, text, integer, integer) to konak_app;

set local role konak_owner;
