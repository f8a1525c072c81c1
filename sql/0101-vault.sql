-- 0101-vault.sql - credentials and mail accounts of customers, who besides the
-- roles may see and open each of them, and what is worked out of them.

do $$ begin
	perform konak.grant_default('vault.view_granted', 'vault',
	    'Kendisine açılan şifreleri görüntüle', 'View entries granted to oneself',
	    '[]');
	perform konak.grant_default('vault.view_all', 'vault',
	    'Kısıtlı şifreleri de görüntüle', 'View restricted entries as well',
	    '["owner"]');
	perform konak.grant_default('vault.grant', 'vault',
	    'Şifreye kişi yetkilendir', 'Grant entries to people',
	    '["owner","admin"]');
end $$;

create type konak.credentials_type as enum ('site_admin', 'hosting', 'gmail',
    'ftp', 'cpanel', 'social_media', 'database', 'api_key', 'bank', 'other');
create type konak.vault_access as enum ('company', 'restricted');
create type konak.vault_level as enum ('view', 'reveal');
create type konak.vault_strength as enum ('weak', 'fair', 'good', 'strong');

create table konak.credentials (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	-- none: the company's own
	customer_id uuid,
	type konak.credentials_type not null default 'site_admin',
	title text not null,
	url text,
	username text,
	password uuid,
	-- of the password, set when it is; see vault_password()
	password_changed_at timestamptz,
	password_strength konak.vault_strength,
	totp uuid,
	notes uuid,
	access konak.vault_access not null default 'company',
	tags text[],
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(title || ' '
	    || coalesce(username, '') || ' ' || coalesce(url, ''))) stored,
	constraint credentials_pkey primary key (company_id, id),
	constraint credentials_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint credentials_customer_id_fkey
	    foreign key (company_id, customer_id) references konak.customers,
	constraint credentials_title_length check (length(title) between 1 and 255),
	constraint credentials_url_length check (length(url) <= 255),
	constraint credentials_username_length check (length(username) <= 255)
);
select konak.sort_index('konak.credentials', 'title');
select konak.sort_index('konak.credentials', 'title', '{customer_id}');
select konak.sort_index('konak.credentials', 'type');
select konak.sort_index('konak.credentials', 'title', '{access}');
select konak.sort_index('konak.credentials', 'title', '{password_strength}');
select konak.sort_index('konak.credentials', 'password_changed_at');
select konak.sort_index('konak.credentials', 'title', '{created_by}');
create index on konak.credentials using gin (company_id, tags);
create index credentials_search on konak.credentials
    using gin (company_id, search gin_trgm_ops);

create type konak.mail_accounts_security as enum ('tls', 'starttls', 'none');

create table konak.mail_accounts (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	customer_id uuid,
	email text not null,
	-- empty: the address
	username text,
	password uuid,
	password_changed_at timestamptz,
	password_strength konak.vault_strength,
	smtp_server text,
	smtp_port integer not null default 465,
	imap_server text,
	imap_port integer not null default 993,
	security konak.mail_accounts_security not null default 'tls',
	notes uuid,
	access konak.vault_access not null default 'company',
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	search text not null generated always as (' ' || konak.fold(email || ' '
	    || coalesce(smtp_server, '') || ' '
	    || coalesce(imap_server, ''))) stored,
	constraint mail_accounts_pkey primary key (company_id, id),
	constraint mail_accounts_company_id_fkey foreign key (company_id)
	    references konak.companies (id),
	constraint mail_accounts_customer_id_fkey
	    foreign key (company_id, customer_id) references konak.customers,
	constraint mail_accounts_email_length check (length(email) between 3 and 254),
	constraint mail_accounts_username_length check (length(username) <= 255),
	constraint mail_accounts_smtp_server_form check (smtp_server
	    ~ '^[[:alnum:]]([[:alnum:].:-]{0,251}[[:alnum:]])?$'),
	constraint mail_accounts_imap_server_form check (imap_server
	    ~ '^[[:alnum:]]([[:alnum:].:-]{0,251}[[:alnum:]])?$'),
	constraint mail_accounts_smtp_port_range check
	    (smtp_port between 1 and 65535),
	constraint mail_accounts_imap_port_range check
	    (imap_port between 1 and 65535)
);
select konak.sort_index('konak.mail_accounts', 'email');
select konak.sort_index('konak.mail_accounts', 'email', '{customer_id}');
select konak.sort_index('konak.mail_accounts', 'email', '{access}');
select konak.sort_index('konak.mail_accounts', 'email', '{password_strength}');
select konak.sort_index('konak.mail_accounts', 'password_changed_at');
select konak.sort_index('konak.mail_accounts', 'email', '{created_by}');
create unique index mail_accounts_email_key on konak.mail_accounts
    (company_id, email) where deleted_at is null;
create index mail_accounts_search on konak.mail_accounts
    using gin (company_id, search gin_trgm_ops);

-- Rights on one entry, for a person, a role or a team, with an end if wanted.
do $$
declare
	entry record;
begin
	for entry in select * from (values
	    ('credential_grants', 'credential_id', 'credentials'),
	    ('mail_account_grants', 'mail_account_id', 'mail_accounts'))
	    v(name, link, parent)
	loop
		execute format($f$
create table konak.%1$I (
	company_id uuid not null,
	id uuid not null default konak.uuid7(),
	%2$I uuid not null,
	user_id uuid,
	role_id uuid,
	team_id uuid,
	level konak.vault_level not null default 'view',
	expires_at timestamptz,
	note text,
	created_at timestamptz not null default konak.now(),
	updated_at timestamptz not null default konak.now(),
	created_by uuid,
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_request uuid,
	constraint %4$I primary key (company_id, id),
	constraint %5$I foreign key (company_id)
	    references konak.companies (id),
	constraint %6$I foreign key (company_id, %2$I)
	    references konak.%3$I,
	constraint %7$I foreign key (company_id, user_id)
	    references konak.memberships (company_id, user_id),
	constraint %8$I foreign key (company_id, role_id)
	    references konak.roles,
	constraint %9$I foreign key (company_id, team_id)
	    references konak.teams,
	constraint %10$I check (num_nonnulls(user_id, role_id, team_id) = 1),
	constraint %11$I check (length(note) <= 500)
)$f$, entry.name, entry.link, entry.parent, entry.name || '_pkey',
		    entry.name || '_company_id_fkey',
		    format('%s_%s_fkey', entry.name, entry.link),
		    entry.name || '_user_id_fkey', entry.name || '_role_id_fkey',
		    entry.name || '_team_id_fkey', entry.name || '_user_id_one',
		    entry.name || '_note_length');
		perform konak.sort_index(format('konak.%I', entry.name)::regclass,
		    'created_at');
		perform konak.sort_index(format('konak.%I', entry.name)::regclass,
		    'created_at', array[entry.link]);
		perform konak.sort_index(format('konak.%I', entry.name)::regclass,
		    'created_at', '{user_id}');
		perform konak.sort_index(format('konak.%I', entry.name)::regclass,
		    'created_at', '{role_id}');
		perform konak.sort_index(format('konak.%I', entry.name)::regclass,
		    'created_at', '{team_id}');
	end loop;
end $$;

-- The accesses of one entry, for its card.
alter table konak.secret_views
    add credential_id uuid generated always as (case record_type
	when 'credentials' then record_id end) stored,
    add mail_account_id uuid generated always as (case record_type
	when 'mail_accounts' then record_id end) stored,
    add constraint secret_views_credential_id_fkey
	foreign key (company_id, credential_id) references konak.credentials,
    add constraint secret_views_mail_account_id_fkey
	foreign key (company_id, mail_account_id)
	references konak.mail_accounts;
select konak.sort_index('konak.secret_views', 'at', '{credential_id}');
select konak.sort_index('konak.secret_views', 'at', '{mail_account_id}');

-- ------------------------------------------------------------ who may what

set local role konak_definer;

-- The entries that are granted to me at this moment, at least this far. The
-- tables are written to by name, for a policy asks once a statement.
create function konak.vault_granted(entries text, lowest konak.vault_level)
    returns uuid[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
	link text := case entries when 'credentials' then 'credential_id'
	    else 'mail_account_id' end;
	out uuid[];
begin
	execute format('select array(select g.%I from konak.%I g '
	    'where g.company_id = konak.company() and g.deleted_at is null '
	    'and g.level >= $1 '
	    'and (g.expires_at is null or g.expires_at > konak.now()) '
	    'and (g.user_id = konak.me() or g.role_id = (select m.role_id '
	    'from konak.memberships m where m.company_id = konak.company() '
	    'and m.user_id = konak.me() and m.deleted_at is null) '
	    'or g.team_id in (select m.team_id from konak.team_members m '
	    'where m.company_id = konak.company() and m.user_id = konak.me() '
	    'and m.deleted_at is null union select t.id from konak.teams t '
	    'where t.company_id = konak.company() '
	    'and t.lead_user_id = konak.me() and t.deleted_at is null)))',
	    link, case entries when 'credentials' then 'credential_grants'
	    else 'mail_account_grants' end)
	into out using lowest;
	return out;
end $$;

create function konak.my_credentials() returns uuid[]
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select konak.vault_granted('credentials', 'view') $$;
create function konak.my_open_credentials() returns uuid[]
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select konak.vault_granted('credentials', 'reveal') $$;
create function konak.my_mail_accounts() returns uuid[]
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select konak.vault_granted('mail_accounts', 'view') $$;
create function konak.my_open_mail_accounts() returns uuid[]
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select konak.vault_granted('mail_accounts', 'reveal') $$;
grant execute on function konak.my_credentials(), konak.my_open_credentials(),
    konak.my_mail_accounts(), konak.my_open_mail_accounts()
    to konak_app, konak_owner;

-- When the password was set, and how good it is: what its secret says.
create function konak.vault_password() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	s konak.secrets;
begin
	select x.* into s from konak.secrets x
	where x.company_id = new.company_id and x.id = new.password;
	new.password_changed_at := s.created_at;
	new.password_strength := (enum_range(null::konak.vault_strength))
	    [s.strength + 1];
	return new;
end $$;

-- Nobody opens to others what is closed to himself.
create function konak.vault_grant_check() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	if new.level = 'reveal' and konak.me() is not null
	    and not coalesce(konak.may('vault.view_password'), false)
	    and (to_jsonb(new) ->> tg_argv[1])::uuid <> all (
		konak.vault_granted(tg_argv[0], 'reveal')) then
		perform konak.fail('vault.grant_more', '{}', 'level');
	end if;
	return new;
end $$;
grant execute on function konak.vault_password(), konak.vault_grant_check()
    to konak_owner;
set local role konak_owner;

create trigger credentials_10_password before insert on konak.credentials
    for each row execute function konak.vault_password();
create trigger credentials_11_password before update on konak.credentials
    for each row when (old.password is distinct from new.password)
    execute function konak.vault_password();
create trigger mail_accounts_10_password before insert on konak.mail_accounts
    for each row execute function konak.vault_password();
create trigger mail_accounts_11_password before update on konak.mail_accounts
    for each row when (old.password is distinct from new.password)
    execute function konak.vault_password();
create trigger credential_grants_10_check before insert or update
    on konak.credential_grants for each row
    execute function konak.vault_grant_check('credentials', 'credential_id');
create trigger mail_account_grants_10_check before insert or update
    on konak.mail_account_grants for each row
    execute function konak.vault_grant_check('mail_accounts',
	'mail_account_id');

select konak.protect('konak.credentials', '{"record": "credentials", "module": "vault", "audit": "CREDENTIAL", "title": "title", "view": {"vault.view": "open", "vault.view_granted": "granted"}, "create": {"vault.create": "all"}, "edit": {"vault.edit": "open"}, "delete": {"vault.delete": "open"}, "scopes": {"open": "access = ''company'' or created_by = (select konak.me()) or (select konak.may(''vault.view_all'')) or id = any ((select konak.my_credentials())::uuid[])", "granted": "id = any ((select konak.my_credentials())::uuid[])", "revealed": "id = any ((select konak.my_open_credentials())::uuid[])"}, "readonly": ["password_changed_at", "password_strength"], "internal": ["search"], "quiet": ["password_changed_at", "password_strength"]}'::jsonb);
select konak.protect_secrets('konak.credentials', '{"record": "credentials", "scopes": {"open": "access = ''company'' or created_by = (select konak.me()) or (select konak.may(''vault.view_all'')) or id = any ((select konak.my_credentials())::uuid[])", "granted": "id = any ((select konak.my_credentials())::uuid[])", "revealed": "id = any ((select konak.my_open_credentials())::uuid[])"}, "secrets": {"password": {"reveal": {"vault.view_password": "open", "vault.view": "revealed", "vault.view_granted": "revealed"}, "alike": "passwords"}, "totp": {"reveal": {"vault.view_password": "open", "vault.view": "revealed", "vault.view_granted": "revealed"}}, "notes": {"reveal": {"vault.view_password": "open", "vault.view": "revealed", "vault.view_granted": "revealed"}}}}'::jsonb);
select konak.protect('konak.mail_accounts', '{"record": "mail_accounts", "module": "vault", "audit": "MAIL_ACCOUNT", "title": "email", "view": {"vault.view": "open", "vault.view_granted": "granted"}, "create": {"vault.create": "all"}, "edit": {"vault.edit": "open"}, "delete": {"vault.delete": "open"}, "scopes": {"open": "access = ''company'' or created_by = (select konak.me()) or (select konak.may(''vault.view_all'')) or id = any ((select konak.my_mail_accounts())::uuid[])", "granted": "id = any ((select konak.my_mail_accounts())::uuid[])", "revealed": "id = any ((select konak.my_open_mail_accounts())::uuid[])"}, "readonly": ["password_changed_at", "password_strength"], "internal": ["search"], "quiet": ["password_changed_at", "password_strength"]}'::jsonb);
select konak.protect_secrets('konak.mail_accounts', '{"record": "mail_accounts", "scopes": {"open": "access = ''company'' or created_by = (select konak.me()) or (select konak.may(''vault.view_all'')) or id = any ((select konak.my_mail_accounts())::uuid[])", "granted": "id = any ((select konak.my_mail_accounts())::uuid[])", "revealed": "id = any ((select konak.my_open_mail_accounts())::uuid[])"}, "secrets": {"password": {"reveal": {"vault.view_password": "open", "vault.view": "revealed", "vault.view_granted": "revealed"}, "alike": "passwords"}, "notes": {"reveal": {"vault.view_password": "open", "vault.view": "revealed", "vault.view_granted": "revealed"}}}}'::jsonb);
select konak.protect('konak.credential_grants', '{"record": "credential_grants", "module": "vault", "audit": "CREDENTIAL_GRANT", "title": "credential_id", "view": {"vault.grant": "seen"}, "create": {"vault.grant": "all"}, "edit": {"vault.grant": "all"}, "delete": {"vault.grant": "all"}, "scopes": {"seen": "credential_id in (select e.id from konak.credentials e where e.company_id = (select konak.company()))"}, "once": ["credential_id"], "parent": {"table": "credentials", "column": "credential_id"}}'::jsonb);
select konak.protect('konak.mail_account_grants', '{"record": "mail_account_grants", "module": "vault", "audit": "MAIL_ACCOUNT_GRANT", "title": "mail_account_id", "view": {"vault.grant": "seen"}, "create": {"vault.grant": "all"}, "edit": {"vault.grant": "all"}, "delete": {"vault.grant": "all"}, "scopes": {"seen": "mail_account_id in (select e.id from konak.mail_accounts e where e.company_id = (select konak.company()))"}, "once": ["mail_account_id"], "parent": {"table": "mail_accounts", "column": "mail_account_id"}}'::jsonb);
-- ---------------------------------------------------------------- reports

set local role konak_definer;

-- Every password that is in use and the caller's to open: how old, how good,
-- how many others are the same, who has seen it since it was set.
create function konak.vault_health_rows()
    returns table (company_id uuid, id uuid, kind text, credential_id uuid,
	mail_account_id uuid, title text, customer_id uuid, changed_at timestamptz,
	age integer, strength konak.vault_strength, reused integer,
	seen_by integer, problem text)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
	with entry as (
		select c.id as record, 'credentials' as what, c.type::text as kind,
		    c.title, c.customer_id, c.password
		from konak.credentials c
		where c.company_id = konak.company() and c.deleted_at is null
		    and c.password is not null
		    and (c.access = 'company' or c.created_by = konak.me()
			or konak.may('vault.view_all')
			or c.id = any (konak.my_credentials()))
		union all
		select m.id, 'mail_accounts', 'mail', m.email, m.customer_id,
		    m.password
		from konak.mail_accounts m
		where m.company_id = konak.company() and m.deleted_at is null
		    and m.password is not null
		    and (m.access = 'company' or m.created_by = konak.me()
			or konak.may('vault.view_all')
			or m.id = any (konak.my_mail_accounts()))),
	r as (
		select e.*, s.id as secret, s.created_at as changed_at,
		    (konak.now()::date - s.created_at::date) as age,
		    (enum_range(null::konak.vault_strength))[s.strength + 1]
			as strength,
		    (select count(*)::integer - 1 from konak.secrets o
			where o.company_id = s.company_id and o.is_current
			    and o.alike = s.alike and o.digest = s.digest)
			as reused,
		    (select count(distinct v.user_id)::integer
			from konak.secret_views v
			where v.company_id = s.company_id and v.secret_id = s.id)
			as seen_by
		from entry e join konak.secrets s
		    on s.company_id = konak.company() and s.id = e.password)
	select konak.company(), r.secret, r.kind,
	    case r.what when 'credentials' then r.record end,
	    case r.what when 'mail_accounts' then r.record end,
	    r.title, r.customer_id, r.changed_at, r.age, r.strength, r.reused,
	    r.seen_by, case when r.reused > 0 then 'reused'
		when r.strength = 'weak' then 'weak'
		when r.age > 365 then 'old' else 'none' end
	from r
	where konak.may('vault.view_password')
$$;

-- What somebody has opened and nobody has changed since.
create function konak.vault_leaver(person uuid)
    returns table (record_type text, record_id uuid, field text, title text,
	customer text, seen_at timestamptz, times integer)
language plpgsql stable security definer
set search_path = pg_catalog, konak, pg_temp
as $$
begin
	if not coalesce(konak.may('audit.view'), false) then
		raise exception using errcode = '42501', message = 'audit.view';
	end if;
	return query
	select v.record_type, v.record_id, v.field,
	    (array_agg(v.title order by v.at desc))[1], c.company_name::text,
	    max(v.at), count(*)::integer
	from konak.secret_views v
	join konak.secrets s on s.company_id = v.company_id and s.id = v.secret_id
	    and s.is_current
	left join konak.customers c on c.company_id = v.company_id
	    and c.id = v.customer_id
	where v.company_id = konak.company() and v.user_id = person
	group by v.record_type, v.record_id, v.field, c.company_name
	order by max(v.at) desc;
end $$;
grant execute on function konak.vault_health_rows(), konak.vault_leaver(uuid)
    to konak_app;
set local role konak_owner;

create view konak.vault_health with (security_invoker = true) as
select r.company_id, r.id, r.kind, r.credential_id, r.mail_account_id,
    r.title, r.customer_id, r.changed_at, r.age, r.strength, r.reused,
    r.seen_by, r.problem
from konak.vault_health_rows() r;
grant select on konak.vault_health to konak_app;
